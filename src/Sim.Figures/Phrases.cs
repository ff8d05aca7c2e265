// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Puts ratios in words: <c>1.7 to 11 times faster</c>, <c>2.8 % less</c>.</summary>
public static class Phrases
{
    /// <summary>Factors below this limit are written in percent.</summary>
    private const double Percentual = 1.5;

    /// <summary>Returns a ratio of two times in words: <c>1.8 times faster</c>, <c>12 % slower</c>.</summary>
    public static string Speed(double ratio) => Speed([ratio]);

    /// <summary>Returns several ratios of times in words: <c>1.7 to 11 times faster</c>. The ratios are all below 1 or all above
    /// 1.</summary>
    public static string Speed(IReadOnlyCollection<double> ratios)
    {
        var (faster, factors) = (ratios.Max() <= 1, ratios.Select(ratio => ratio <= 1 ? 1 / ratio : ratio).ToList());
        return factors.Max() < Percentual
            ? Span(factors, factor => Round((factor - 1) * 100)) is var percent and not "0" ? $"{percent} % {(faster ? "faster" : "slower")}" : "as fast"
            : $"{Span(factors, Round)} times {(faster ? "faster" : "slower")}";
    }

    /// <summary>Returns a ratio of two amounts in words: <c>2.8 % less</c>, <c>3.2 times as much</c>.</summary>
    public static string Amount(double ratio) => Amount(ratio, "", "").TrimEnd();

    /// <summary>Returns a ratio of two amounts of a thing in words: <c>2.8 % less memory than allowedips</c>.</summary>
    public static string Amount(double ratio, string thing, string other)
    {
        string With(string amount, string comparing) => other.Length > 0 ? $"{amount} {thing} {comparing} {other}" : amount;
        return ratio switch
        {
            < 1 when Percent(1 - ratio) is var less and not "0 %" => With($"{less} less", "than"),
            >= 2 => With($"{Round(ratio)} times as much", "as"),
            > 1 when Percent(ratio - 1) is var more and not "0 %" => With($"{more} more", "than"),
            _ => With("as much", "as"),
        };
    }

    /// <summary>Returns a share as a percentage with two digits: 0.028 is <c>2.8 %</c>.</summary>
    public static string Percent(double share) => $"{Round(share * 100)} %";

    private static string Span(List<double> values, Func<double, string> show) =>
        show(values.Min()) is var low && show(values.Max()) is var high && low == high ? low : $"{show(values.Min())} to {show(values.Max())}";

    // Two digits, and three just above 1. Digits before the point are kept, and values below 0.001 are 0.
    private static string Round(double value) => value < 0.001 ? "0" : Numbers.Digits(value, value is > 1 and < 1.1 ? 3 : 2);
}
