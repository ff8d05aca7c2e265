// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Figures;

/// <summary>A unit as it is shown: row values divided by <see cref="Divisor"/> are in <see cref="Unit"/>.</summary>
/// <param name="Divisor">Row units in one shown unit.</param>
/// <param name="Unit">The shown unit; empty for counts and ratios.</param>
public readonly record struct Scale(double Divisor, string Unit)
{
    /// <summary>Ratios have no unit and always three digits.</summary>
    public static Scale Ratio => new(1, "ratio");

    /// <summary>The unit in which the largest of <paramref name="values"/> has at most five digits before the point.</summary>
    /// <param name="unit">The rows' unit: ns, ms, bytes, kB, count, ratio or any other (shown as it is).</param>
    /// <param name="values">The values that will be shown together.</param>
    public static Scale For(string unit, IEnumerable<double> values)
    {
        var largest = values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return unit switch
        {
            "ns" when largest >= 1e8 => new(1e6, "ms"),
            "ns" when largest >= 1e5 => new(1e3, "µs"),
            "ms" when largest >= 1e5 => new(1e3, "s"),
            "bytes" when largest >= 10L << 30 => new(1L << 30, "GiB"),
            "bytes" when largest >= 10 << 20 => new(1 << 20, "MiB"),
            "bytes" when largest >= 10 << 10 => new(1 << 10, "KiB"),
            "ratio" => Ratio,
            "count" or "nodes" or "levels" or "lines" or "" => new(1, ""),
            _ => new(1, unit),
        };
    }

    public string Show(double value) => Unit.Length == 0 || this == Ratio ? Bare(value) : $"{Bare(value)} {Unit}";

    /// <summary>The number without its unit: four digits of counted bytes, three of what is measured, all of a count.</summary>
    public string Bare(double value) => Unit switch
    {
        "" => Numbers.Show(value / Divisor),
        "bytes" or "kB" or "KiB" or "MiB" or "GiB" => Numbers.Digits(value / Divisor, 4),
        _ => Numbers.Digits(value / Divisor, 3),
    };
}

/// <summary>Numbers as people read them: few digits, thousands apart.</summary>
public static class Numbers
{
    /// <summary>Whole numbers whole, others to three significant digits.</summary>
    public static string Show(double value) => value == Math.Round(value) ? Group(value) : Digits(value, 3);

    /// <summary>A place on an axis: no zeros at the end.</summary>
    public static string Tick(double value) => Show(value) is var text && text.Contains('.', StringComparison.Ordinal)
        ? text.TrimEnd('0').TrimEnd('.')
        : text;

    /// <summary>That many significant digits, zeros at the end included; digits before the point are never dropped.</summary>
    public static string Digits(double value, int digits)
    {
        if (!double.IsFinite(value))
            return "n/a";
        if (value == 0)
            return "0";
        var size = Math.Abs(value);
        if (size < 0.001)
            return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        var decimals = digits - 1 - (int)Math.Floor(Math.Log10(size));
        return decimals > 0 ? value.ToString("F" + decimals, CultureInfo.InvariantCulture) : Group(Math.Round(value));
    }

    /// <summary>A ratio: three significant digits always, so that 0.4 and 0.423 look equally exact.</summary>
    public static string Ratio(double value) => Digits(value, 3);

    /// <summary>A factor of noise as a percentage either way: 1.042 is <c>±4.2 %</c>.</summary>
    public static string Percent(double factor) => $"±{Digits((factor - 1) * 100, 2)} %";

    /// <summary>A probability: two digits, and no false exactness below a millionth.</summary>
    public static string P(double p) => p < 1e-6 ? "< 1e-6" : Digits(p, 2);

    public static string Span(double low, double high) => Digits(low, 3) == Digits(high, 3)
        ? Digits(low, 3)
        : $"{Digits(low, 3)} to {Digits(high, 3)}";

    /// <summary><c>1 case</c>, <c>2 cases</c>.</summary>
    public static string Count(int n, string noun) => n == 1 ? $"1 {noun}" : $"{n} {noun}s";

    // U+202F, a narrow space that does not break, is what ISO 80000 asks for; DejaVu Sans and browsers have it.
    private static string Group(double whole) =>
        whole.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
