// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>What a check is about, in the order in which the page lists it.</summary>
public enum CheckKind
{
    Shape,
    Answers,
    Slabs,
    Kmalloc,
    Netlink,
    Dumps,
    Layout,
    Other,
}

/// <summary>Sorts checks by their metric, and names what was demanded of them.</summary>
public static class CheckKinds
{
    public static CheckKind Of(string metric) => Metrics.Find(metric, Experiment.Validate)?.Check ?? CheckKind.Other;

    public static string Label(this CheckKind kind) => kind switch
    {
        CheckKind.Shape => "counts of the shape",
        CheckKind.Answers => "answers",
        CheckKind.Slabs => "slabs",
        CheckKind.Kmalloc => "kmalloc and vmalloc",
        CheckKind.Netlink => "netlink bytes",
        CheckKind.Dumps => "dumps",
        CheckKind.Layout => "layout of structures",
        _ => "other",
    };

    /// <summary>Exactly, or how many exactly and which metrics within how much.</summary>
    public static string Demand(IReadOnlyCollection<Check> checks)
    {
        var bounded = checks.Where(check => !check.IsExact).ToList();
        if (bounded.Count == 0)
            return "exactly equal";
        var parts = bounded.GroupBy(check => check.Kernel.Metric).Select(g =>
        {
            var (least, most) = (g.Min(check => check.Kernel.Bound!.Value), g.Max(check => check.Kernel.Bound!.Value));
            var range = least.Equals(most) ? Numbers.Show(least) : $"{Numbers.Show(least)} to {Numbers.Show(most)}, by cache";
            return $"{Words.Metric(g.Key, Experiment.Validate)} within {range}";
        });
        var exact = checks.Count - bounded.Count;
        return string.Join("; ", parts.Prepend(exact > 0 ? $"{Numbers.Show(exact)} exactly equal" : "").Where(part => part.Length > 0));
    }
}
