// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>One prefix in one record. The reader reuses the struct for the next call, so copy the fields that you keep.</summary>
public struct MrtRoute
{
    /// <summary>The prefix. Host bits that the file sets are cleared.</summary>
    public Prefix Prefix;

    /// <summary>The peer's index in <see cref="MrtReader.Peers"/>.</summary>
    public int Peer;

    /// <summary>The ADD-PATH identifier (RFC 7911); 0 if there is none.</summary>
    public uint PathId;

    /// <summary>The record's time in microseconds since 1970.</summary>
    public long Time;

    /// <summary>The time at which the peer announced an entry of a dump, in seconds since 1970; 0 for messages.</summary>
    public uint Originated;

    /// <summary>The number of the record, from 1.</summary>
    public long Record;

    /// <summary>Bytes from the start of the content to the record.</summary>
    public long Offset;

    /// <summary>Whether the prefix is withdrawn because the UPDATE that announces it is malformed (RFC 7606,
    /// treat-as-withdraw). Such a withdrawal does not show that a path existed before.</summary>
    public bool Malformed;
}

/// <summary>Receives the content of a file in the order of the file. Implement this interface as a struct. The JIT then compiles the reader
/// for the struct and inlines the calls. Withdrawals of an UPDATE come before its announcements, as in RFC 4271.</summary>
public interface IMrtHandler
{
    /// <summary>Takes an entry of a RIB dump. The attributes are valid only during the call.</summary>
    void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes);

    /// <summary>Takes a prefix that an UPDATE announces. The attributes are valid only during the call.</summary>
    void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes);

    /// <summary>Takes a prefix that an UPDATE withdraws, or a prefix that an UPDATE announces with malformed attributes.</summary>
    void Withdraw(ref readonly MrtRoute route);

    /// <summary>Takes a change of a session's state, with the time in microseconds since 1970 and the states before and
    /// after: 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, 6 Established.</summary>
    void StateChange(int peer, long time, int from, int to);
}
