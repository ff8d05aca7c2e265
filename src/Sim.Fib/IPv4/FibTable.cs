// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary><c>struct fib_table</c>, 48 bytes, followed by its <c>struct trie</c>, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TableHead
{
    public HlistNode tb_hlist;
    public uint tb_id;
    public int tb_num_default;
    public RcuHead rcu;
    public nint tb_data;

    /// <summary><c>struct trie</c>: a vector of one pointer. The vector is the parent of the root node.</summary>
    public KeyVector trie;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 24;
}

/// <summary>An IPv4 routing table: an LC-trie. Each leaf lists the routes to all prefixes with the leaf's address. The class is a port of
/// net/ipv4/fib_trie.c of Linux 6.12, function by function.</summary>
/// <remarks><code>
///   TableHead.trie  ->  tnode  ->  tnode  ->  leaf 10.0.0.0  ->  fib_alias /24  ->  fib_alias /8
///    pos 32, root                                                     |                  |
///                                                                  fib_info  (shared)  fib_info
/// </code>
/// <para>The keys are addresses, not prefixes: 10.0.0.0/24 and 10.0.0.0/8 share one key and one leaf. A lookup walks down to the leaf
/// nearest to the address. If no route of that leaf covers the address, the lookup clears the 1-bits of the key, the lowest first. The keys
/// of shorter prefixes are zero in these bits, so the lookup then finds the shorter prefixes (TrieLookup).</para>
/// <para>There is only one writer thread, as under RTNL. Lookups with <see cref="FibLookupFlags.NoRef"/> may run concurrently, on threads
/// registered with <see cref="Sim.Kernel.Rcu.AddReader"/>. A result is valid until the thread's next quiescent state. Only the writer may
/// look up with a reference, because references are not counted atomically here. Insert and lookup allocate no managed memory.</para>
/// <para>Files, in reading order: <c>KeyVector.cs</c> (the node's layout), <c>TrieLookup.cs</c> (the read side), <c>TrieInsert.cs</c>,
/// <c>TrieDelete.cs</c>, <c>TrieResize.cs</c> (level compression), <c>TrieSuffix.cs</c> (the bits that a lookup skips), <c>TrieNodes.cs</c>
/// (allocation and freeing), <c>TrieWalk.cs</c> and <c>FibTrieStat.cs</c> (dumps and /proc). The nexthops are a port of fib_semantics.c:
/// <c>FibInfo.cs</c>, <c>FibSemantics.cs</c>, <c>FibInfoHash.cs</c>, <c>FibNexthopCheck.cs</c>, <c>FibNet.cs</c>.</para></remarks>
public sealed unsafe partial class FibTable : IRoutingTable, IDisposable
{
    private readonly FibNet _net;
    private readonly TableHead* _tb;
    private readonly KeyVector* _trie;
    private bool _disposed;

    /// <summary><c>fib_new_table</c>, <c>fib_trie_table</c>: makes an empty table, and registers the table in the namespace under this
    /// id.</summary>
    /// <exception cref="ArgumentException">Thrown if the namespace already has a table of this id.</exception>
    public FibTable(FibNet net, uint id)
    {
        ArgumentNullException.ThrowIfNull(net);
        _net = net;
        Id = id == 0 ? RouteTableId.Main : id;
        net.Register(this);
        _tb = (TableHead*)net.Memory.Kzalloc(sizeof(TableHead));
        _tb->tb_id = Id;
        _trie = &_tb->trie;
        _tb->tb_data = (nint)_trie;
        _trie->pos = KeyLength;
        _trie->slen = KeyLength;
    }

    /// <summary><c>tb_id</c>.</summary>
    public uint Id { get; }

    /// <summary>The number of default routes (<c>tb_num_default</c>).</summary>
    public int DefaultRoutes => _tb->tb_num_default;

    public FibNet Net => _net;

    /// <summary>The vector in struct trie. Tests walk the nodes from here.</summary>
    internal KeyVector* Trie => _trie;

    /// <summary>Deletes the table and its routes. The next grace period frees the memory.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        TrieFree();
        _net.Unregister(this);
        _net.CallRcu(&_tb->rcu, RcuFunc.TableFree);
    }

    /// <summary><c>__trie_free_rcu</c>.</summary>
    internal static void TrieFreeRcu(FibNet net, RcuHead* head) =>
        net.Memory.Kfree((byte*)head - TableHead.RcuOffset, sizeof(TableHead));
}
