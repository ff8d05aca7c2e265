// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Schemes;

namespace Sim.Experiments.Churn;

/// <summary>The rows of what readers see of one operation under one scheme. <c>keys</c> says whose prefixes were looked up.</summary>
public sealed class ReaderRows(ChurnContext context, Scheme scheme, string operation)
{
    public const string Experiment = "reader";

    /// <summary>Of <see cref="ProbeGroup"/>, as rows name them.</summary>
    public static string Keys(ProbeGroup group) => group switch
    {
        ProbeGroup.Changed => "changed",
        ProbeGroup.Kept => "kept",
        _ => "others",
    };

    /// <summary>How long the update takes the writer, with no reader and beside them.</summary>
    public void AddTimes(List<double> alone, List<double> beside)
    {
        foreach (var (metric, seconds) in new[] { ("time", alone), ("time-beside-readers", beside) })
            Add(Spread(metric, seconds));
    }

    /// <summary>Into how many operations of the trie it falls, and what one takes.</summary>
    public void AddSteps(int steps, List<double> alone)
    {
        if (steps == 0)
            return;
        Add(Row("steps", "count", steps, Basis.Counted));
        Add(Spread("time-per-step", [.. alone.Select(seconds => seconds / steps)]));
    }

    /// <summary>What the threads saw.</summary>
    public void AddSeen(ProbeGroup group, GroupTally seen)
    {
        void Measured(string metric, string unit, double value) => Add(Row(metric, unit, value, Basis.Measured) with { Keys = Keys(group) });

        Measured("lookups", "count", seen.Lookups);
        Measured("wrong-none", "count", seen.None);
        Measured("wrong-other", "count", seen.Other);
        if (seen.Lookups > 0)
            Measured("wrong-ratio", "ratio", (seen.None + seen.Other) / (double)seen.Lookups);
        Measured("gap-longest", "ns", seen.Gaps.Count > 0 ? seen.Gaps.Max() * 1e9 : 0);
        if (seen.Gaps.Count > 0)
            Add(Spread("gap-median", seen.Gaps) with { Keys = Keys(group) });
    }

    /// <summary>What was counted step by step.</summary>
    public void AddCounted(ProbeGroup group, ReaderSteps steps, List<double> alone)
    {
        void Counted(string metric, double value) => Add(Row(metric, "count", value, Basis.Counted) with { Keys = Keys(group) });

        var counted = steps.Of(group);
        Counted("prefixes-probed", counted.Probed);
        Counted("prefixes-hit", counted.Hit);
        Counted("steps-none", counted.None);
        Counted("steps-other", counted.Other);
        if (counted.Wrong > 0)
        {
            Add(Spread("gap-simulated", [.. alone.Select(seconds => seconds * counted.Wrong / steps.Steps)]) with
            {
                Keys = Keys(group), Basis = Basis.Simulated,
            });
        }
    }

    private Figure Row(string metric, string unit, double value, Basis basis) =>
        context.Row(Experiment, metric, unit, value, basis) with { Operation = operation };

    private Figure Spread(string metric, List<double> seconds)
    {
        var spread = Sim.Figures.Spread.Of(seconds).Scale(1e9);
        return Row(metric, "ns", spread.Median, Basis.Measured) with { Low = spread.Low, High = spread.High, N = spread.N };
    }

    private void Add(Figure row) => context.Add(scheme, row);
}
