// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Scans at fixed intervals beside a trace. One into which a change falls is cut off (the sequence number changed) and
/// begins again at once, without limit, as wg(8) does on EINTR; what a completed scan has seen are the changes before it began.
/// <code>
///   changes      x        x                 x
///   scans     |-----||-----||-----|...interval...|-----|
///              cut    cut    completed: both changes noticed, at its end
/// </code>
/// </summary>
/// <param name="Completed">Scans that were not cut off.</param>
/// <param name="Begun">All that were begun.</param>
/// <param name="MeanStaleness">Seconds from a change to the end of the scan that shows it, on average.</param>
/// <param name="LongestStaleness">The most.</param>
/// <param name="Unnoticed">Changes that no scan shows that ends within the trace or began with its last change.</param>
public readonly record struct PeriodicScans(long Completed, long Begun, double MeanStaleness, double LongestStaleness, long Unnoticed)
{
    /// <summary>Simulates the scans from the trace's first event to its last.</summary>
    /// <param name="trace">The trace; every change of it counts.</param>
    /// <param name="interval">Seconds from one scan's first beginning to the next.</param>
    /// <param name="duration">Seconds that a scan lasts.</param>
    public static PeriodicScans Run(ChurnTrace trace, double interval, double duration) =>
        Run(Times(trace), trace.Seconds, interval, duration);

    /// <summary>The same for times in seconds from the beginning, ascending.</summary>
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

    /// <summary>The times of a trace's changes, in seconds from its first event.</summary>
    public static IEnumerable<double> Times(ChurnTrace trace)
    {
        var reader = trace.Changes.Read();
        while (reader.TryRead(out var change))
            yield return (change.Time - trace.First) / 1e6;
    }
}
