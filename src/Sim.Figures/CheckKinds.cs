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
    public static CheckKind Of(string metric) => metric switch
    {
        "nodes" or "valued" or "max-depth" or "nodes-at-depth" or "valued-at-depth" or "trie-digest" or "triestat" or "rt6-stats" or "tnodes"
            or "leaves" or "routes" => CheckKind.Shape,
        "keys" or "hits" or "answer-digest" => CheckKind.Answers,
        "objects-per-slab" or "pages-per-slab" or "slab-pages" or "active-objects" => CheckKind.Slabs,
        "kmalloc-objects" or "vmalloc-pages" => CheckKind.Kmalloc,
        "messages" or "message-bytes" or "calls" or "message-digest" or "acks" or "refused" or "first-error" => CheckKind.Netlink,
        "peers" or "entries" or "listing-digest" or "received-messages" or "received-bytes" or "received-calls" => CheckKind.Dumps,
        "sizeof" => CheckKind.Layout,
        _ => CheckKind.Other,
    };

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
            return $"{Words.Metric(g.Key)} within {range}";
        });
        var exact = checks.Count - bounded.Count;
        return string.Join("; ", parts.Prepend(exact > 0 ? $"{Numbers.Show(exact)} exactly equal" : "").Where(part => part.Length > 0));
    }
}
