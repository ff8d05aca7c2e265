// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>The structure of a real table, as the generator uses it: the top of the trie, which is kept, and the frequencies of branches
/// below the top.
/// <code>
///   depth 0 ......... BlockDepth ........... host      IPv4 /16, IPv6 /24
///     top: where       a block: size class,  shapes drawn by (size class, surroundings), the size class being
///     blocks are       covered or not        drawn anew at each of ClassDepths
/// </code>
/// The size class of a node is the bit length of the number of prefixes at and below the node. Without size classes, dense and sparse space
/// would average out, unlike in a real table.</summary>
internal sealed class TableStructure
{
    private const int Classes = 24;

    private readonly int[] _classDepths;

    /// <summary>The frequency of each [class, context, shape], and of each [class above, context, class].</summary>
    private readonly Dictionary<(int Class, int Context), int[]> _shapes = [], _classes = [];

    private TableStructure(Family family)
    {
        Family = family;
        BlockDepth = family == Family.IPv4 ? 16 : 24;
        _classDepths = family == Family.IPv4 ? [16, 20] : [24, 32, 40];
    }

    /// <summary>One node at <see cref="BlockDepth"/> with a prefix at or below it. Address: the node's bits, left-aligned. Class: the
    /// node's size class. Cover: the length of the nearest prefix above the node; -1 if there is none.</summary>
    internal readonly record struct Block(UInt128 Address, int Class, int Cover);

    public Family Family { get; }
    public int BlockDepth { get; }

    /// <summary>The blocks in ascending order.</summary>
    public List<Block> Blocks { get; } = [];

    /// <summary>The prefixes above the blocks, in ascending order.</summary>
    public List<Prefix> Top { get; } = [];

    public static TableStructure Learn(Family family, Prefix[] sorted)
    {
        var structure = new TableStructure(family);
        new Learner(structure, sorted).Run();
        return structure;
    }

    /// <summary>Draws the prefixes of one block, in ascending order. The block may have another address than the block that was learned.
    /// The drawing ends if <paramref name="take"/> returns false.</summary>
    public bool Draw(Block root, ref Rng rng, Func<Prefix, bool> take) =>
        DrawNode(root.Address, BlockDepth, root.Cover, TrieShape.Alone, root.Class, ref rng, take) >= 0;

    /// <summary>Draws a subtrie. Returns the node's shape, or -1 if <paramref name="take"/> ended the drawing.</summary>
    private int DrawNode(UInt128 address, int depth, int cover, int sibling, int sizeClass, ref Rng rng, Func<Prefix, bool> take)
    {
        var context = TrieShape.Context(depth, cover, sibling);
        if (depth > BlockDepth && Array.IndexOf(_classDepths, depth) >= 0)
        {
            // The left sibling's shape was drawn under its own class, so this class may never have been seen beside it.
            // It has been seen in the surroundings of a left child.
            if (!_classes.ContainsKey((sizeClass, context)))
                context = TrieShape.Context(depth, cover, TrieShape.SiblingToCome);
            sizeClass = DrawFrom(_classes[(sizeClass, context)], ref rng);
        }

        var shape = DrawFrom(_shapes[(sizeClass, context)], ref rng);
        if ((shape & TrieShape.Prefix) != 0)
        {
            if (!take(new Prefix(Family, address, depth)))
                return -1;
            cover = depth;
        }

        var left = TrieShape.Alone;
        if ((shape & TrieShape.Left) != 0)
        {
            var next = (shape & TrieShape.Right) != 0 ? TrieShape.SiblingToCome : TrieShape.Alone;
            left = DrawNode(address, depth + 1, cover, next, sizeClass, ref rng, take);
            if (left < 0)
                return -1;
        }

        if ((shape & TrieShape.Right) != 0
            && DrawNode(address | UInt128.One << (127 - depth), depth + 1, cover, left, sizeClass, ref rng, take) < 0)
        {
            return -1;
        }

        return shape;
    }

    private static int DrawFrom(int[] cumulated, ref Rng rng)
    {
        var ticket = rng.Below(cumulated[^1]);
        var index = 0;
        while (cumulated[index] <= ticket)
            index++;
        return index;
    }

