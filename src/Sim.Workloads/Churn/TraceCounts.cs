// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Counts a trace's events, all of one family, by their effect on the bindings: prefixes that got a peer, went
/// from one peer to another, or lost their peer.</summary>
public sealed record TraceCounts
{
    public long Announcements { get; internal set; }
    public long Withdrawals { get; internal set; }

    /// <summary>Paths that ended with their session instead of a withdrawal, if the best path changed.</summary>
    public long SessionLosses { get; internal set; }

    public long Inserts { get; internal set; }
    public long Moves { get; internal set; }
    public long Deletes { get; internal set; }

    /// <summary>Events that kept the best path's next hop: duplicates, changes of other attributes, paths that are not the best.</summary>
    public long NoOps { get; internal set; }

    /// <summary>Events that changed the next hop but not the WireGuard peer, because neighbours share peers.</summary>
    public long SamePeer { get; internal set; }

    /// <summary>Events in all: the sum of the five outcomes.</summary>
    public long Events => Inserts + Moves + Deletes + NoOps + SamePeer;

    public long Changes => Inserts + Moves + Deletes;

    /// <summary>Paths that the trace withdraws but never announced. They are part of the starting table.</summary>
    public long AssumedPaths { get; internal set; }

    /// <summary>Entries of RIB dumps in the files. They are not updates and are skipped.</summary>
    public long RibEntries { get; internal set; }

    /// <summary>Events with a time before the previous event's. They count as simultaneous with the previous event.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>Events whose time does not fit those around it. They count as simultaneous with the previous event.</summary>
    public long SetAside { get; internal set; }

    /// <summary>The longest time between two events, in microseconds.</summary>
    public long LongestPause { get; internal set; }
}
