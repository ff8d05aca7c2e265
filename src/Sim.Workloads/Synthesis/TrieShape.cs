// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Workloads.Synthesis;

/// <summary>Numbers the shapes of a binary trie's nodes, and the surroundings that a depth-first walk (node, left,
/// right) knows when it reaches a node. The table generator learns the shapes that surroundings have, and draws from
/// them. Shape 0 never occurs: a node that is no prefix leads to a prefix.
/// <code>
///   shape   bit 0: the node is a prefix    bit 1: it has a left child    bit 2: it has a right child
/// </code></summary>
internal static class TrieShape
{
    public const int Prefix = 1, Left = 2, Right = 4, Shapes = 8;

    /// <summary>Surroundings of a node that is its parent's only child. No sibling has shape 0, so the number is free.</summary>
    public const int Alone = 0;

    /// <summary>Surroundings of a left child whose right sibling comes later.</summary>
    public const int SiblingToCome = 8;

    private const int Siblings = 9;

    /// <summary>Distances to the covering prefix: 1..8, farther, none.</summary>
    private const int Covers = 10;

    /// <summary>The number of contexts for addresses of <paramref name="bits"/> bits.</summary>
    public static int Contexts(int bits) => (bits + 1) * Covers * Siblings;

    /// <summary>Returns the number of a node's surroundings: its prefix length; the length of the nearest prefix
    /// strictly above it, -1 if there is none; and <see cref="Alone"/>, <see cref="SiblingToCome"/> or the left shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Context(int depth, int cover, int sibling)
    {
        var distance = cover < 0 ? Covers - 1 : Math.Min(depth - cover, Covers - 1) - 1;
        return (depth * Covers + distance) * Siblings + sibling;
    }
}
