// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>What is asked of a row.</summary>
public static class FigureExtensions
{
    /// <summary>True where quartiles were taken: several repetitions that differ.</summary>
    public static bool HasSpread(this Figure f) =>
        f.N > 1 && double.IsFinite(f.Low) && double.IsFinite(f.High) && f.High > f.Low;

    /// <summary>The quartiles, or the value twice where there are none.</summary>
    public static (double Low, double High) Range(this Figure f) => f.HasSpread() ? (f.Low, f.High) : (f.Value, f.Value);

    /// <summary>An A/A row: bench has an experiment of them, in churn's they stand among the ratios of each experiment.</summary>
    public static bool IsNoise(this Figure f) => f.Experiment == Experiment.Aa || f.Item == Names.SelfItem;

    /// <summary>All ways in which these figures came about, in the order measured, counted, modelled.</summary>
    public static IReadOnlyList<Basis> Bases(this IEnumerable<Figure> figures) => [.. figures.Select(f => f.Basis).Distinct().Order()];

    public static string Label(this Basis basis) => basis switch
    {
        Basis.Measured => "measured",
        Basis.Counted => "counted",
        Basis.Modelled => "modelled",
        Basis.Simulated => "simulated",
        Basis.Estimated => "estimated",
        _ => throw new ArgumentOutOfRangeException(nameof(basis)),
    };
}
