// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Churn;

/// <summary>One change of a prefix's WireGuard peer, which a routing daemon sends to the kernel.</summary>
/// <param name="Time">Microseconds since 1970.</param>
/// <param name="Prefix">The prefix.</param>
/// <param name="OldPeer">The peer it was bound to, or <see cref="NoPeer"/>.</param>
/// <param name="NewPeer">The peer it is bound to from now on, or <see cref="NoPeer"/>.</param>
public readonly record struct BindingChange(long Time, Prefix Prefix, int OldPeer, int NewPeer)
{
    /// <summary>Stands for no peer: the prefix is not in the table.</summary>
    public const int NoPeer = -1;

    /// <summary>Returns the kind of change; <see cref="RouteChange.None"/> if both peers are the same.</summary>
    public RouteChange Kind => OldPeer == NewPeer ? RouteChange.None
        : OldPeer == NoPeer ? RouteChange.Insert
        : NewPeer == NoPeer ? RouteChange.Delete
        : RouteChange.Move;

    /// <summary>The change that takes this one back.</summary>
    public BindingChange Reversed => this with { OldPeer = NewPeer, NewPeer = OldPeer };
}
