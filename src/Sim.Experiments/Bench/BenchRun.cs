// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

public static class BenchRun
{
    public static void Run(BenchContext context)
    {
        context.Budget.Later = RunContext.ReportSeconds;
        var lookups = context.Launch is null ? LookupExperiment.Cases(context) : 0;
        context.Budget.Expect(PassRunner.Least * (LoadExperiment.Timed(context)
            + (1 + context.WhatIfs.Count) * (lookups + UpdateExperiment.MostOperations)));
        LoadExperiment.Run(context, () => RouteFormExperiment.Run(context));
        WithSubjects(context, pairs =>
        {
            List<Subject> subjects = [.. pairs.SelectMany(pair => pair.Reported)];
            AddProcessMemory(context, subjects);
            foreach (var whatIf in pairs.Where(pair => pair.SecondAlone))
                LoadExperiment.Count(context, whatIf.Second, context.Order);
            LookupExperiment.Run(context, pairs);
            if (context.WithLimit)
                context.Budget.Beside(() => context.Watch.Run(context.Figures, () => LimitExperiment.Run(context, pairs)));
            if (context.WithReceiveCache)
                context.Budget.Beside(() => ReceiveCacheExperiment.Run(context, pairs[0]));
            // Updates come last, because they change the shape of the tries.
            UpdateExperiment.Run(context, pairs);
        });
    }

    /// <summary>Measures the lookups of a run in one of its several processes.</summary>
    public static double[][][] RunLaunched(BenchContext context)
    {
        double[][][] times = [];
        WithSubjects(context, pairs => times = LookupExperiment.RunLaunched(context, pairs));
        return times;
    }

    /// <summary>Loads the table into the two compared structures and into all what-ifs. Each what-if is paired with the structure that it
    /// would replace.</summary>
    private static void WithSubjects(BenchContext context, Action<IReadOnlyList<SubjectPair>> use)
    {
        var kinds = SubjectKind.Compared;
        var subjects = kinds.Concat(context.WhatIfs).Select(kind => kind.Create(context.Table.Family, context.Peers, context.Kernel)).ToList();
        try
        {
            var input = context.Ordered(context.Order);
            context.Progress.Step("load for lookups", subjects.Count, "loads");
            foreach (var subject in subjects)
            {
                subject.Structure.Bind(input.Prefixes, input.Peers);
                context.Progress.Done(subjects.IndexOf(subject) + 1);
            }

            var (compared, whatIfs) = (subjects[..kinds.Count], subjects[kinds.Count..]);
            use([
                new(compared[0], compared[1]),
                .. whatIfs.Select(whatIf => new SubjectPair(compared[whatIf.Kind.Against], whatIf, SecondAlone: true)),
            ]);
        }
        finally
        {
            subjects.ForEach(subject => subject.Dispose());
        }
    }

    private static void AddProcessMemory(BenchContext context, IReadOnlyList<Subject> subjects)
    {
        using var self = Process.GetCurrentProcess();
        context.Add(
            context.At(Experiment.Memory) with { Structure = Names.Process }, (Metrics.WorkingSet, self.WorkingSet64),
            (Metrics.PeakWorkingSet, self.PeakWorkingSet64), (Metrics.GcHeap, GC.GetTotalMemory(forceFullCollection: false)),
            (Metrics.Native, subjects.Sum(subject => subject.Structure.Memory.PageBytes)));
    }
}
