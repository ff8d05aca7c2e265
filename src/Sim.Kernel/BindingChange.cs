// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>The kind of a change to a prefix.</summary>
public enum RouteChange
{
    /// <summary>The prefix keeps its next hop, or is still absent.</summary>
    None,

    /// <summary>The prefix was absent and gets a next hop.</summary>
    Insert,

    /// <summary>The prefix moves to another next hop.</summary>
    Move,

    /// <summary>The prefix loses its next hop.</summary>
    Delete,

    /// <summary>The prefix keeps its routes and gets one more route. AllowedIPs have no such change.</summary>
    Append,
}

/// <summary>One change of a prefix's WireGuard peer, which a routing daemon sends to the kernel.</summary>
/// <param name="Time">The time in microseconds since 1970; 0 outside traces.</param>
/// <param name="Prefix">The prefix.</param>
/// <param name="OldPeer">The peer that the prefix was bound to, <see cref="NoPeer"/>, or <see cref="Beside"/>.</param>
/// <param name="NewPeer">The peer that the prefix is bound to from now on, or <see cref="NoPeer"/>.</param>
public readonly record struct BindingChange(long Time, Prefix Prefix, int OldPeer, int NewPeer)
{
    /// <summary>Stands for no peer: the prefix is not in the table.</summary>
    public const int NoPeer = PeerNumber.None;

    /// <summary>Stands for the peers that a prefix keeps when a route to another peer is appended.</summary>
    public const int Beside = -2;

    public static BindingChange Insert(Prefix prefix, int peer) => new(0, prefix, NoPeer, peer);

    public static BindingChange Delete(Prefix prefix, int peer) => new(0, prefix, peer, NoPeer);

    public static BindingChange Move(Prefix prefix, int from, int to) => new(0, prefix, from, to);

    public static BindingChange Append(Prefix prefix, int peer) => new(0, prefix, Beside, peer);

    /// <summary>Returns the kind of change; <see cref="RouteChange.None"/> if both peers are the same.</summary>
    public RouteChange Kind => OldPeer == NewPeer ? RouteChange.None
        : OldPeer == NoPeer ? RouteChange.Insert
        : NewPeer == NoPeer ? RouteChange.Delete
        : OldPeer == Beside ? RouteChange.Append
        : RouteChange.Move;

    /// <summary>The peer that a message names: the old peer in a deletion, otherwise the new peer.</summary>
    public int Peer => NewPeer == NoPeer ? OldPeer : NewPeer;

    /// <summary>The change that undoes this one.</summary>
    public BindingChange Reversed => this with { OldPeer = NewPeer, NewPeer = OldPeer };
}
