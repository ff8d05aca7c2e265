// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>What an operation does; the number is the one in the agent's operation files.</summary>
public enum BindKind : byte
{
    Add = 0,
    Delete = 1,

    /// <summary>To another peer. For WireGuard the same as <see cref="Add"/>.</summary>
    Move = 2,

    /// <summary>A further route to the prefix, by another peer. Routes alone have that.</summary>
    Append = 3,
}

/// <summary>One change of which peer a prefix belongs to.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Kind">Whether it is added, deleted, moved or appended.</param>
/// <param name="Peer">The peer's number, from 0: the new one of an addition or a move, the present one of a deletion.</param>
public readonly record struct BindOperation(Prefix Prefix, BindKind Kind, ushort Peer);
