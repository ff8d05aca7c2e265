// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>The shape of a table (<c>struct trie_stat</c>), counted from the live trie.</summary>
public sealed class FibTrieStat
{
    /// <summary><c>MAX_STAT_DEPTH</c>: only tnodes of fewer bits than this limit are counted by size.</summary>
    public const int MaxStatDepth = 32;

    private readonly uint[] _nodeSizes = new uint[MaxStatDepth];
    private readonly List<long> _leafDepths = [];

    /// <summary>The number of tnodes above a leaf, summed over all leaves.</summary>
    public uint TotalDepth { get; private set; }

    /// <summary>The largest number of tnodes above a leaf.</summary>
    public uint MaxDepth { get; private set; }

    public uint Leaves { get; private set; }

    public uint Prefixes { get; private set; }

    public uint InternalNodes { get; private set; }

    public uint NullPointers { get; private set; }

    /// <summary>The number of tnodes for each number of bits.</summary>
    public IReadOnlyList<uint> NodeSizes => _nodeSizes;

    /// <summary>The number of leaves at each depth. The depth of a leaf is the number of tnodes above it.</summary>
    public IReadOnlyList<long> LeafDepths => _leafDepths;

    /// <summary>The number of child pointers of all tnodes.</summary>
    public uint Pointers => _nodeSizes.Select((count, bits) => count << bits).Aggregate(0u, (sum, pointers) => sum + pointers);

    /// <summary>"Total size" in bytes: 48 per leaf, 56 per route, 40 per tnode and 8 per pointer. The sum excludes fib_infos and the unused
    /// bytes of slabs and pages. As in the kernel, the sum wraps at 4 GiB.</summary>
    public uint TotalBytes => unchecked(
        TNode.LeafSize * Leaves + 56 * Prefixes + (uint)TNode.Size(0) * InternalNodes + 8 * Pointers);

    /// <summary>The total size in kB, rounded up, as in /proc.</summary>
    public uint TotalKb => (TotalBytes + 1023) / 1024;

    /// <summary>The average depth, cut off after two decimals, as in /proc. The 32-bit product wraps as in the kernel.</summary>
    public string AverageDepth
    {
        get
        {
            var hundredths = Leaves == 0 ? 0 : unchecked(TotalDepth * 100) / Leaves;
            return $"{hundredths / 100}.{hundredths % 100:00}";
        }
    }

    /// <summary><c>trie_show_stats</c>: returns the lines of one table in /proc/net/fib_triestat.</summary>
    public string Format()
    {
        var sizes = string.Concat(_nodeSizes.Select((count, bits) => count == 0 ? "" : $"  {bits}: {count}"));
        return $"\tAver depth:     {AverageDepth}\n\tMax depth:      {MaxDepth}\n"
            + $"\tLeaves:         {Leaves}\n\tPrefixes:       {Prefixes}\n"
            + $"\tInternal nodes: {InternalNodes}\n\t{sizes}\n\tPointers: {Pointers}\nNull ptrs: {NullPointers}\nTotal size: {TotalKb}  kB\n";
    }

    internal void Leaf(int depth, uint routes)
    {
        Leaves++;
        TotalDepth += (uint)depth;
        MaxDepth = Math.Max(MaxDepth, (uint)depth);
        while (_leafDepths.Count <= depth)
            _leafDepths.Add(0);
        _leafDepths[depth]++;
        Prefixes += routes;
    }

    internal void Tnode(int bits, uint emptyChildren)
    {
        InternalNodes++;
        if (bits < MaxStatDepth)
            _nodeSizes[bits]++;
        NullPointers += emptyChildren;
    }
}

/// <summary>Counts and prints the lines of one table in /proc/net/fib_triestat.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary>The first line of /proc/net/fib_triestat (<c>fib_triestat_seq_show</c>).</summary>
    public const string TrieStatHeader = "Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n";

    /// <summary><c>trie_collect_stats</c>: counts the shape in a walk of the whole trie.</summary>
    public FibTrieStat Stat()
    {
        var stat = new FibTrieStat();
        var iter = default(TrieIterator);
        for (var n = iter.GetFirst(_trie); n != null; n = iter.GetNext())
        {
            if (n->IsLeaf)
                stat.Leaf(iter.Depth, Routes(n));
            else
                stat.Tnode(n->bits, TnInfo(n)->empty_children);
        }

        return stat;
    }

    private static uint Routes(KeyVector* leaf)
    {
        var routes = 0u;
        for (var fa = leaf->leaf; fa != null; fa = fa->next)
            routes++;
        return routes;
    }

    /// <summary>Formats this table like /proc/net/fib_triestat without CONFIG_IP_FIB_TRIE_STATS (no counters): the head line, the table's
    /// name (<c>fib_table_print</c>) and its figures.</summary>
    public string FormatTrieStat() => TrieStatHeader + Name + Stat().Format();

    private string Name => Id switch
    {
        RouteTableId.Local => "Local:\n",
        RouteTableId.Main => "Main:\n",
        _ => $"Id {(int)Id}:\n",
    };

    /// <summary><c>struct fib_trie_iter</c>: visits every node, depth first, parents before children.</summary>
    private struct TrieIterator
    {
        private KeyVector* _tnode;
        private ulong _index;

        /// <summary>The number of tnodes above the node just returned. A tnode counts itself, too.</summary>
        public int Depth { get; private set; }

        /// <summary><c>fib_trie_get_first</c>.</summary>
        public KeyVector* GetFirst(KeyVector* trie)
        {
            var n = GetChild(trie, 0);
            if (n == null)
                return null;
            _tnode = n->IsTnode ? n : trie;
            _index = 0;
            Depth = n->IsTnode ? 1 : 0;
            return n;
        }

        /// <summary><c>fib_trie_get_next</c>.</summary>
        public KeyVector* GetNext()
        {
            var cindex = _index;
            var pn = _tnode;
            while (!pn->IsTrie)
            {
                while (cindex < ChildLength(pn))
                {
                    var n = GetChild(pn, cindex++);
                    if (n == null)
                        continue;
                    _tnode = n->IsLeaf ? pn : n;
                    _index = n->IsLeaf ? cindex : 0;
                    if (n->IsTnode)
                        Depth++;
                    return n;
                }

                var pkey = pn->key;
                pn = NodeParent(pn);
                cindex = GetIndex(pkey, pn) + 1;
                Depth--;
            }

            _tnode = pn;
            _index = 0;
            return null;
        }
    }
}
