// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The kind of kernel that the ports were compared with.</summary>
public enum KernelLane
{
    Unknown, Uml, UmlSmp, Qemu, Host,
}

/// <summary>The rows of one operation on both sides. Times also have a paired ratio port / kernel.</summary>
public sealed record CostCase(Figure? Kernel, Figure? Port, Figure? RatioRow)
{
    public Figure Any => (Kernel ?? Port ?? RatioRow)!;

    public string Unit => (Kernel ?? Port)?.Unit ?? Units.Nanoseconds;

    public bool IsLookup => Any.Operation == Operations.Lookup;

    public bool IsTime => Unit == Units.Nanoseconds;

    /// <summary>The ratio port / kernel; null if a side is missing.</summary>
    public double? Ratio => RatioRow?.Value ?? (Kernel?.Value > 0 ? Port?.Value / Kernel.Value : null);

    /// <summary>The greatest value that the ratio's median should have; null unless both sides have a time.</summary>
    public double? Target => IsTime && Ratio is not null ? IsLookup ? ValidationView.LookupTarget : ValidationView.UpdateTarget : null;

    public bool IsAboveTarget => Ratio > Target;

    /// <summary>Whether the ratio's quartiles lie on both sides of the target, so that another run may give a different result.</summary>
    public bool StraddlesTarget => RatioRow is { } row && row.Range.Low <= Target && row.Range.High > Target;

    /// <summary>The name of the case, which does not name the structure: Zipf over prefixes, dependent chain, insert a prefix,
    /// ...</summary>
    public string Name => Words.Case(Any.Keys, Any.Chain, IsLookup ? "" : Any.Operation);
}

/// <summary>The rows of a validation: its checks, its costs, its noise.</summary>
public sealed class ValidationView : View
{
    /// <summary>The most time that a port's lookup should take, as a ratio to the kernel's time.</summary>
    public const double LookupTarget = 1.15;

    /// <summary>The most time that a port's single update should take, as a ratio to the kernel's time without netlink and
    /// notifications.</summary>
    public const double UpdateTarget = 1.25;

    /// <summary>The port counts as faster if the upper quartile of the ratio is below this value. The page then names possible
    /// reasons.</summary>
    public const double Faster = 0.9;

    private ValidationView(Rows rows, IReadOnlyList<Figure> figures) : base(rows, figures)
    {
        Checks = [.. ValidationRows.Checks(figures)];
        Differences = [.. Checks.Where(check => !check.Agrees)];
        Costs = FindCosts(figures);
        AaRows = [.. figures.Where(f => f.Experiment == Experiment.Aa && f.Metric == Metrics.Ratio && f.Value > 0 && double.IsFinite(f.Value))];
    }

    public IReadOnlyList<Check> Checks { get; }
    public IReadOnlyList<Check> Differences { get; }

    /// <summary>The costs of lookups, and of single updates without netlink: times and instructions.</summary>
    public IReadOnlyList<CostCase> Costs { get; }

    public IReadOnlyList<Figure> AaRows { get; }

    /// <summary>The kernel under test in words; empty if the run does not state it.</summary>
    public string Kernel => Fact(ValidationRows.KernelFact);

    /// <summary>The kind of kernel; unknown if an old result does not state it.</summary>
    public KernelLane Lane => Fact(ValidationRows.LaneFact) switch
    {
        "uml" or "uml-patched" or "uml-unhashed" => KernelLane.Uml,
        "uml-smp" => KernelLane.UmlSmp,
        "qemu" => KernelLane.Qemu,
        "host" => KernelLane.Host,
        _ => KernelLane.Unknown,
    };

    /// <summary>Whether the ports' slabs may lie on huge pages: true unless the host rules out huge pages.</summary>
    public bool MayUseHugePages => !Fact("transparent huge pages").Contains("[never]", StringComparison.Ordinal);

    /// <summary>Returns whether a row belongs to a validation and not to a bench.</summary>
    public static bool Has(Figure f) => f.Side.Length > 0 || f.Experiment == Experiment.Validate;

    public static ValidationView? Of(Rows rows) =>
        rows.All.Where(Has).ToList() is { Count: > 0 } figures ? new(rows, figures) : null;

    /// <summary>Returns a sentence on the agreement of port and kernel. The sentence names the structures that differ.</summary>
    public string Headline()
    {
        if (Checks.Count == 0)
            return "This run compares no count or answer of the port with the kernel’s.";
        if (Differences.Count == 0)
            return Checks.Count == 1
                ? "The kernel and the ports agree in the one count or answer that was compared."
                : $"The kernel and the ports agree in all {Numbers.Show(Checks.Count)} counts and answers.";
        var places = Differences.GroupBy(check => Words.Subject(check.Kernel)).Select(g => $"{Numbers.Show(g.Count())} of {g.Key}");
        return $"{Numbers.Show(Differences.Count)} of {Numbers.Show(Checks.Count)} counts and answers differ: {Words.Join([.. places])}.";
    }

    /// <summary>Returns the numbers of prefixes that kernel and port held, by family. A sample may be smaller than the table.</summary>
    public string Prefixes() => string.Join(", ", Figures.Where(f => f.Prefixes > 0).GroupBy(f => f.Family).OrderBy(g => g.Key)
        .Select(g => $"IPv{g.Key} {Numbers.Show(g.Max(f => f.Prefixes!.Value))}"));

    private string Fact(string name) => Fit.Value(Rows.Result.Environment, name) ?? "";

    private static List<CostCase> FindCosts(IReadOnlyList<Figure> figures)
    {
        static (string, int, RowKey, string) KeyOf(Figure f) => (f.Structure, f.Family, RowKey.Of(f), f.Unit == Units.Ratio ? Units.Nanoseconds : f.Unit);
        var costs = figures.Where(f => f.Experiment == Experiment.Validate && (f.Metric == Metrics.Time || f.Metric == Metrics.Ratio) && double.IsFinite(f.Value));
        return
        [
            .. costs.GroupBy(KeyOf).Select(g => new CostCase(
                g.FirstOrDefault(f => f.Metric == Metrics.Time && f.Side == Sides.Kernel),
                g.FirstOrDefault(f => f.Metric == Metrics.Time && f.Side == Sides.Port),
                g.FirstOrDefault(f => f.Metric == Metrics.Ratio))).Where(c => (c.Kernel ?? c.Port ?? c.RatioRow) is not null),
        ];
    }
}
