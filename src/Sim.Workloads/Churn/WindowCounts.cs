// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Statistics of the events per window, for windows of one length in microseconds. Windows begin at multiples of the length, in
/// UTC. Empty windows are included. The dispersion is variance / mean: 1 if events are independent.</summary>
public sealed record WindowCounts(long Microseconds, long Windows, double Mean, double Dispersion, long Median, long P90, long P99, long Most);

/// <summary>Counts the events in windows of one length. Memory: one entry per distinct count.</summary>
internal sealed class WindowCounter(long microseconds)
{
    private readonly Dictionary<long, long> _filled = [];
    private long _window = -1;
    private long _count;

    /// <summary>The number of ordered pairs of different events in the same window, over all windows: the sum of n (n - 1).</summary>
    public double Pairs { get; private set; }

    /// <summary>Counts an event. The event's time is in microseconds since 1970, and must not be before the previous event's
    /// time.</summary>
    public void Add(long time)
    {
        var window = time / microseconds;
        if (window != _window)
            Close();
        _window = window;
        _count++;
    }

    /// <summary>Returns the statistics, given the microseconds from the first event to the last.</summary>
    public WindowCounts Finish(long duration)
    {
        Close();
        // A last window that is less than half over does not count as a window, but its events count.
        var windows = Math.Max(1, (duration + microseconds / 2) / microseconds);
        var filled = _filled.Values.Sum();
        var (events, squares) = (0.0, 0.0);
        foreach (var (count, times) in _filled)
        {
            events += (double)count * times;
            squares += (double)count * count * times;
        }

        var mean = events / windows;
        var dispersion = mean == 0 ? 0 : Math.Max(squares / windows - mean * mean, 0) / mean;
        var counts = _filled.OrderBy(entry => entry.Key).ToList();
        long Quantile(double share)
        {
            var left = (long)(share * windows) - Math.Max(windows - filled, 0);
            foreach (var (count, times) in counts)
            {
                if (left < 0)
                    return 0;
                if ((left -= times) < 0)
                    return count;
            }

            return counts.Count == 0 ? 0 : counts[^1].Key;
        }

        return new WindowCounts(
            microseconds, windows, mean, dispersion, Quantile(0.5), Quantile(0.9), Quantile(0.99), counts.Count == 0 ? 0 : counts[^1].Key);
    }

    private void Close()
    {
        if (_count == 0)
            return;
        CollectionsMarshal.GetValueRefOrAddDefault(_filled, _count, out _)++;
        Pairs += (double)_count * (_count - 1);
        _count = 0;
    }
}
