// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Figures.Machine;

public static class HostFacts
{
    /// <summary>The names of facts that differ in every run.</summary>
    public const string LoadFact = "load average at start", LoadEndFact = "load average at end", OthersFact = "others’ use of processors",
        StealFact = "steal", PressureFact = "CPU pressure", SweepFact = "cache sweep";

    public const string CacheFact = "last-level cache";

    /// <summary>Whether the processor’s counters can be read.</summary>
    public const string CountersFact = "counters of the processor";

    /// <summary>Returns the facts at the start of a run. If <paramref name="cacheBytes"/> is 0, the facts state the last-level cache that
    /// the system reports.</summary>
    public static IReadOnlyList<NamedFact> Environment(long cacheBytes = 0) =>
    [
        new("processor", FirstValue("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()),
        new("logical processors", $"{System.Environment.ProcessorCount}"),
        new(CacheFact, cacheBytes > 0 ? $"{CacheSize.Show(cacheBytes)} (--cache-size; the system says {LastLevelCache()})" : LastLevelCache()),
        new("memory", FirstValue("/proc/meminfo", "MemTotal") ?? "unknown"),
        new("operating system", RuntimeInformation.OSDescription),
        new("transparent huge pages", ReadLine("/sys/kernel/mm/transparent_hugepage/enabled") ?? "unknown"),
        new("runtime", RuntimeInformation.FrameworkDescription),
        new(LoadFact, LoadAverage()),
    ];

    /// <summary>The size in bytes of the last-level cache that the system reports; 0 if the system reports no such cache.</summary>
    public static long LastLevelCacheBytes { get; } = CacheSize.OfFact(LastLevelCache());

    public static string LoadAverage() => ReadLine("/proc/loadavg") ?? "unknown";

    private static string LastLevelCache() =>
        new[] { 4, 3, 2, 1, 0 }.Select(index => ReadLine($"/sys/devices/system/cpu/cpu0/cache/index{index}/size")).FirstOrDefault(size => size is not null)
        ?? FirstValue("/proc/cpuinfo", "cache size") ?? "unknown";

    private static string? FirstValue(string file, string key) =>
        FirstLine(file, line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();

    private static string? ReadLine(string file) => FirstLine(file)?.Trim();

    /// <summary>Returns the first line of a file, or the first line that fits; null if no line fits or the file cannot be read.</summary>
    public static string? FirstLine(string file, Func<string, bool>? fits = null)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(fits ?? (static _ => true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
