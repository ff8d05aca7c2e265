// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>What a trace's events come to, each counted apart.</summary>
public sealed record TraceCounts
{
    /// <summary>Announcements of the family.</summary>
    public long Announcements { get; internal set; }

    /// <summary>Withdrawals of the family.</summary>
    public long Withdrawals { get; internal set; }

    /// <summary>Paths that ended with their session rather than by a withdrawal, counted where the best path changed.</summary>
    public long SessionLosses { get; internal set; }

    /// <summary>Prefixes that got a peer.</summary>
    public long Inserts { get; internal set; }

    /// <summary>Prefixes that went from one peer to another.</summary>
    public long Moves { get; internal set; }

    /// <summary>Prefixes that lost their peer.</summary>
    public long Deletes { get; internal set; }

    /// <summary>Events that left the best path's next hop as it was: duplicates, other attributes, paths that are not the best.</summary>
    public long NoOps { get; internal set; }

    /// <summary>Events that changed the next hop to one behind the same WireGuard peer, because neighbours share peers.</summary>
    public long SamePeer { get; internal set; }

    /// <summary>Events in all: the sum of the five outcomes.</summary>
    public long Events => Inserts + Moves + Deletes + NoOps + SamePeer;

    /// <summary>What a daemon tells the kernel.</summary>
    public long Changes => Inserts + Moves + Deletes;

    /// <summary>Paths that the trace withdraws without having announced them, and which were put into the starting table.</summary>
    public long AssumedPaths { get; internal set; }

    /// <summary>Entries of RIB dumps in the files, which are no updates and were passed over.</summary>
    public long RibEntries { get; internal set; }

    /// <summary>Events whose time lies before that of the event before; they were taken to be simultaneous with it.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>Events whose time does not fit those around it, which is damage; they were taken to be simultaneous with the event before.</summary>
    public long SetAside { get; internal set; }

    /// <summary>The longest time between two events, in microseconds.</summary>
    public long LongestPause { get; internal set; }
}