    /// <summary>Counts shapes and classes. The learner walks the binary trie of the prefixes depth first (node, left, right) without
    /// building it: a node is the range of the sorted prefixes that share its bits. Drawing reaches only contexts that the learner has
    /// seen. A child's context follows from its parent's context and shape and from its left sibling's shape. The parent and the sibling
    /// were drawn from the contexts and shapes seen. There is one exception: if the class is drawn anew, two siblings may occur together
    /// that were never seen together; see <see cref="DrawNode"/>.</summary>
    private sealed class Learner(TableStructure structure, Prefix[] sorted)
    {
        /// <summary>The size classes on the path of the walk, indexed by the depth of the node that sets the class.</summary>
        private readonly int[] _class = new int[129];

        public void Run()
        {
            if (sorted.Length > 0)
                Node(0, sorted.Length, 0, -1, TrieShape.Alone);
            foreach (var counts in structure._shapes.Values.Concat(structure._classes.Values))
            {
                for (var i = 1; i < counts.Length; i++)
                    counts[i] += counts[i - 1];
            }
        }

        /// <summary>Visits the subtrie of the prefixes [start, end). The range is not empty, and its prefixes share
        /// <paramref name="depth"/> bits. Returns the node's shape.</summary>
        private int Node(int start, int end, int depth, int cover, int sibling)
        {
            var isPrefix = sorted[start].Length == depth;
            var below = isPrefix ? start + 1 : start;
            var middle = FirstWithBit(below, end, depth);
            var shape = (isPrefix ? TrieShape.Prefix : 0) | (below < middle ? TrieShape.Left : 0) | (middle < end ? TrieShape.Right : 0);
            Visit(sorted[start], end - start, depth, cover, sibling, shape);
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
            if (depth == structure.Family.Bits())
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

        private void Visit(Prefix first, int prefixes, int depth, int cover, int sibling, int shape)
        {
            if (depth < structure.BlockDepth)
            {
                if ((shape & TrieShape.Prefix) != 0)
                    structure.Top.Add(first);
                return;
            }

            sibling = depth == structure.BlockDepth ? TrieShape.Alone : sibling;
            var context = TrieShape.Context(depth, cover, sibling);
            _class[depth] = depth > structure.BlockDepth ? _class[depth - 1] : 0;
            if (Array.IndexOf(structure._classDepths, depth) >= 0)
            {
                var above = _class[depth];
                _class[depth] = Math.Min(Classes - 1, 32 - BitOperations.LeadingZeroCount((uint)prefixes));
                Count(structure._classes, (above, context), _class[depth], Classes);
            }

            Count(structure._shapes, (_class[depth], context), shape, TrieShape.Shapes);
            if (depth == structure.BlockDepth)
                structure.Blocks.Add(new Block(first.Address & Prefix.Mask(depth), _class[depth], cover));
        }

        private static void Count(Dictionary<(int, int), int[]> table, (int, int) key, int value, int values)
        {
            if (!table.TryGetValue(key, out var counts))
                table.Add(key, counts = new int[values]);
            counts[value]++;
        }
    }
}

/// <summary>Numbers the shapes of a binary trie's nodes, and the surroundings that a depth-first walk (node, left, right) knows when it
/// reaches a node. The table generator learns which shapes occur in which surroundings, and draws shapes accordingly. Shape 0 never occurs,
/// because a node that is not a prefix has a child.
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

    /// <summary>The number of classes of distance to the covering prefix: 1 to 8, farther, none.</summary>
    private const int Covers = 10;

    /// <summary>Returns a number for a node's surroundings: the node's depth; the length of the nearest prefix strictly above the node, -1
    /// if there is none; and <see cref="Alone"/>, <see cref="SiblingToCome"/> or the left sibling's shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Context(int depth, int cover, int sibling)
    {
        var distance = cover < 0 ? Covers - 1 : Math.Min(depth - cover, Covers - 1) - 1;
        return (depth * Covers + distance) * Siblings + sibling;
    }
}
