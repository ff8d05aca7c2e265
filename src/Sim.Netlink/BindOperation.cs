// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>The kinds of operation, numbered as in the agent's operation files.</summary>
public enum BindKind : byte
{
    Add = 0,
    Delete = 1,

    /// <summary>Gives the prefix to another peer. For WireGuard the same as <see cref="Add"/>.</summary>
    Move = 2,

    /// <summary>Adds a further route to the prefix, by another peer. Only routes have this.</summary>
    Append = 3,
}

/// <summary>One change of the peer that a prefix belongs to.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Kind">Whether it is added, deleted, moved or appended.</param>
/// <param name="Peer">The peer's number, from 0: the new one of an addition or a move, the present one of a deletion.</param>
public readonly record struct BindOperation(Prefix Prefix, BindKind Kind, ushort Peer);
