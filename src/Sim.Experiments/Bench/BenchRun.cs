// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

public static class BenchRun
{
    public static void Run(BenchContext context)
    {
        var kinds = SubjectKind.Compared;
        var whatIfKinds = context.WhatIfs;
        context.Budget.Later = RunContext.ReportSeconds;
        context.Budget.Expect(PassRunner.Least * (LoadExperiment.Timed(context)
            + (1 + whatIfKinds.Count) * (LookupExperiment.Cases(context) + UpdateExperiment.MostOperations)));
        LoadExperiment.Run(context, () => RouteFormExperiment.Run(context));
        var subjects = kinds.Concat(whatIfKinds).Select(kind => kind.Create(context.Table.Family, context.Peers, context.Kernel)).ToList();
        try
        {
            var input = context.Ordered(context.Order);
            context.Progress.Step("load for lookups", subjects.Count, "loads");
            foreach (var subject in subjects)
            {
                subject.Structure.Bind(input.Prefixes, input.Peers);
                context.Progress.Done(subjects.IndexOf(subject) + 1);
            }

            AddProcessMemory(context, subjects);
            var (compared, whatIfs) = (subjects[..kinds.Count], subjects[kinds.Count..]);
            List<SubjectPair> pairs = [new(compared[0], compared[1])];
            pairs.AddRange(whatIfs.Select(whatIf => new SubjectPair(compared[whatIf.Kind.Against], whatIf, SecondAlone: true)));
            foreach (var whatIf in whatIfs)
                LoadExperiment.Count(context, whatIf, context.Order);
            LookupExperiment.Run(context, pairs);
            // Updates come last, because they change the shape of the tries.
            UpdateExperiment.Run(context, pairs);
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
