// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>The kind of a step in the path of an IPv4 lookup.</summary>
public enum LookupStepKind : byte
{
    /// <summary>A tnode was entered.</summary>
    Tnode,

    /// <summary>A leaf was entered.</summary>
    Leaf,

    /// <summary>The lookup climbed out of a tnode to clear a bit in its parent's index.</summary>
    Climb,

    /// <summary>A route of the leaf was compared. The step's Bits is the route's prefix length.</summary>
    Route,
}

/// <summary>The kind of a step in the path of an IPv6 lookup.</summary>
public enum Fib6StepKind : byte
{
    /// <summary>A node was entered on the way down.</summary>
    Node,

    /// <summary>A node was read on the way up. If the node has its own routes, the prefix of these routes was compared.</summary>
    Compare,

    /// <summary>The selection among a node's routes began.</summary>
    Select,

    /// <summary>A route of the node was read.</summary>
    Route,
}

/// <summary>One step of an IPv6 lookup: a node with its prefix and flags, or a route with its prefix and metric. Address is the place
/// of the node or route in native memory.</summary>
public readonly record struct Fib6Step(
    Fib6StepKind Kind, Prefix Prefix, Fib6NodeFlags Flags, uint Metric, nint Address);

/// <summary>One step of an IPv4 lookup: a node with its key in host order, the lowest bit that it reads, the number of bits, its suffix
/// length, and its address in native memory. For a route, Bits is the prefix length.</summary>
public readonly record struct LookupStep(LookupStepKind Kind, uint Key, byte Pos, byte Bits, byte Slen, nint Address);

/// <summary>Records the path of a lookup: every node entered, also when backtracking, and every distinct 64-byte line read. Reuse the
/// object: after the first long path the object allocates nothing.</summary>
/// <remarks>In an IPv4 table, the path counts the cache lines of the root pointer, node headers (key to slen), child pointers, parent
/// pointers of climbs, the leaf's list, the route, the fib_info and the nexthop. fib_props and the net_device are not counted, because all
/// routes share them, so they stay in cache. In an IPv6 table, the path counts the cache lines of nodes, of compared routes and of the
/// nexthop. <see cref="TrieCacheLines"/> excludes the lines of routes and nexthops.</remarks>
public sealed class LookupPath
{
    private readonly List<LookupStep> _steps = new(64);
    private readonly List<Fib6Step> _fib6Steps = [];

    /// <summary>The steps of a lookup in an IPv4 table, in order.</summary>
    public IReadOnlyList<LookupStep> Steps => _steps;

    /// <summary>The steps of a lookup in an IPv6 table, in order.</summary>
    public IReadOnlyList<Fib6Step> Fib6Steps => _fib6Steps;

    /// <summary>The number of nodes entered, leaves included. A node that is entered twice counts twice. In an IPv6 table only nodes on the
    /// way down count.</summary>
    public int Nodes { get; private set; }

    /// <summary>The number of times that the lookup climbed.</summary>
    public int Climbs { get; private set; }

    /// <summary>The distinct 64-byte lines read. Nodes, slots, routes, fib_infos and nexthop objects are read in steps of their own. All
    /// lines of one object belong to the same step.</summary>
    public TouchedLines Lines { get; } = new();

    /// <summary>The number of distinct 64-byte lines read.</summary>
    public int CacheLines => Lines.Count;

    /// <summary>The number of distinct 64-byte lines read in nodes: headers, child and parent pointers, leaf lists.</summary>
    public int TrieCacheLines { get; private set; }

    internal void Clear()
    {
        _steps.Clear();
        _fib6Steps.Clear();
        Lines.Clear();
        Nodes = Climbs = TrieCacheLines = 0;
    }

    internal void Add(in LookupStep step)
    {
        _steps.Add(step);
        if (step.Kind is LookupStepKind.Tnode or LookupStepKind.Leaf)
            Nodes++;
        else if (step.Kind == LookupStepKind.Climb)
            Climbs++;
    }

    internal void Add(in Fib6Step step)
    {
        _fib6Steps.Add(step);
        if (step.Kind == Fib6StepKind.Node)
            Nodes++;
    }

    internal void Climb() => Climbs++;

