// SPDX-License-Identifier: MIT
namespace Sim.Figures.Machine;

public static class CacheSize
{
    /// <summary>The smallest and the largest size that is accepted as the size of a last-level cache.</summary>
    public const long Least = 64L << 10, Most = 16L << 30;

    /// <summary>Reads a whole number and a unit: <c>32768K</c> (sysfs), <c>512 KB</c> (/proc/cpuinfo), <c>260M</c>. K,
    /// M and G are powers of 1024; without a unit, the number is in bytes. Returns false for anything else, including
    /// fractions.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        int? shift = text[digits..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            _ => null,
        };
        if (shift is not { } by || number > long.MaxValue >> by)
            return false;
        bytes = number << by;
        return true;
    }

    /// <summary>Returns the size at the beginning of a report's fact, written as by <see cref="Show"/> or by sysfs; 0 if the fact begins
    /// with no size.</summary>
    public static long OfFact(string fact) => TryParse(fact.Split('(', 2)[0].Trim(), out var bytes) ? bytes : 0;

    /// <summary>Writes a size in the largest unit that gives a whole number: <c>32 MiB</c>.</summary>
    public static string Show(long bytes) => bytes switch
    {
        <= 0 => "unknown",
        _ when bytes % (1 << 30) == 0 => $"{bytes >> 30} GiB",
        _ when bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        _ when bytes % (1 << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes} B",
    };
}
