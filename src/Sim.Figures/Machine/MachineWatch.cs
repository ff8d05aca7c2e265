// SPDX-License-Identifier: MIT
namespace Sim.Figures.Machine;

/// <summary>Watches for other work on the machine during a run. The measuring thread reads the counters between measurements, so no other
/// thread disturbs a measurement.
/// <code>
///   readings   |----|------|----|----------|      others' share of a processor in each part:
///                         [measured]              (busy - own + steal) / seconds, over the parts that hold what was measured
/// </code></summary>
public sealed class MachineWatch(Func<MachineReading> read, DateTimeOffset started, int processors)
{
    /// <summary>The machine counts as busy if other processes use more than a quarter of one processor, and more than 2 % of all
    /// processors.</summary>
    private const double LeastBusy = 0.25, BusyOfAll = 0.02;

    /// <summary>If the machine is busy for this share of the run, the run gets a warning.</summary>
    private const double BusyTime = 0.1;

    /// <summary>The shortest time in seconds between two readings. The kernel counts in hundredths of a second.</summary>
    private const double LeastSeconds = 0.2;

    private readonly List<MachineReading> _readings = [read()];

    /// <summary>A watch that watches no machine and knows no load. So no measurement counts as made on a busy machine.</summary>
    public static MachineWatch None => new(static () => default, DateTimeOffset.UnixEpoch, 1);

    /// <summary>The share of a processor above which the machine counts as busy.</summary>
    public double Threshold => Math.Max(LeastBusy, BusyOfAll * processors);

    /// <summary>Reads the counters, and keeps the reading unless the last reading is too recent. Returns the seconds on the run's
    /// clock.</summary>
    public double Sample()
    {
        var now = read();
        if (now.Seconds - _readings[^1].Seconds >= LeastSeconds)
            _readings.Add(now);
        return now.Seconds;
    }

    /// <summary>Returns the number of processors that other processes and a hypervisor used between two moments of the run's clock; null if
    /// the number is not known. The interval that counts begins and ends at the readings around the two moments. So a short measurement is
    /// judged by the fifth of a second around the measurement.</summary>
    public double? Others(double from, double to)
    {
        var first = Math.Max(_readings.FindLastIndex(reading => reading.Seconds <= from), 0);
        var last = _readings.FindIndex(Math.Min(first + 1, _readings.Count - 1), reading => reading.Seconds >= to);
        last = last < 0 ? _readings.Count - 1 : last;
        return Share(_readings[Math.Max(Math.Min(first, last - 1), 0)], _readings[last]);
    }

    /// <summary>Returns whether other processes used more than the threshold between two moments; false if their use is not
    /// known.</summary>
    public bool IsBusy(double from, double to) => Others(from, to) > Threshold;

    /// <summary>Runs an experiment. If the machine was busy during the experiment, marks the rows that the experiment added.</summary>
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

    /// <summary>Returns facts about the load, for a report. A fact is "unknown" if the system lacks its counter.</summary>
    public IReadOnlyList<NamedFact> Facts()
    {
        var load = Load();
        return
        [
            new(HostFacts.OthersFact, load is { } known ? known.Describe(started) : "unknown"),
            new(HostFacts.StealFact, Percent(reading => reading.Steal, processors)),
            new(HostFacts.PressureFact, Percent(reading => reading.Waiting, 1)),
        ];
    }

    /// <summary>Returns a remark if the machine was busy; null if the machine was quiet or its load is not known.</summary>
    public string? Warning() => Load() is { } load && load.BusyShare >= BusyTime
        ? $"The machine was busy: other processes and the hypervisor used {load.Describe(started)}. For {Whole(load.BusyShare)} of the run they used more than "
            + $"{Number(Threshold)}. Times that were measured meanwhile are marked busy and get no verdict; run again on a quiet machine."
        : null;

    /// <summary>Returns the load over all readings, weighted by time.</summary>
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

    /// <summary>Returns the number of processors that other processes used. The kernel counts ticks and process times differently, so the
    /// difference may be negative; it then counts as 0.</summary>
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

/// <summary>The number of processors that other processes used: the median and the maximum over the run, the second at which the maximum
/// occurred, and the share of time above the threshold.</summary>
public readonly record struct MachineLoad(double Median, double Worst, double WorstAt, double BusyShare)
{
    public string Describe(DateTimeOffset started) => string.Create(
        CultureInfo.InvariantCulture, $"{MachineWatch.Number(Median)} of a processor in the median, {MachineWatch.Number(Worst)} at worst (at {started.AddSeconds(WorstAt):HH:mm:ss})");
}
