// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Figures.Machine;

/// <summary>
/// Other work on the machine while it measures. The thread that measures asks between measurements: nothing runs beside these.
/// <code>
///   readings   |----|------|----|----------|      others' share of a processor in each part:
///                         [measured]              (busy - own + steal) / seconds, over the parts that hold what was measured
/// </code>
/// </summary>
public sealed class MachineWatch(Func<MachineReading> read, DateTimeOffset started, int processors)
{
    /// <summary>Share of a processor that others may use before the machine is called busy; of many processors, 2 %.</summary>
    private const double LeastBusy = 0.25, BusyOfAll = 0.02;

    /// <summary>Share of the run after which the whole machine is called busy.</summary>
    private const double BusyTime = 0.1;

    /// <summary>Shortest time in seconds between two readings: the kernel counts in hundredths.</summary>
    private const double LeastSeconds = 0.2;

    private readonly List<MachineReading> _readings = [read()];

    /// <summary>Watches no machine: nothing is known, and nothing is busy.</summary>
    public static MachineWatch None => new(static () => default, DateTimeOffset.UnixEpoch, 1);

    /// <summary>Share of a processor above which the machine is called busy.</summary>
    public double Threshold => Math.Max(LeastBusy, BusyOfAll * processors);

    /// <summary>Reads the counters, and keeps them unless others were just kept. Returns seconds of the run’s clock.</summary>
    public double Sample()
    {
        var now = read();
        if (now.Seconds - _readings[^1].Seconds >= LeastSeconds)
            _readings.Add(now);
        return now.Seconds;
    }

    /// <summary>
    /// Processors that others used between two moments of the run's clock, what a hypervisor took included; null where it is not known.
    /// Counted over the readings around them, so that a moment's measurement is judged by the fifth of a second that it is in.
    /// </summary>
    public double? Others(double from, double to)
    {
        var first = Math.Max(_readings.FindLastIndex(reading => reading.Seconds <= from), 0);
        var last = _readings.FindIndex(Math.Min(first + 1, _readings.Count - 1), reading => reading.Seconds >= to);
        last = last < 0 ? _readings.Count - 1 : last;
        return Share(_readings[Math.Max(Math.Min(first, last - 1), 0)], _readings[last]);
    }

    /// <summary>Whether others used more than the threshold meanwhile; false where it is not known.</summary>
    public bool IsBusy(double from, double to) => Others(from, to) > Threshold;

    /// <summary>Runs an experiment, and marks the rows that it adds if others used the machine meanwhile.</summary>
    public void Run(List<Figure> figures, Action experiment)
    {
        var (first, from) = (figures.Count, Sample());
        experiment();
        if (!IsBusy(from, Sample()))
            return;
        for (var at = first; at < figures.Count; at++)
        {
            if (figures[at] is { Basis: Basis.Measured or Basis.Simulated or Basis.Estimated, Flag: "" })
                figures[at] = figures[at] with { Flag = Figure.Busy };
        }
    }

    /// <summary>Facts for a report, a line each; "unknown" where the system does not tell.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts()
    {
        var load = Load();
        return
        [
            new(HostFacts.OthersFact, load is { } known ? known.Describe(started) : "unknown"),
            new(HostFacts.StealFact, Percent(reading => reading.Steal, processors)),
            new(HostFacts.PressureFact, Percent(reading => reading.Waiting, 1)),
        ];
    }

    /// <summary>A remark where the machine was busy; null where it was quiet, or nothing is known.</summary>
    public string? Warning() => Load() is { } load && load.BusyShare >= BusyTime
        ? $"The machine was busy: other processes and the hypervisor used {load.Describe(started)}. For {Whole(load.BusyShare)} of the run it was more than "
            + $"{Number(Threshold)}. Times that were measured meanwhile are marked busy and get no verdict; run again on a quiet machine."
        : null;

    /// <summary>The load over all readings, weighted by time.</summary>
    private MachineLoad? Load()
    {
        var parts = _readings.Zip(_readings.Skip(1), (from, to) => (Share: Share(from, to), Seconds: to.Seconds - from.Seconds, At: from.Seconds))
            .Where(part => part.Share is not null).ToList();
        if (parts.Count == 0)
            return null;
        var (all, passed, median) = (parts.Sum(part => part.Seconds), 0.0, 0.0);
        foreach (var (share, seconds, _) in parts.OrderBy(part => part.Share))
        {
            (passed, median) = (passed + seconds, share!.Value);
            if (passed >= all / 2)
                break;
        }

        var worst = parts.MaxBy(part => part.Share);
        return new(median, worst.Share!.Value, worst.At, parts.Where(part => part.Share > Threshold).Sum(part => part.Seconds) / all);
    }

    /// <summary>Processors that others used. Kernel ticks and process times are counted differently, so a negative share counts as none.</summary>
    private static double? Share(MachineReading from, MachineReading to) =>
        to.Seconds > from.Seconds && to.Busy - from.Busy - (to.Own - from.Own) is { } others
            ? Math.Max(0, others + Math.Max(0, to.Steal - from.Steal ?? 0)) / (to.Seconds - from.Seconds)
            : null;

    private string Percent(Func<MachineReading, double?> counter, int of)
    {
        var (first, last) = (_readings[0], _readings[^1]);
        return last.Seconds > first.Seconds && counter(last) - counter(first) is { } seconds
            ? $"{(seconds / (last.Seconds - first.Seconds) / of * 100).ToString("0.0", CultureInfo.InvariantCulture)} % of the time"
            : "unknown";
    }

    internal static string Number(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Whole(double share) => $"{(share * 100).ToString("0", CultureInfo.InvariantCulture)} %";
}

/// <summary>Processors that others used: median and most over the run, the second of the most, the share of time above the threshold.</summary>
public readonly record struct MachineLoad(double Median, double Worst, double WorstAt, double BusyShare)
{
    public string Describe(DateTimeOffset started) => string.Create(
        CultureInfo.InvariantCulture, $"{MachineWatch.Number(Median)} of a processor in the median, {MachineWatch.Number(Worst)} at worst (at {started.AddSeconds(WorstAt):HH:mm:ss})");
}
