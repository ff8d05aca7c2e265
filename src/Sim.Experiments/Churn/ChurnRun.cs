// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// All experiments of <c>churn</c>, scheme after scheme: one is in memory at a time, beside the reference. After the last of them, each is
/// loaded again for its second pass beside the reference.
/// </summary>
public static class ChurnRun
{
    private const int WarmPrefixes = 2000;
    private const int WarmRounds = 40;

    /// <summary>Runs all experiments; other parts of the run take so many seconds after them.</summary>
    /// <exception cref="BindingMismatchException">A scheme does not bind what the trace implies.</exception>
    public static void Run(ChurnContext context, double later = 0)
    {
        AddTrace(context);
        var observer = new ObserverExperiment(context);
        observer.Run();
        context.Progress.Step("the reference", 1, "tables");
        using var paired = new PairedExperiment(context);
        var convergence = new ConvergenceExperiment(context);
        var readers = new ReaderExperiment(context);
        var passes = new PassRunner(context.Budget, context.Watch, context.Progress, context.Cancel);
        var cases = context.Kinds.ToDictionary(kind => kind, paired.Cases);
        foreach (var kind in context.Kinds)
        {
            context.Progress.Step($"{kind.Name}: load", 1, "loads");
            Warm(kind, context.Family);
            Watched(context, () => convergence.Load(kind));
            using var scheme = kind.Create(context.Family, context.Peers);
            Watched(context, () => convergence.Load(scheme));
            AddMemory(context, scheme);
            AddPacket(context, scheme);
            CodeSize.Add(context, scheme);
            paired.Use(scheme);
            passes.Pass(cases[kind], context.Plan.FirstGroups);
            context.Progress.Step(kind.Name, 3, "steps");
            Watched(context, () => new ReplayExperiment(context, scheme).Run());
            context.Progress.Done(1);
            Watched(context, () => observer.Notify(scheme, convergence.Run(scheme)));
            context.Progress.Done(2);
            Watched(context, () => readers.Run(scheme));
        }

        SecondPasses(context, paired, passes, cases, later);
    }

    /// <summary>Each scheme again, on a copy that nothing else was done to.</summary>
    private static void SecondPasses(
        ChurnContext context, PairedExperiment paired, PassRunner passes, Dictionary<SchemeKind, IReadOnlyList<PairedCase>> cases, double later)
    {
        context.Budget.Expect(cases.Values.Sum(some => some.Count));
        var loading = 0.0;
        foreach (var (done, kind) in context.Kinds.Index())
        {
            var before = context.Budget.Now;
            context.Progress.Step($"{kind.Name}: load again", 1, "loads");
            using var scheme = kind.Create(context.Family, context.Peers);
            scheme.Load(context.Load, _ => context.Cancel.ThrowIfCancellationRequested());
            paired.Use(scheme);
            loading = Math.Max(loading, context.Budget.Now - before);
            context.Budget.Later = later + ChurnPlan.ReportSeconds + (loading * (context.Kinds.Count - 1 - done));
            passes.Pass(cases[kind]);
            passes.Finish(cases[kind]);
        }
    }

    private static void Watched(ChurnContext context, Action experiment) => context.Watch.Run(context.Figures, experiment);

    /// <summary>Runs the scheme's code until the compiler is done with it; what it leaves is thrown away.</summary>
    private static void Warm(SchemeKind kind, Family family)
    {
        const int peers = 4;
        using var scheme = kind.Create(family, peers);
        var rng = new Rng(1);
        var prefixes = Array.ConvertAll(
            new int[WarmPrefixes], _ => new Prefix(family, (UInt128)rng.NextUInt() << 96, 16 + rng.Below(9))).Distinct().ToArray();
        for (var round = 0; round < WarmRounds; round++)
        {
            var at = 0;
            void Each(Func<int, BindingChange> change)
            {
                for (at = 0; at < prefixes.Length; at++)
                {
                    // Replacing a set for each prefix would take longer than what it warms up for.
                    if (at % 200 == 0)
                        scheme.Prepare([change(at)]);
                    else
                        scheme.PrepareWithoutReplace([change(at)]);
                    scheme.Apply([change(at)]);
                }
            }

            Each(at => new BindingChange(0, prefixes[at], BindingChange.NoPeer, at % peers));
            Each(at => new BindingChange(0, prefixes[at], at % peers, (at + 1) % peers));
            Each(at => new BindingChange(0, prefixes[at], (at + 1) % peers, BindingChange.NoPeer));
        }
    }

    private static void AddTrace(ChurnContext context)
    {
        var counts = context.Trace.Counts;
        foreach (var (metric, value) in new[]
        {
            (Metrics.Announcements, counts.Announcements), (Metrics.Withdrawals, counts.Withdrawals), (Metrics.SessionLosses, counts.SessionLosses),
            (Metrics.Inserts, counts.Inserts), (Metrics.Moves, counts.Moves), (Metrics.Deletes, counts.Deletes), (Metrics.NoOps, counts.NoOps),
            (Metrics.SamePeer, counts.SamePeer), (Metrics.Events, counts.Events), (Metrics.Changes, counts.Changes),
            (Metrics.AssumedPaths, counts.AssumedPaths), (Metrics.OutOfOrder, counts.OutOfOrder),
            (Metrics.TimesSetAside, counts.SetAside), (Metrics.BgpPeers, context.Trace.BgpPeers),
            (Metrics.Seeded, context.Table.Seeded), (Metrics.Added, context.Table.Added), (Metrics.LeftOut, context.Table.LeftOut),
        })
        {
            context.Figures.Add(metric.Row(context.At(Experiment.Trace), value));
        }

        context.Figures.Add(Metrics.Clock.Row(context.At(Experiment.Trace), context.Trace.Seconds));
    }

    private static void AddMemory(ChurnContext context, Scheme scheme)
    {
        void Add(string structure, long objects, long pages)
        {
            var at = context.At(Experiment.BindingMemory) with { Structure = structure };
            context.Add(scheme, Metrics.ObjectBytes.Row(at, objects));
            context.Add(scheme, Metrics.PageBytes.Row(at, pages));
        }

        var (allObjects, allPages) = (0L, 0L);
        foreach (var (name, structure) in scheme.Structures)
        {
            var lines = structure.Account();
            var (objects, pages) = (lines.Sum(line => line.ObjectBytes), lines.Sum(line => line.PageBytes));
            Add(name, objects, pages);
            allObjects += objects;
            allPages += pages;
        }

        Add(Names.AllStructures, allObjects, allPages);
    }

    private static void AddPacket(ChurnContext context, Scheme scheme)
    {
        var lookups = scheme.Kind.Lookups;
        void Add(Term operation, string structure, int count) => context.Add(
            scheme, Metrics.PacketLookups.Row(context.At(Experiment.Packet) with { Operation = operation, Structure = structure }, count));

        Add(Operations.Transmit, Names.Fib, lookups.TransmitFib);
        Add(Operations.Transmit, Names.AllowedIps, lookups.TransmitAllowedIps);
        Add(Operations.Receive, Names.Fib, lookups.ReceiveFib);
        Add(Operations.Receive, Names.AllowedIps, lookups.ReceiveAllowedIps);
        Add(Operations.ReceiveRpFilter, Names.Fib, lookups.ReceiveFib + 1);
        Add(Operations.ReceiveRpFilter, Names.AllowedIps, lookups.ReceiveAllowedIps);
    }
}
