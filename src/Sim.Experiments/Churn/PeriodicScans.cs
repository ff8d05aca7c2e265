// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Simulates scans at fixed intervals during a trace. A change during a scan interrupts the scan, because the sequence number changes. An
/// interrupted scan starts again at once, any number of times, as in wg(8) on EINTR. A completed scan shows all changes before its start.
/// Staleness is the time in seconds from a change to the end of the scan that shows it. Scans begin only within the trace. Unnoticed counts
/// the changes that no scan shows.
/// <code>
///   changes      x        x                 x
///   scans     |-----||-----||-----|...interval...|-----|
///              cut    cut    completed: both changes noticed, at its end
/// </code>
/// </summary>
public readonly record struct PeriodicScans(long Completed, long Begun, double MeanStaleness, double LongestStaleness, long Unnoticed)
{
    /// <summary>Simulates scans from the trace’s first event to its last. A scan takes <paramref name="duration"/> seconds, and one is
    /// planned every <paramref name="interval"/> seconds.</summary>
    public static PeriodicScans Run(ChurnTrace trace, double interval, double duration) =>
        Run(Times(trace), trace.Seconds, interval, duration);

    /// <summary>Simulates the scans. <paramref name="changes"/> has the times of the changes in seconds from the beginning, in ascending
    /// order.</summary>
    public static PeriodicScans Run(IEnumerable<double> changes, double length, double interval, double duration)
    {
        using var next = changes.GetEnumerator();
        var more = next.MoveNext();
        var (completed, begun, noticed) = (0L, 0L, 0L);
        var (pending, pendingSum, oldest) = (0L, 0.0, 0.0);
        var (staleness, longest) = (0.0, 0.0);
        for (var (planned, begin) = (0.0, 0.0); begin <= length;)
        {
            for (; more && next.Current <= begin; more = next.MoveNext())
            {
                oldest = pending == 0 ? next.Current : oldest;
                pending++;
                pendingSum += next.Current;
            }

            begun++;
            var end = begin + duration;
            if (more && next.Current <= end)
            {
                begin = end;
                continue;
            }

            completed++;
            if (pending > 0)
            {
                staleness += pending * end - pendingSum;
                longest = Math.Max(longest, end - oldest);
                noticed += pending;
                (pending, pendingSum) = (0, 0);
            }

            planned += interval;
            begin = planned = Math.Max(planned, end);
        }

        for (; more; more = next.MoveNext())
            pending++;
        return new PeriodicScans(completed, begun, noticed == 0 ? 0 : staleness / noticed, longest, pending);
    }

    /// <summary>Returns the times of a trace's changes, in seconds from the trace's first event.</summary>
    public static IEnumerable<double> Times(ChurnTrace trace) => trace.Changes.Select(change => (change.Time - trace.First) / 1e6);
}
