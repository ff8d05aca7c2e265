// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Simulates one writer on the trace's own clock: batches queue in order, and each takes its measured time. Seconds are counted from the
/// trace's beginning (<c>origin</c>, in microseconds since 1970), so that no digits are lost.
/// <code>
///   opened   due       begins      done
///   |--------|---------|-----------|        backlog = done - due, staleness = done - opened
///    window    waiting   service
/// </code>
/// </summary>
public sealed class OwnClock(long origin)
{
    private double _free;

    /// <summary>The total seconds of service.</summary>
    public double Busy { get; private set; }

    /// <summary>The largest backlog when a batch is handed over, in seconds, including that batch.</summary>
    public double WorstBacklog { get; private set; }

    /// <summary>The longest time, in seconds, from the opening of a window until the kernel has finished its batch.</summary>
    public double WorstStaleness { get; private set; }

    /// <summary>Serves a batch that takes <paramref name="service"/> seconds. Its window ran from <paramref name="opened"/> to <paramref
    /// name="due"/>, in microseconds since 1970.</summary>
    public void Serve(long opened, long due, double service)
    {
        var handedOver = (due - origin) / 1e6;
        var done = Math.Max(_free, handedOver) + service;
        Busy += service;
        WorstBacklog = Math.Max(WorstBacklog, done - handedOver);
        WorstStaleness = Math.Max(WorstStaleness, done - (opened - origin) / 1e6);
        _free = done;
    }
}
