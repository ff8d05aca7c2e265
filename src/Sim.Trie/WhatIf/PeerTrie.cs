// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>The number of nodes of a what-if structure, the number of prefixes, and the depths of the prefixes' nodes. The root has
/// depth 1.</summary>
public readonly record struct PeerTrieShape(long Nodes, long Prefixes, int MaxDepth, long TotalDepth);

/// <summary>Records what a lookup reads. <see cref="NoReads"/> compiles to nothing.</summary>
public unsafe interface IReadTrace
{
    /// <summary>Records that the lookup enters a node.</summary>
    void Node();

    void Read(void* at, int bytes);
}

public readonly unsafe struct NoReads : IReadTrace
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Node() { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(void* at, int bytes) { }
}

/// <summary>Counts the nodes that a lookup reads, and records the lines. Each read is a step of its own.</summary>
public unsafe struct CountedReads(TouchedLines lines) : IReadTrace
{
    public int Nodes { get; private set; }

    public void Node() => Nodes++;

    public readonly void Read(void* at, int bytes)
    {
        lines.Step();
        lines.Read((nint)at, bytes);
    }
}

/// <summary>One family of a <see cref="PeerTries"/>: maps prefixes to peers. There is one writer. Lookups may run on other threads, as in
/// <see cref="AllowedIps"/>.</summary>
public abstract unsafe class PeerTrie<TAddress>(KernelMemory memory) : IRcuReclaimer, IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
{
    protected KernelMemory Memory { get; } = memory;

    /// <summary>Gives a prefix to a peer. Returns the owner before, or null.</summary>
    public abstract wg_peer* Set(StoredPrefix<TAddress> prefix, wg_peer* peer);

    /// <summary>Takes a prefix from a peer. Returns false, and changes nothing, if the peer does not own the prefix.</summary>
    public abstract bool Clear(StoredPrefix<TAddress> prefix, wg_peer* peer);

    /// <summary>Takes all prefixes of a peer, which the peer owns, from the peer.</summary>
    internal virtual void ClearAll(PrefixSet<TAddress> prefixes, wg_peer* peer)
    {
        for (var more = prefixes.TryFirst(out var prefix); more; more = prefixes.TryNext(prefix, out prefix))
            Clear(prefix, peer);
    }

    /// <summary>Returns the owner of the longest prefix that contains an address, or null. Takes no reference. The sealed classes' own
    /// method is called directly where the class is known.</summary>
    public abstract wg_peer* Find(TAddress address);

    /// <summary>Looks up an address and counts what the lookup reads.</summary>
    public abstract wg_peer* Trace(TAddress address, ref CountedReads reads);

    /// <summary>Returns the owner of the longest prefix that contains an address and has at most <paramref name="longest"/> bits. For the
    /// writer, and for tests.</summary>
    public abstract wg_peer* Covering(TAddress address, int longest, out int length);

    /// <summary>Calls back for each prefix, by ascending address, then length.</summary>
    public abstract void Visit(PrefixVisitor visit);

    public abstract PeerTrieShape Shape();

    /// <summary>Frees what the last change replaced: the end of <c>kfree_rcu</c>. The tag is the object's size.</summary>
    public virtual void Reclaim(nint obj, int tag) => Memory.Kvfree((void*)obj, tag);

    /// <summary>Frees what an empty trie holds.</summary>
    public abstract void Dispose();

    public delegate void PrefixVisitor(StoredPrefix<TAddress> prefix, wg_peer* peer);

    /// <summary><c>kvfree_rcu_mightsleep</c>: frees an object after the next grace period. Until then the object counts as memory in use.
    /// Objects need no rcu_head; the pages in which the kernel lists the pointers meanwhile are not counted.</summary>
    protected void Retire(void* obj, int bytes) => Memory.Rcu.Call(this, (nint)obj, bytes);
}

/// <summary>The read side of a what-if structure, as a type of its own: code that is generic over this type calls the lookup
/// directly.</summary>
public unsafe interface IPeerReader<TSelf, TAddress>
    where TSelf : struct, IPeerReader<TSelf, TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    static abstract TSelf Of(PeerTrie<TAddress> trie);

    wg_peer* Find(TAddress address);
}
