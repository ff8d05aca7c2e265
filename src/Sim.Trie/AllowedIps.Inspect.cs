// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>The shape of one family's trie: the number of nodes and the number of prefixes (nodes with a peer), in total and at each depth.
/// The root has depth 1; index 0 is unused.</summary>
public sealed record AllowedIpsShape(
    Family Family, long Nodes, long Valued, int MaxDepth, IReadOnlyList<long> NodesAtDepth, IReadOnlyList<long> ValuedAtDepth);

/// <summary>A node and its depth, as seen by a walk of the whole trie.</summary>
public readonly unsafe struct TrieNode(allowedips_node* node, int depth)
{
    public allowedips_node* Node { get; } = node;

    /// <summary>The depth of the node; 1 for the root.</summary>
    public int Depth { get; } = depth;

    /// <summary>The owner of the prefix; null in a node that only joins two subtrees.</summary>
    public wg_peer* Peer => Node->peer;

    /// <summary>The prefix of the node, with its host bits masked.</summary>
    public Prefix Prefix => AllowedIps.ReadNode(Node);
}

/// <summary>A node that <c>find_node</c> reads during a lookup.</summary>
/// <remarks><c>find_node</c> reads less than a cache line of a node, from the first field that it needs to the last word of <c>bits</c>. So
/// find_node reads only <see cref="FirstLine"/> and <see cref="LastLine"/>, which are often the same line:
/// <code>
///   the prefix matches      peer ... bit[] ... cidr ... bits   from byte 0
///   it does not                            cidr ... bits       from byte 24
///   IPv4                                                       to byte 35
///   IPv6, the upper words differ                               to byte 39: common_bits needs no more
///   IPv6, the upper words are equal                            to byte 47
/// </code>
/// The root pointer and the peer's reference count are not counted.</remarks>
public readonly unsafe struct PathStep(allowedips_node* node, int depth, bool matches, int bytesEnd)
{
    private readonly TrieNode _node = new(node, depth);
    private readonly byte _bytesEnd = (byte)bytesEnd;

    public allowedips_node* Node => _node.Node;
    public int Depth => _node.Depth;
    public wg_peer* Peer => _node.Peer;
    public Prefix Prefix => _node.Prefix;

    /// <summary>Whether the prefix contains the address; false only for the last node of a path.</summary>
    public bool Matches { get; } = matches;

    /// <summary>The address of the first 64-byte line that is read.</summary>
    public nuint FirstLine => ((nuint)Node + (Matches ? 0u : 24u)) & ~(nuint)(TouchedLines.LineBytes - 1);

    /// <summary>The address of the last 64-byte line that is read.</summary>
    public nuint LastLine => ((nuint)Node + (nuint)_bytesEnd - 1) & ~(nuint)(TouchedLines.LineBytes - 1);
}

/// <summary>The nodes and cache lines that one lookup reads.</summary>
/// <param name="Nodes">The number of nodes visited, including the node that did not match.</param>
/// <param name="CacheLines">The number of distinct 64-byte lines that <c>find_node</c> reads in these nodes.</param>
/// <param name="FoundDepth">The depth of the node whose peer is the answer; 1 for the root, 0 for no answer.</param>
public readonly record struct LookupCost(int Nodes, int CacheLines, int FoundDepth);

/// <content>Walks the trie for statistics and tests. No writer may run during a walk.</content>
public sealed unsafe partial class AllowedIps
{
    /// <summary>Counts nodes and depths in a walk of the whole trie.</summary>
    public AllowedIpsShape Shape(Family family)
    {
        var nodes = new long[MaxAllowedIpsDepth + 1];
        var valued = new long[MaxAllowedIpsDepth + 1];
        var deepest = 0;
        foreach (var node in Nodes(family))
        {
            deepest = Math.Max(deepest, node.Depth);
            nodes[node.Depth]++;
            if (node.Peer != null)
                valued[node.Depth]++;
        }

        return new(family, nodes.Sum(), valued.Sum(), deepest, nodes[..(deepest + 1)], valued[..(deepest + 1)]);
    }

    /// <summary>Lists every node of a family, including joints, by ascending address, then length. Allocates nothing.</summary>
    public TrieNodes Nodes(Family family) => new(Root(family));

    /// <summary>Lists a peer's prefixes of both families in the order of a netlink dump. Allocates nothing.</summary>
    public static PeerPrefixes Prefixes(wg_peer* peer) => new(peer);

