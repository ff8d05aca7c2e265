// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Adds the readers' rows for one operation under one scheme. The column <c>keys</c> names the group of prefixes that were looked
/// up.</summary>
public sealed class ReaderRows(ChurnContext context, Scheme scheme, string operation)
{
    private readonly Figure _at = context.At(Experiment.Reader) with { Operation = operation };

    public static Term Keys(ProbeGroup group) => group switch
    {
        ProbeGroup.Changed => KeyPatterns.Changed,
        ProbeGroup.Kept => KeyPatterns.Kept,
        _ => KeyPatterns.Others,
    };

    public void AddTimes(List<double> alone, List<double> beside)
    {
        Add(Times(Metrics.Time, alone));
        Add(Times(Metrics.TimeBesideReaders, beside));
    }

    public void AddSteps(int steps, List<double> alone)
    {
        if (steps == 0)
            return;
        Add(Metrics.TrieSteps.Row(_at, steps));
        Add(Times(Metrics.TimePerStep, [.. alone.Select(seconds => seconds / steps)]));
    }

    public void AddSeen(ProbeGroup group, GroupTally seen)
    {
        var at = _at with { Keys = Keys(group) };
        context.Add(scheme, at, (Metrics.ReaderLookups, seen.Lookups), (Metrics.WrongNone, seen.None), (Metrics.WrongOther, seen.Other));
        if (seen.Lookups > 0)
            Add(Metrics.WrongRatio.Row(at, (seen.None + seen.Other) / (double)seen.Lookups));
        Add(Metrics.LongestGap.Row(at, seen.Gaps.Count > 0 ? seen.Gaps.Max() * 1e9 : 0));
        if (seen.Gaps.Count > 0)
            Add(Times(Metrics.MedianGap, seen.Gaps) with { Keys = at.Keys });
    }

    public void AddCounted(ProbeGroup group, ReaderSteps steps, List<double> alone)
    {
        var (at, counted) = (_at with { Keys = Keys(group) }, steps.Of(group));
        context.Add(
            scheme, at, (Metrics.PrefixesProbed, counted.Probed), (Metrics.PrefixesHit, counted.Hit), (Metrics.StepsNone, counted.None),
            (Metrics.StepsOther, counted.Other));
        if (counted.Wrong > 0)
            Add(Times(Metrics.SimulatedGap, [.. alone.Select(seconds => seconds * counted.Wrong / steps.Steps)]) with { Keys = at.Keys });
    }

    private Figure Times(Metric metric, List<double> seconds) => metric.Row(_at, Spread.Of(seconds).Scale(1e9));

    private void Add(Figure row) => context.Add(scheme, row);
}
