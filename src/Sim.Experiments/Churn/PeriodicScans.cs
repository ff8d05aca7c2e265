// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Simulates scans at fixed intervals beside a trace. A change during a scan cuts the scan off (its sequence number changes). The scan
/// begins again at once, without limit, as wg(8) does on EINTR. A completed scan shows all changes before its start. Staleness is the time
/// in seconds from a change to the end of the scan that shows it. Unnoticed is the number of changes that no scan begun within the trace
/// shows.
/// <code>
///   changes      x        x                 x
///   scans     |-----||-----||-----|...interval...|-----|
///              cut    cut    completed: both changes noticed, at its end
/// </code>
/// </summary>
public readonly record struct PeriodicScans(long Completed, long Begun, double MeanStaleness, double LongestStaleness, long Unnoticed)
{
    /// <summary>Simulates scans of <paramref name="duration"/> seconds, planned every <paramref name="interval"/> seconds, from the trace’s
    /// first event to its last.</summary>
    public static PeriodicScans Run(ChurnTrace trace, double interval, double duration) =>
        Run(Times(trace), trace.Seconds, interval, duration);

    /// <summary>Simulates the scans for changes at ascending times, in seconds from the beginning.</summary>
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

    /// <summary>Returns the times of a trace's changes, in seconds from its first event.</summary>
    public static IEnumerable<double> Times(ChurnTrace trace) => trace.Changes.Select(change => (change.Time - trace.First) / 1e6);
}
