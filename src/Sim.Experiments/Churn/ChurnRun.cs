// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Runs all experiments of <c>churn</c>, scheme after scheme. Only one scheme at a time is in memory, besides the reference. At
/// the end each scheme is loaded again for its second pass.</summary>
public static class ChurnRun
{
    private const int WarmPrefixes = 2000, WarmRounds = 40;

    /// <summary>Runs all experiments, and reserves <paramref name="later"/> seconds for later parts of the run.</summary>
    /// <exception cref="BindingMismatchException">Thrown if a scheme's bindings differ from the bindings that the trace
    /// implies.</exception>
    public static void Run(ChurnContext context, double later = 0)
    {
        AddTrace(context);
        var observer = new ObserverExperiment(context);
        observer.Run();
        context.Progress.Step("the reference", 1, "tables");
        using var paired = new PairedExperiment(context);
        var convergence = new ConvergenceExperiment(context);
        var readers = new ReaderExperiment(context);
        var cases = context.Kinds.ToDictionary(kind => kind, paired.Cases);
        foreach (var kind in context.Kinds)
        {
            context.Progress.Step($"{kind.Name}: load", 1, "loads");
            Warm(kind, context);
            Watched(context, () => convergence.Load(kind));
            using var scheme = kind.Create(context.Family, context.Peers, context.Kernel);
            Watched(context, () => convergence.Load(scheme));
            AddMemory(context, scheme);
            AddPacket(context, scheme);
            CodeSize.Add(context, scheme);
            paired.Use(scheme);
            context.Passes.Pass(cases[kind], context.Plan.FirstGroups);
            context.Progress.Step(kind.Name, 3, "steps");
            Watched(context, () => new ReplayExperiment(context, scheme).Run());
            context.Progress.Done(1);
            Watched(context, () => observer.Notify(scheme, convergence.Run(scheme)));
            context.Progress.Done(2);
            Watched(context, () => readers.Run(scheme));
        }

        SecondPasses(context, paired, cases, later);
    }

    private static void SecondPasses(ChurnContext context, PairedExperiment paired, Dictionary<SchemeKind, IReadOnlyList<PairedCase>> cases, double later)
    {
        context.Budget.Expect(cases.Values.Sum(some => some.Count));
        var loading = 0.0;
        foreach (var (done, kind) in context.Kinds.Index())
        {
            var before = context.Budget.Now;
            context.Progress.Step($"{kind.Name}: load again", 1, "loads");
            using var scheme = kind.Create(context.Family, context.Peers, context.Kernel);
            scheme.Load(context.Load, _ => context.Cancel.ThrowIfCancellationRequested());
            paired.Use(scheme);
            loading = Math.Max(loading, context.Budget.Now - before);
            context.Budget.Later = later + RunContext.ReportSeconds + (loading * (context.Kinds.Count - 1 - done));
            context.Passes.Pass(cases[kind]);
            context.Passes.Finish(cases[kind]);
        }
    }

    private static void Watched(ChurnContext context, Action experiment) => context.Watch.Run(context.Figures, experiment);

    /// <summary>Runs the scheme's code on temporary structures until the JIT compiler has optimised the code.</summary>
    private static void Warm(SchemeKind kind, ChurnContext context)
    {
        const int peers = 4;
        var family = context.Family;
        using var scheme = kind.Create(family, peers, context.Kernel);
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
                    // Replacing a set for each prefix would take longer than the measurement.
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
        var (counts, table) = (context.Trace.Counts, context.Table);
        context.Add(
            context.At(Experiment.Trace), (Metrics.Announcements, counts.Announcements), (Metrics.Withdrawals, counts.Withdrawals),
            (Metrics.SessionLosses, counts.SessionLosses), (Metrics.Inserts, counts.Inserts), (Metrics.Moves, counts.Moves), (Metrics.Deletes, counts.Deletes),
            (Metrics.NoOps, counts.NoOps), (Metrics.SamePeer, counts.SamePeer), (Metrics.Events, counts.Events), (Metrics.Changes, counts.Changes),
            (Metrics.AssumedPaths, counts.AssumedPaths), (Metrics.OutOfOrder, counts.OutOfOrder), (Metrics.TimesSetAside, counts.SetAside),
            (Metrics.BgpPeers, context.Trace.BgpPeers), (Metrics.Seeded, table.Seeded), (Metrics.Added, table.Added), (Metrics.LeftOut, table.LeftOut),
            (Metrics.Clock, context.Trace.Seconds));
    }

    private static void AddMemory(ChurnContext context, Scheme scheme)
    {
        void Add(string structure, IReadOnlyList<MemoryLine> lines) => context.Add(
            scheme, context.At(Experiment.BindingMemory) with { Structure = structure },
            (Metrics.ObjectBytes, lines.Sum(line => line.ObjectBytes)), (Metrics.PageBytes, lines.Sum(line => line.PageBytes)));

        var parts = scheme.Structures.Select(part => (part.Name, Lines: part.Structure.Account())).ToList();
        foreach (var (name, lines) in parts)
            Add(name, lines);
        Add(Names.AllStructures, [.. parts.SelectMany(part => part.Lines)]);
    }

    private static void AddPacket(ChurnContext context, Scheme scheme)
    {
        var lookups = scheme.Kind.Lookups;
        void Add(Term operation, int fib, int allowedIps)
        {
            var at = context.At(Experiment.Packet) with { Operation = operation };
            context.Add(scheme, at with { Structure = Names.Fib }, (Metrics.PacketLookups, fib));
            context.Add(scheme, at with { Structure = Names.AllowedIps }, (Metrics.PacketLookups, allowedIps));
        }

        Add(Operations.Transmit, lookups.TransmitFib, lookups.TransmitAllowedIps);
        Add(Operations.Receive, lookups.ReceiveFib, lookups.ReceiveAllowedIps);
        Add(Operations.ReceiveRpFilter, lookups.ReceiveFib + 1, lookups.ReceiveAllowedIps);
    }
}
