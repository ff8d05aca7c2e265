// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// One writer on the trace's own clock: batches queue in the order in which they are handed over, and each takes the time
/// that was measured for it. Seconds are counted from the trace's beginning (microseconds since 1970), or digits would be lost.
/// <code>
///   opened   due       begins      done
///   |--------|---------|-----------|        backlog = done - due, staleness = done - opened
///    window    waiting   service
/// </code>
/// </summary>
public sealed class OwnClock(long origin)
{
    private double _free;

    /// <summary>Seconds of service in all.</summary>
    public double Busy { get; private set; }

    /// <summary>The most unfinished work at any handing over, in seconds, that of the batch included.</summary>
    public double WorstBacklog { get; private set; }

    /// <summary>The longest time from a window's opening to its end in the kernel, in seconds.</summary>
    public double WorstStaleness { get; private set; }

    /// <summary>Serves a batch for some seconds; its window opened, and it was handed over, at microseconds of the trace.</summary>
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
