// SPDX-License-Identifier: MIT
namespace Sim.Figures.Machine;

/// <summary>The system's counters at a moment of the run's clock, in seconds. A counter that the system lacks is null. Busy: the work of
/// all processors. Own: the work of this process, and of its child processes that have ended. Steal: the time that a hypervisor gave to other guests while a processor here had work.
/// Waiting: the time in which some task waited for a processor.</summary>
public readonly record struct MachineReading(double Seconds, double? Busy, double? Own, double? Steal, double? Waiting)
{
    /// <summary>The ticks per second in /proc/stat (USER_HZ): 100 on every Linux that .NET supports.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Reads the system's counters in /proc. Without /proc, these counters are null.</summary>
    public static MachineReading At(double seconds)
    {
        var (busy, steal) = OfStat(HostFacts.FirstLine("/proc/stat"));
        var own = Environment.CpuUsage.TotalTime.TotalSeconds + OfChildren(HostFacts.FirstLine("/proc/self/stat"));
        return new(seconds, busy, own, steal, OfPressure(HostFacts.FirstLine("/proc/pressure/cpu")));
    }

    /// <summary>Reads the first line of /proc/stat (proc(5)): <c>cpu user nice system idle iowait irq softirq steal guest guest_nice</c>.
    /// User and nice include the guests' time. Kernels before 2.6.11 have no steal.</summary>
    public static (double? Busy, double? Steal) OfStat(string? line)
    {
        var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var seconds = words.Skip(1).Select(word => Count(word) / TicksPerSecond).ToList();
        if (words is not ["cpu", _, _, _, _, ..] || seconds.Contains(null))
            return (null, null);
        double At(int place) => seconds.ElementAtOrDefault(place) ?? 0;
        return (At(0) + At(1) + At(2) + At(5) + At(6), seconds.Count > 7 ? At(7) : null);
    }

    /// <summary>Returns the seconds of the child processes that have ended, from the line of /proc/self/stat (proc(5)): the 14th and the 15th
    /// word after the name in brackets, which may contain blanks and brackets. 0 without such a line.</summary>
    public static double OfChildren(string? line)
    {
        var words = line?[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length > 14 && Count(words[13]) is { } user && Count(words[14]) is { } system ? (user + system) / TicksPerSecond : 0;
    }

    /// <summary>Returns the seconds in the first line of /proc/pressure/cpu (psi.rst): <c>some avg10=0.00 avg60=0.00 avg300=0.00
    /// total=53431978</c>.</summary>
    public static double? OfPressure(string? line)
    {
        const string total = "total=";
        var words = line?.Split(' ') is ["some", .. var rest] ? rest : [];
        return Count(Array.Find(words, part => part.StartsWith(total, StringComparison.Ordinal))?[total.Length..]) / 1e6;
    }

    private static ulong? Count(string? word) => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