    /// <summary>Lists the nodes that <c>find_node</c> reads for a left-aligned address, from the root down. Returns the number of nodes.
    /// The lookup's answer is the last node that matches and has a peer. A path of <see cref="MaxAllowedIpsDepth"/> steps is always long
    /// enough.</summary>
    /// <exception cref="ArgumentException">Thrown if <paramref name="path"/> is too short.</exception>
    public int Walk(Family family, UInt128 address, Span<PathStep> path)
    {
        if (family == Family.IPv4)
        {
            var key = (uint)(address >> 96);
            return Walk<Bits32>(_device->root4, (byte*)&key, path);
        }

        var key128 = new Key128(address);
        return Walk<Bits128>(_device->root6, (byte*)&key128, path);
    }

    /// <summary>Counts the nodes that a lookup of the left-aligned address reads, and records the cache lines, with a step per node.
    /// Allocates nothing.</summary>
    public LookupCost Cost(Family family, UInt128 address, TouchedLines lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Span<PathStep> path = stackalloc PathStep[MaxAllowedIpsDepth];
        var visited = Walk(family, address, path);
        var found = 0;
        lines.Clear();
        foreach (var step in path[..visited])
        {
            lines.Step();
            lines.Read((nint)step.FirstLine, (int)(step.LastLine - step.FirstLine) + TouchedLines.LineBytes);
            if (step.Matches && step.Peer != null)
                found = step.Depth;
        }

        return new(visited, lines.Count, found);
    }

    private allowedips_node* Root(Family family) => family == Family.IPv4 ? _device->root4 : _device->root6;

    private static int Walk<TBits>(allowedips_node* root, byte* key, Span<PathStep> path)
        where TBits : struct, IKeyBits
    {
        var visited = 0;
        for (var node = root; node != null; node = *Child(node, Choose(node, key)))
        {
            if (visited == path.Length)
                throw new ArgumentException($"a path may have {MaxAllowedIpsDepth} nodes; there is room for {path.Length}", nameof(path));
            var matches = PrefixMatches<TBits>(node, key);
            path[visited++] = new(node, visited, matches, BytesEnd<TBits>(node, key));
            if (!matches || node->cidr == TBits.Bits)
                break;
        }

        return visited;
    }

    /// <summary>Returns the offset in a node where <c>common_bits</c> stops reading.</summary>
    private static int BytesEnd<TBits>(allowedips_node* node, byte* key)
        where TBits : struct, IKeyBits
    {
        if (TBits.Bits == 32)
            return 36;
        return *(ulong*)node->bits == *(ulong*)key ? 48 : 40;
    }

    /// <summary>Walks a trie in pre-order, left before right. The walk climbs by the packed parent pointers.</summary>
    public unsafe ref struct TrieNodes
    {
        private readonly allowedips_node* _root;
        private allowedips_node* _node;
        private int _depth;

        internal TrieNodes(allowedips_node* root) => _root = root;

        public readonly TrieNode Current => new(_node, _depth);

        public readonly TrieNodes GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_node == null)
            {
                // There is no node before the first step and after the last. The depth tells the two cases apart.
                if (_depth == 0)
                    _node = _root;
                _depth = 1;
                return _node != null;
            }

            var below = _node->bit[0] != 0 ? _node->bit[0] : _node->bit[1];
            if (below != 0)
            {
                _node = (allowedips_node*)below;
                _depth++;
                return true;
            }

            return ClimbToNextSubtree();
        }

        /// <summary>Climbs to the first ancestor whose right subtree is not walked yet, and enters that subtree.</summary>
        private bool ClimbToNextSubtree()
        {
            while ((_node->parent_bit_packed & 3) != RootBit)
            {
                var packed = _node->parent_bit_packed;
                var parent = (allowedips_node*)((packed & ~3ul) - 8 - 8 * (packed & 1));
                if ((packed & 1) == 0 && parent->bit[1] != 0)
                {
                    _node = (allowedips_node*)parent->bit[1];
                    return true;
                }

                _node = parent;
                _depth--;
            }

            _node = null;
            return false;
        }
    }

    /// <summary>Walks the <c>allowedips_list</c> of a peer.</summary>
    public unsafe ref struct PeerPrefixes
    {
        private readonly list_head* _head;
        private list_head* _link;

        internal PeerPrefixes(wg_peer* peer) => _head = _link = &peer->allowedips_list;

        public readonly Prefix Current => ReadNode(NodeOf(_link));

        public readonly PeerPrefixes GetEnumerator() => this;

        public bool MoveNext()
        {
            _link = _link->next;
            return _link != _head;
        }
    }
}
