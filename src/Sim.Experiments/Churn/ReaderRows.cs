// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>The rows of what readers see of one operation under one scheme. <c>keys</c> says whose prefixes were looked up.</summary>
public sealed class ReaderRows(ChurnContext context, Scheme scheme, string operation)
{
    private readonly Figure _at = context.At(Experiment.Reader) with { Operation = operation };

    /// <summary>Of <see cref="ProbeGroup"/>, as rows name them.</summary>
    public static Term Keys(ProbeGroup group) => group switch
    {
        ProbeGroup.Changed => KeyPatterns.Changed,
        ProbeGroup.Kept => KeyPatterns.Kept,
        _ => KeyPatterns.Others,
    };

    /// <summary>How long the update takes the writer, with no reader and beside them.</summary>
    public void AddTimes(List<double> alone, List<double> beside)
    {
        Add(Times(Metrics.Time, alone));
        Add(Times(Metrics.TimeBesideReaders, beside));
    }

    /// <summary>Into how many operations of the trie it falls, and what one takes.</summary>
    public void AddSteps(int steps, List<double> alone)
    {
        if (steps == 0)
            return;
        Add(Metrics.TrieSteps.Row(_at, steps));
        Add(Times(Metrics.TimePerStep, [.. alone.Select(seconds => seconds / steps)]));
    }

    /// <summary>What the threads saw.</summary>
    public void AddSeen(ProbeGroup group, GroupTally seen)
    {
        var at = _at with { Keys = Keys(group) };
        Add(Metrics.ReaderLookups.Row(at, seen.Lookups));
        Add(Metrics.WrongNone.Row(at, seen.None));
        Add(Metrics.WrongOther.Row(at, seen.Other));
        if (seen.Lookups > 0)
            Add(Metrics.WrongRatio.Row(at, (seen.None + seen.Other) / (double)seen.Lookups));
        Add(Metrics.LongestGap.Row(at, seen.Gaps.Count > 0 ? seen.Gaps.Max() * 1e9 : 0));
        if (seen.Gaps.Count > 0)
            Add(Times(Metrics.MedianGap, seen.Gaps) with { Keys = at.Keys });
    }

    /// <summary>What was counted step by step.</summary>
    public void AddCounted(ProbeGroup group, ReaderSteps steps, List<double> alone)
    {
        var (at, counted) = (_at with { Keys = Keys(group) }, steps.Of(group));
        Add(Metrics.PrefixesProbed.Row(at, counted.Probed));
        Add(Metrics.PrefixesHit.Row(at, counted.Hit));
        Add(Metrics.StepsNone.Row(at, counted.None));
        Add(Metrics.StepsOther.Row(at, counted.Other));
        if (counted.Wrong > 0)
            Add(Times(Metrics.SimulatedGap, [.. alone.Select(seconds => seconds * counted.Wrong / steps.Steps)]) with { Keys = at.Keys });
    }

    private Figure Times(Metric metric, List<double> seconds) => metric.Row(_at, Spread.Of(seconds).Scale(1e9));

    private void Add(Figure row) => context.Add(scheme, row);
}
