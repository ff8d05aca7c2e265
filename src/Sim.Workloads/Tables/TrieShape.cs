// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Workloads.Tables;

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

/// <summary>Walks the binary trie of a sorted array of distinct prefixes depth first (node, left, right) without
/// building it: a node is the range of the prefixes that share its bits.</summary>
internal abstract class TrieWalk(Family family, Prefix[] sorted)
{
    protected int Bits { get; } = family.Bits();

    /// <summary>Visits every node; does nothing on an empty table.</summary>
    protected void WalkAll()
    {
        if (sorted.Length > 0)
            Node(0, sorted.Length, 0, -1, TrieShape.Alone);
    }

    /// <summary>Visits a node, given the sorted prefixes at and below it, at least one, and its length; see
    /// <see cref="TrieShape"/>.</summary>
    protected abstract void Visit(ReadOnlySpan<Prefix> prefixes, int depth, int cover, int sibling, int shape);

    /// <summary>Visits the subtrie of the prefixes [start, end), which share <paramref name="depth"/> bits.</summary>
    private int Node(int start, int end, int depth, int cover, int sibling)
    {
        var isPrefix = sorted[start].Length == depth;
        var below = isPrefix ? start + 1 : start;
        var middle = FirstWithBit(below, end, depth);
        var shape = (isPrefix ? TrieShape.Prefix : 0) | (below < middle ? TrieShape.Left : 0) | (middle < end ? TrieShape.Right : 0);
        Visit(sorted.AsSpan(start, end - start), depth, cover, sibling, shape);
        cover = isPrefix ? depth : cover;
        var left = TrieShape.Alone;
        if (below < middle)
            left = Node(below, middle, depth + 1, cover, middle < end ? TrieShape.SiblingToCome : TrieShape.Alone);
        if (middle < end)
            Node(middle, end, depth + 1, cover, left);
        return shape;
    }

    /// <summary>Finds the first prefix of [start, end) whose bit number <paramref name="depth"/> is one.</summary>
    private int FirstWithBit(int start, int end, int depth)
    {
        if (depth == Bits)
            return end;
        var bit = UInt128.One << (127 - depth);
        while (start < end)
        {
            var middle = (start + end) >>> 1;
            if ((sorted[middle].Address & bit) != 0)
                end = middle;
            else
                start = middle + 1;
        }

        return start;
    }
}
