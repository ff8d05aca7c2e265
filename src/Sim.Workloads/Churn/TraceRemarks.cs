// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Workloads.Churn;

/// <summary>Remarks on a trace that are no damage, and that a reader of its figures must know.</summary>
public static class TraceRemarks
{
    private const double LeastPause = 3600;
    private const double MostOfTrace = 0.9;

    /// <summary>
    /// Returns a remark on a trace that is nearly all one pause, of an hour or more; null for any other. The pause may be real, or one
    /// record's time may be wrong: nothing in the trace tells.
    /// </summary>
    /// <param name="source">The trace.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="pause">Its longest pause in seconds.</param>
    public static string? Pause(string source, double seconds, double pause) =>
        pause < LeastPause || pause < MostOfTrace * seconds
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{source}: one pause of {pause:N0} s is nearly all of the trace's {seconds:N0} s. Its rate, and speeds against its own clock, are those of that pause");
}
