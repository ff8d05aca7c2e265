// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The unit in which values are shown, and the divisor that converts row values to this unit. Counts and ratios have an empty
/// unit.</summary>
public readonly record struct Scale(double Divisor, string Unit)
{
    /// <summary>The scale of ratios, which are shown without a unit and with three digits.</summary>
    public static Scale Ratio => new(1, "ratio");

    private static readonly (double Step, string[] Units)[] s_ladders = [(1000, ["ns", "µs", "ms", "s"]), (1024, ["bytes", "KiB", "MiB", "GiB"])];

    /// <summary>Returns the smallest unit in which the largest value has at most four digits before the point: 9,999 µs, but 10
    /// ms.</summary>
    public static Scale For(string unit, IEnumerable<double> values) =>
        Largest(unit, values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max(), 9999.5);

    /// <summary>Returns the unit for a figure that is shown alone.</summary>
    public static Scale Of(Figure figure) => For(figure.Unit, [figure.Value]);

    /// <summary>Returns the unit for a place on a logarithmic axis: the largest unit in which the place is at least 1.</summary>
    public static Scale ForPlace(string unit, double value) => Largest(unit, value * (1 + 1e-9), StepOf(unit));

    /// <summary>Returns the factor between a unit and the next larger unit: 1024 for bytes, 1000 for all other units.</summary>
    public static double StepOf(string unit) => Array.Find(s_ladders, ladder => Array.IndexOf(ladder.Units, unit) >= 0) is { Step: > 0 } found ? found.Step : 1000;

    private static Scale Largest(string unit, double largest, double limit)
    {
        if (unit == "ratio")
            return Ratio;
        if (unit is "count" or "nodes" or "levels" or "lines" or "")
            return new(1, "");
        if (Array.Find(s_ladders, ladder => Array.IndexOf(ladder.Units, unit) >= 0) is not { Units: { } units } ladder)
            return new(1, unit);
        var (divisor, rung) = (1.0, Array.IndexOf(units, unit));
        for (; rung < units.Length - 1 && largest / divisor >= limit; rung++)
            divisor *= ladder.Step;
        return new(divisor, units[rung]);
    }

    public string Show(double value) => Unit.Length == 0 || this == Ratio ? Bare(value) : $"{Bare(value)} {Unit}";

    /// <summary>Returns the number without its unit: all digits of a count, four digits of a size in bytes, three digits of any other
    /// number.</summary>
    public string Bare(double value) => Unit switch
    {
        "" => Numbers.Show(value / Divisor),
        "bytes" or "kB" or "KiB" or "MiB" or "GiB" => Numbers.Digits(value / Divisor, 4),
        _ => Numbers.Digits(value / Divisor, 3),
    };
}

/// <summary>Writes numbers for people, with few digits and with spaces between thousands.</summary>
public static class Numbers
{
    /// <summary>Returns a whole number with all digits, and any other number with three significant digits.</summary>
    public static string Show(double value) => value == Math.Round(value) ? Group(value) : Digits(value, 3);

    /// <summary>Returns the label of a place on an axis, without trailing zeros.</summary>
    public static string Tick(double value) => Show(value) is var text && text.Contains('.', StringComparison.Ordinal)
        ? text.TrimEnd('0').TrimEnd('.')
        : text;

    /// <summary>Returns a number with this many significant digits, including trailing zeros. Digits before the point are never
    /// dropped.</summary>
    public static string Digits(double value, int digits)
    {
        if (!double.IsFinite(value))
            return "n/a";
        if (value == 0)
            return "0";
        var size = Math.Abs(value);
        if (size < 0.001)
            return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        int Decimals(double of) => digits - 1 - (int)Math.Floor(Math.Log10(of));
        // A number that rounds up to the next power of ten has one digit less after the point.
        var decimals = Decimals(Math.Round(size, Math.Clamp(Decimals(size), 0, 15)));
        return decimals > 0 ? value.ToString("F" + decimals, CultureInfo.InvariantCulture) : Group(Math.Round(value));
    }

    /// <summary>Returns a ratio with three significant digits, so that 0.4 and 0.423 look equally exact.</summary>
    public static string Ratio(double value) => Digits(value, 3);

    /// <summary>Returns a factor of noise as a percentage in both directions: 1.042 is <c>±4.2 %</c>.</summary>
    public static string Percent(double factor) => $"±{Digits((factor - 1) * 100, 2)} %";

    /// <summary>Returns a probability with two digits, or <c>&lt; 1e-6</c> if it is below a millionth.</summary>
    public static string P(double p) => p < 1e-6 ? "< 1e-6" : Digits(p, 2);

    public static string Span(double low, double high) => Digits(low, 3) == Digits(high, 3)
        ? Digits(low, 3)
        : $"{Digits(low, 3)} to {Digits(high, 3)}";

    /// <summary>Returns a number with its noun: <c>1 case</c>, <c>2 cases</c>.</summary>
    public static string Count(int n, string noun) => n == 1 ? $"1 {noun}" : $"{n} {noun}s";

    // ISO 80000 asks for a narrow space that does not break (U+202F). DejaVu Sans and browsers have this space.
    private static string Group(double whole) =>
        whole.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
