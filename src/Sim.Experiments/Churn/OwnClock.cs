// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Simulates one writer on the trace's own clock: batches queue in order, and each batch takes its measured time. <c>origin</c> is the
/// start of the trace in microseconds since 1970. Seconds are counted from the start of the trace, so that no digits are lost.
/// <code>
///   opened   due       begins      done
///   |--------|---------|-----------|        backlog = done - due, staleness = done - opened
///    window    waiting   service
/// </code>
/// </summary>
public sealed class OwnClock(long origin)
{
    private double _free;

    /// <summary>The total seconds in which the writer serves batches.</summary>
    public double Busy { get; private set; }

    /// <summary>The longest time, in seconds, from the end of a window until the kernel has finished the window's batch.</summary>
    public double WorstBacklog { get; private set; }

    /// <summary>The longest time, in seconds, from the opening of a window until the kernel has finished the window's batch.</summary>
    public double WorstStaleness { get; private set; }

    /// <summary>Serves a batch, which takes <paramref name="service"/> seconds. The batch's window ran from <paramref name="opened"/> to
    /// <paramref name="due"/>, in microseconds since 1970.</summary>
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
