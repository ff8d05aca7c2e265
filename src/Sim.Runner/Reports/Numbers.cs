// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Runner.Reports;

/// <summary>A unit as it is shown: row values divided by <see cref="Divisor"/> are in <see cref="Unit"/>.</summary>
/// <param name="Divisor">Row units in one shown unit.</param>
/// <param name="Unit">The shown unit; empty for counts and ratios.</param>
internal readonly record struct Scale(double Divisor, string Unit)
{
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
            "count" or "ratio" or "nodes" or "levels" or "lines" or "" => new(1, ""),
            _ => new(1, unit),
        };
    }

    public string Show(double value) => Unit.Length == 0 ? Bare(value) : $"{Bare(value)} {Unit}";

    /// <summary>The number without its unit.</summary>
    public string Bare(double value) => Numbers.Show(value / Divisor);
}

/// <summary>Numbers as people read them: three significant digits, thousands apart, whole numbers whole.</summary>
internal static class Numbers
{
    public static string Show(double value)
    {
        if (!double.IsFinite(value))
            return "n/a";
        var size = Math.Abs(value);
        if (size >= 1000 || value == Math.Round(value))
            return Group(Math.Round(value));
        if (size < 0.001)
            return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        var digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(size)), 0, 5);
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) && digits > 2 ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>A factor of noise as a percentage either way: 1.04 is <c>±4 %</c>.</summary>
    public static string Percent(double factor) => $"±{Show((factor - 1) * 100)} %";

    public static string Span(double low, double high) => Show(low) == Show(high) ? Show(low) : $"{Show(low)} to {Show(high)}";

    /// <summary><c>1 case</c>, <c>2 cases</c>.</summary>
    public static string Count(int n, string noun) => n == 1 ? $"1 {noun}" : $"{n} {noun}s";

    // U+202F, a narrow space that does not break, is what ISO 80000 asks for; DejaVu Sans and browsers have it.
    private static string Group(double whole) =>
        whole.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