    /// <summary>Records the cache lines that contain these bytes. Their address was known when the step began.</summary>
    internal void Read(nint address, int bytes, bool inTrie) => TrieCacheLines += Lines.Read(address, bytes) * (inTrie ? 1 : 0);

    /// <summary>Records the cache lines that contain these bytes, in a new step.</summary>
    internal void ReadNext(nint address, int bytes, bool inTrie)
    {
        Lines.Step();
        Read(address, bytes, inTrie);
    }
}

/// <summary>Records nothing.</summary>
internal readonly unsafe struct NoTrace : ILookupTrace, IFib6Trace, ILc6Trace
{
    public void Node(KeyVector* n) { }
    public void Slot(void* slot) { }
    public void Climb(KeyVector* n) { }
    public void Alias(FibAlias* fa) { }
    public void Link(FibAlias* fa) { }
    public void Info(FibInfo* fi) { }
    public void Nexthop(FibInfo* fi, FibNhCommon* nhc) { }
    public void Node(Fib6Node* fn, Fib6Node** child) { }
    public void Compare(Fib6Node* fn, bool withLeaf) { }
    public void Climb(Fib6Node* fn) { }
    public void Select(Fib6Node* fn, Fib6Info* rt0) { }
    public void Route(Fib6Info* rt) { }
    public void Nexthop(Fib6Info* rt, FibNhCommon* nhc) { }
    public void Node(Lc6Vector* n) { }
    public void Climb(Lc6Vector* n) { }
    public void Prefix(Fib6Info* rt) { }
    public void Answer(Fib6Info* rt, FibNhCommon* nhc) { }
}

/// <summary>Fills a <see cref="LookupPath"/>.</summary>
internal readonly unsafe struct PathTrace(LookupPath path) : ILookupTrace
{
    private const int HeaderBytes = 7; // key, pos, bits, slen

    public void Node(KeyVector* n)
    {
        path.Add(new LookupStep(n->IsLeaf ? LookupStepKind.Leaf : LookupStepKind.Tnode, n->key, n->pos, n->bits, n->slen, (nint)n));
        path.ReadNext((nint)n, HeaderBytes, inTrie: true);
    }

    public void Slot(void* slot) => path.ReadNext((nint)slot, sizeof(nint), inTrie: true);

    public void Climb(KeyVector* n)
    {
        path.Add(new LookupStep(LookupStepKind.Climb, n->key, n->pos, n->bits, n->slen, (nint)n));
        path.ReadNext((nint)n, HeaderBytes, inTrie: true);
        path.Read((nint)(&TnInfo(n)->parent), sizeof(nint), inTrie: true);
        path.ReadNext((nint)NodeParent(n), HeaderBytes, inTrie: true);
    }

    public void Alias(FibAlias* fa)
    {
        var length = (byte)(KeyLength - fa->fa_slen);
        path.Add(new LookupStep(LookupStepKind.Route, 0, 0, length, fa->fa_slen, (nint)fa));
        // fa_info to fa_slen.
        path.ReadNext((nint)(&fa->fa_info), sizeof(nint) + 4, inTrie: false);
    }

    public void Link(FibAlias* fa) => path.Read((nint)(&fa->fa_list.next), sizeof(nint), inTrie: false);

    // fib_flags, fib_dead and fib_scope.
    public void Info(FibInfo* fi) => path.ReadNext((nint)(&fi->fib_flags), 8, inTrie: false);

    public void Nexthop(FibInfo* fi, FibNhCommon* nhc)
    {
        path.Read((nint)(&fi->nh), sizeof(nint), inTrie: false);
        path.Read((nint)(&fi->fib_nhs), sizeof(int), inTrie: false);
        if (fi->nh != null)
        {
            path.ReadNext((nint)(&fi->nh->nh_info), sizeof(nint), inTrie: false);
            path.ReadNext((nint)(&fi->nh->nh_info->reject_nh), 1, inTrie: false);
        }

        // nhc_dev to nhc_flags, and the peer that the caller wants.
        path.Read((nint)nhc, (int)((byte*)(&nhc->nhc_gw_first) - (byte*)nhc), inTrie: false);
    }
}
