// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Counts a trace's events, all of one family, by their effect on the bindings: prefixes that got a peer, went
/// from one peer to another, or lost their peer.</summary>
public sealed record TraceCounts
{
    public long Announcements { get; internal set; }
    public long Withdrawals { get; internal set; }

    /// <summary>The number of paths that ended with their session and thereby changed the best path.</summary>
    public long SessionLosses { get; internal set; }

    public long Inserts { get; internal set; }
    public long Moves { get; internal set; }
    public long Deletes { get; internal set; }

    /// <summary>The number of events that kept the best path's next hop: duplicates, changes of other attributes, and changes of paths that
    /// are not the best.</summary>
    public long NoOps { get; internal set; }

    /// <summary>The number of events that changed the next hop but not the WireGuard peer, because neighbours share peers.</summary>
    public long SamePeer { get; internal set; }

    /// <summary>The number of all events: the sum of the five outcomes.</summary>
    public long Events => Inserts + Moves + Deletes + NoOps + SamePeer;

    public long Changes => Inserts + Moves + Deletes;

    /// <summary>The number of paths that the trace withdraws without an earlier announcement. Such paths are part of the starting
    /// table.</summary>
    public long AssumedPaths { get; internal set; }

    /// <summary>The number of RIB dump entries in the files. Such entries are not updates and are skipped.</summary>
    public long RibEntries { get; internal set; }

    /// <summary>The number of events with an earlier time than the previous event. Such events count as simultaneous with the previous
    /// event.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>The number of events whose time does not fit the times around it. Such events count as simultaneous with the previous
    /// event.</summary>
    public long SetAside { get; internal set; }

    /// <summary>The longest time between two events, in microseconds.</summary>
    public long LongestPause { get; internal set; }
}
