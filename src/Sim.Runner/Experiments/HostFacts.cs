// SPDX-License-Identifier: MIT
using System.Reflection;
using System.Runtime.InteropServices;

namespace Sim.Runner.Experiments;

/// <summary>What must be known of a machine before its numbers mean anything.</summary>
internal static class HostFacts
{
    public static IReadOnlyList<KeyValuePair<string, string>> Environment() =>
    [
        new("processor", FirstValue("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()),
        new("logical processors", $"{System.Environment.ProcessorCount}"),
        new("last-level cache", LastLevelCache()),
        new("memory", FirstValue("/proc/meminfo", "MemTotal") ?? "unknown"),
        new("operating system", RuntimeInformation.OSDescription),
        new("transparent huge pages", ReadLine("/sys/kernel/mm/transparent_hugepage/enabled") ?? "unknown"),
        new("runtime", RuntimeInformation.FrameworkDescription),
        new("load average at start", ReadLine("/proc/loadavg") ?? "unknown"),
    ];

    public static IReadOnlyList<KeyValuePair<string, string>> Versions() =>
    [
        new("wg-sim", VersionOf(typeof(HostFacts))),
        new("ports follow", "Linux 6.12 (allowedips.c with single-prefix removal of 6.16, fib_trie.c, ip6_fib.c, mm/slub.c)"),
        new("MathNet.Numerics", VersionOf(typeof(MathNet.Numerics.Statistics.Statistics))),
        new("ScottPlot", VersionOf(typeof(ScottPlot.Plot))),
    ];

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";

    /// <summary>Bytes of the last-level cache; 0 where it is not known.</summary>
    public static long LastLevelCacheBytes { get; } = Bytes(LastLevelCache());

    /// <summary>As sysfs says it (<c>32768K</c>), or /proc/cpuinfo (<c>512 KB</c>); 0 for what is no size.</summary>
    private static long Bytes(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text.AsSpan(0, digits), out var size))
            return 0;
        return text[digits..].TrimStart() switch { ['K', ..] => size << 10, ['M', ..] => size << 20, _ => size };
    }

    private static string LastLevelCache()
    {
        for (var index = 4; index >= 0; index--)
        {
            if (ReadLine($"/sys/devices/system/cpu/cpu0/cache/index{index}/size") is { } size)
                return size;
        }

        return FirstValue("/proc/cpuinfo", "cache size") ?? "unknown";
    }

    private static string? FirstValue(string file, string key) =>
        File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
                ?.Split(':', 2)[1].Trim()
            : null;

    private static string? ReadLine(string file) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault()?.Trim() : null;
}
