// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Runner.Schemes;

namespace Sim.Runner.Experiments;

/// <summary>All experiments of <c>bench</c>, in turn, on one table.</summary>
internal static class BenchRun
{
    public static void Run(BenchContext context)
    {
        LoadExperiment.Run(context);
        RouteFormExperiment.Run(context);
        var kinds = SchemeFactory.For(context.Table.Family);
        var schemes = kinds.Concat(SchemeFactory.WhatIfs(context.Table.Family)).Select(kind => kind.Create(context.Peers)).ToList();
        try
        {
            var input = context.Ordered(context.Order);
            context.Progress.Step("load for lookups", schemes.Count, "loads");
            foreach (var scheme in schemes)
            {
                scheme.Insert(input.Prefixes, input.Peers);
                context.Progress.Done(schemes.IndexOf(scheme) + 1);
            }

            AddProcessMemory(context, schemes);
            var (compared, whatIfs) = (schemes[..kinds.Count], schemes[kinds.Count..]);
            List<SchemePair> pairs =
            [
                SchemePair.Answer(compared[0], compared[1], context.Plan),
                .. whatIfs.Select(whatIf => SchemePair.WhatIf(compared[1], whatIf, context.Plan)),
            ];
            foreach (var whatIf in whatIfs)
                LoadExperiment.Count(context, whatIf, context.Order);
            foreach (var pair in pairs)
                LookupExperiment.Run(context, pair);
            // Last, since they leave the tries in another shape than the load did.
            foreach (var pair in pairs)
                UpdateExperiment.Run(context, pair);
        }
        finally
        {
            foreach (var scheme in schemes)
                scheme.Dispose();
        }
    }

    /// <summary>What this program itself takes: never to be confused with the kernel's memory.</summary>
    private static void AddProcessMemory(BenchContext context, IReadOnlyList<Scheme> schemes)
    {
        using var self = Process.GetCurrentProcess();
        foreach (var (metric, bytes, basis) in new[]
        {
            ("working-set", self.WorkingSet64, Basis.Measured),
            ("peak-working-set", self.PeakWorkingSet64, Basis.Measured),
            ("gc-heap", GC.GetTotalMemory(forceFullCollection: false), Basis.Measured),
            ("native", schemes.Sum(scheme => scheme.Memory.PageBytes), Basis.Counted),
        })
        {
            context.Figures.Add(context.Row("memory", metric, "bytes", bytes, basis) with { Structure = "process" });
        }
    }
}
