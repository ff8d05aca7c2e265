// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The kinds of checks, in the order of the page.</summary>
public enum CheckKind
{
    Shape, Answers, Slabs, Kmalloc, Netlink, Dumps, Layout, Other,
}

/// <summary>A value on which the port and the kernel must agree.</summary>
public sealed record Check(Figure Port, Figure Kernel)
{
    public bool Agrees => Math.Abs(Port.Value - Kernel.Value) <= Kernel.Bound;

    /// <summary>Whether the port's and the kernel's values are equal, whatever the bound allows.</summary>
    public bool IsEqual => Port.Value.Equals(Kernel.Value);

    public bool IsExact => Kernel.Bound is 0;

    /// <summary>Whether the bound is so wide that a port with a value of 0, or with twice the kernel's value, would agree.</summary>
    public bool IsWeak => !IsExact && Math.Abs(Kernel.Value) <= Kernel.Bound;

    public CheckKind Kind => Kernel.Metric.Check;

    /// <summary>Whether the values are the upper bits of digests. Two digests are only equal or different.</summary>
    public bool IsDigest => Kernel.Unit == Units.Digest;
}

/// <summary>Finds the checks in rows, and states their required accuracy in words.</summary>
public static class ValidationRows
{
    /// <summary>The names of two facts in a run's environment: the kernel in words, and the value of <c>--kernel</c>.</summary>
    public const string KernelFact = "kernel under test", LaneFact = "lane";

    private static readonly string[] s_labels =
        ["counts of the shape", "answers", "slabs", "kmalloc and vmalloc", "netlink bytes", "dumps", "layout of structures", "other"];

    /// <summary>Returns each kernel row that has a bound, together with the port row directly before it.</summary>
    public static IEnumerable<Check> Checks(IReadOnlyList<Figure> rows)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].Bound is not null && rows[i - 1].Side == Sides.Port)
                yield return new(rows[i - 1], rows[i]);
        }
    }

    public static string Label(this CheckKind kind) => s_labels[(int)kind];

    /// <summary>Returns the required accuracy in words: either "exactly equal", or the number of exact checks and the bounds of the other
    /// metrics.</summary>
    public static string Demand(IReadOnlyCollection<Check> checks)
    {
        var bounded = checks.Where(check => !check.IsExact).ToList();
        if (bounded.Count == 0)
            return "exactly equal";
        var parts = bounded.GroupBy(check => check.Kernel.Metric).Select(g =>
        {
            var (least, most) = (g.Min(check => check.Kernel.Bound!.Value), g.Max(check => check.Kernel.Bound!.Value));
            var range = least.Equals(most) ? Numbers.Show(least) : $"{Numbers.Show(least)} to {Numbers.Show(most)}, by cache";
            return $"{g.Key.Words} within {range}";
        });
        var exact = checks.Count - bounded.Count;
        return string.Join("; ", parts.Prepend(exact > 0 ? $"{Numbers.Show(exact)} exactly equal" : "").Where(part => part.Length > 0));
    }
}
