// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>The conditions of a lookup besides the address: the part of <c>struct flowi4</c> that fib_trie.c reads.</summary>
public struct FlowI4
{
    /// <summary>The interface that the nexthop must use; 0 for any.</summary>
    public int Oif;

    /// <summary>The DS field. Only bits 0x1C of the field are compared with the route's field (<c>fib_dscp_masked_match</c>).</summary>
    public byte Tos;

    /// <summary>The lowest value of scope that the route may have.</summary>
    public RouteScope Scope;
}

/// <summary>The result of a lookup (<c>struct fib_result</c>). The result is valid while RCU or a reference protects the route.</summary>
public unsafe struct FibResult
{
    /// <summary>The address of the route's prefix, in host order.</summary>
    public uint Prefix;
    public byte PrefixLength;
    public byte NhSel;
    public RouteType Type;
    public byte Scope;
    public byte Dscp;
    public uint Table;
    public FibNhCommon* Nhc;
    public FibInfo* Info;

    /// <summary>The peer of the nexthop; 0 for none.</summary>
    public readonly int Peer => Nhc->Peer;
}

/// <summary>Records what a lookup reads. <see cref="NoTrace"/> compiles to nothing.</summary>
internal unsafe interface ILookupTrace
{
    /// <summary>Records reads of a node's key, pos, bits and slen on the way down.</summary>
    void Node(KeyVector* n);

    /// <summary>Records the read of a child pointer, or of the head of a leaf's list.</summary>
    void Slot(void* slot);

    /// <summary>Records a climb out of a node, which reads its key and parent, and the parent's key and pos.</summary>
    void Climb(KeyVector* n);

    void Alias(FibAlias* fa);

    /// <summary>Records the step from a route to the next route.</summary>
    void Link(FibAlias* fa);

    void Info(FibInfo* fi);

    void Nexthop(FibInfo* fi, FibNhCommon* nhc);
}

/// <summary>Looks up the longest prefix that contains an address.</summary>
/// <remarks><para>On the way down, the bits of the address lead to the only leaf whose key can equal the address. If there is no leaf with
/// the address as its key, or the leaf's routes do not cover the address, the answer is a shorter prefix. A prefix of length p is stored
/// under a key that ends with 32-p zeros. So the candidates are the keys that agree with the address down to some bit and are zero in all
/// lower bits. The lookup clears the 1-bits of the index, the lowest first, and so tries the longest prefixes first:</para>
/// <code>
///   address bits in this node   1 0 1 1      tried: 1011, then 1010, 1000, 0000, then the parent, one bit less
///   (pos p)                                         /32-p  /31-p ...
/// </code>
/// <para>After a bit is cleared, all lower bits count as zero. So the lookup then takes child 0 on the whole way down.</para></remarks>
public sealed unsafe partial class FibTable
{
    /// <summary>The result of <see cref="CheckLeaf"/> if no route of the leaf answers. The value is not an error number.</summary>
    private const int NoMatch = 1;

    /// <summary><c>fib_table_lookup</c>: finds the route for an address in host order. Returns 0 and the result; -EAGAIN if there is no
    /// route; or the error of the route's type (-EINVAL blackhole, -EHOSTUNREACH unreachable, -EACCES prohibit, -EAGAIN throw).</summary>
    /// <remarks>Without <see cref="FibLookupFlags.NoRef"/> the caller must call <see cref="FibNet.PutInfo"/> later.</remarks>
    public int Lookup(uint daddr, ref FibResult res, FibLookupFlags flags = FibLookupFlags.NoRef)
    {
        var trace = default(NoTrace);
        return Lookup(daddr, default, ref res, flags, ref trace);
    }

    /// <inheritdoc cref="Lookup(uint, ref FibResult, FibLookupFlags)"/>
    public int Lookup(uint daddr, in FlowI4 flow, ref FibResult res, FibLookupFlags flags = FibLookupFlags.NoRef)
    {
        var trace = default(NoTrace);
        return Lookup(daddr, flow, ref res, flags, ref trace);
    }

    /// <summary>Looks up an address as the other overloads do. Clears <paramref name="path"/>, then records every read of the lookup
    /// there.</summary>
    public int Lookup(
        uint daddr, ref FibResult res, LookupPath path, in FlowI4 flow = default, FibLookupFlags flags = FibLookupFlags.NoRef)
    {
        ArgumentNullException.ThrowIfNull(path);
        path.Clear();
        var trace = new PathTrace(path);
        return Lookup(daddr, flow, ref res, flags, ref trace);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Lookup<TTrace>(uint key, in FlowI4 flow, ref FibResult res, FibLookupFlags flags, ref TTrace trace)
        where TTrace : struct, ILookupTrace
    {
        var pn = _trie;
        var cindex = 0u;
        ulong index;
        trace.Slot(Children(pn));
        var n = GetChild(pn, 0);
        if (n == null)
            return -Errno.EAGAIN;

        // Step 1: down to the leaf that could equal the address.
        while (true)
        {
            trace.Node(n);
            index = GetCindex(key, n);
            if (index >= 1ul << n->bits)
                break;
            if (n->IsLeaf)
                goto found;
            // Come back only to a node with a suffix longer than pos.
            if (n->slen > n->pos)
            {
                pn = n;
                cindex = (uint)index;
            }

            trace.Slot(&Children(n)[index]);
            n = GetChild(n, index);
            if (n == null)
                goto backtrace;
        }

        // Step 2: back up by clearing one bits, and down again along zeros.
    descend:
        if (PrefixMismatch(key, n) != 0 || n->slen == n->pos)
            goto backtrace;
        if (n->IsLeaf)
            goto found;
        trace.Slot(Children(n));
        n = GetChild(n, 0);
        if (n != null)
        {
            trace.Node(n);
            goto descend;
        }

    backtrace:
        while (cindex == 0)
        {
            if (pn->IsTrie)
                return -Errno.EAGAIN;
            trace.Climb(pn);
            var pkey = pn->key;
            pn = NodeParent(pn);
            cindex = (uint)GetIndex(pkey, pn);
        }

        cindex &= cindex - 1;
        trace.Slot(&Children(pn)[cindex]);
        n = GetChild(pn, cindex);
        if (n == null)
            goto backtrace;
        trace.Node(n);
        goto descend;

        // Step 3: the leaf's routes, longest prefix first.
    found:
        var err = CheckLeaf(n, key, flow, ref res, flags, ref trace);
        if (err <= 0)
            return err;
        goto backtrace;
    }

    /// <summary><c>prefix_mismatch</c>: returns nonzero if the address differs from the node's key at or above the key's lowest 1-bit.
    /// Lower bits do not count, because a shorter prefix has zeros there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PrefixMismatch(uint key, KeyVector* n)
    {
        var prefix = n->key;
        return (key ^ prefix) & (prefix | (0u - prefix));
    }

    /// <summary>Step 3 of <c>fib_table_lookup</c>: tries a leaf's routes. Returns <see cref="NoMatch"/> if no route answers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CheckLeaf<TTrace>(
        KeyVector* n, uint key, in FlowI4 flow, ref FibResult res, FibLookupFlags flags, ref TTrace trace)
        where TTrace : struct, ILookupTrace
    {
        ulong index = key ^ n->key;
        trace.Slot(&n->leaf);
        for (var fa = (FibAlias*)n->leaf; fa != null; fa = Next(fa, ref trace))
        {
            trace.Alias(fa);
            if (index >= 1ul << fa->fa_slen)
                continue;
            if (fa->fa_dscp != 0 && fa->fa_dscp != (flow.Tos & 0x1C))
                continue;
            var fi = fa->fa_info;
            trace.Info(fi);
            if (fi->fib_dead != 0 || fi->fib_scope < (byte)flow.Scope)
                continue;
            FibAlias.Accessed(fa);
            var err = FibProps.Error(fa->fa_type);
            if (err < 0)
                return err;
            if ((fi->fib_flags & RtnhFlags.Dead) != 0)
                continue;
            if (fi->nh != null)
            {
                if (fi->nh->nh_info->reject_nh != 0)
                    return FibProps.Error((byte)RouteType.Blackhole);
                var nhc = &fi->nh->nh_info->fib_nh.nh_common;
                trace.Nexthop(fi, nhc);
                // An unusable nexthop object ends the search of this leaf.
                return GoodNhc(nhc, flow) ? SetResult(n, fa, nhc, 0, flags, ref res) : NoMatch;
            }

            for (var sel = 0; sel < fi->fib_nhs; sel++)
            {
                var nhc = &FibInfo.Nh(fi, sel)->nh_common;
                trace.Nexthop(fi, nhc);
                if (GoodNhc(nhc, flow))
                    return SetResult(n, fa, nhc, sel, flags, ref res);
            }
        }

        return NoMatch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FibAlias* Next<TTrace>(FibAlias* fa, ref TTrace trace)
        where TTrace : struct, ILookupTrace
    {
        trace.Link(fa);
        return FibAlias.Next(fa);
    }

    /// <summary><c>fib_lookup_good_nhc</c>: returns whether the nexthop is alive and uses the interface of the flow. Devices here keep
    /// routes when the link is down (the default), so <see cref="FibLookupFlags.IgnoreLinkState"/> has no effect.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool GoodNhc(FibNhCommon* nhc, in FlowI4 flow) =>
        (nhc->nhc_flags & (byte)RtnhFlags.Dead) == 0 && (flow.Oif == 0 || flow.Oif == nhc->nhc_oif);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SetResult(
        KeyVector* n, FibAlias* fa, FibNhCommon* nhc, int sel, FibLookupFlags flags, ref FibResult res)
    {
        var fi = fa->fa_info;
        if ((flags & FibLookupFlags.NoRef) == 0)
            fi->fib_clntref++;
        res.Prefix = n->key;
        res.PrefixLength = (byte)(KeyLength - fa->fa_slen);
        res.NhSel = (byte)sel;
        res.Nhc = nhc;
        res.Type = (RouteType)fa->fa_type;
        res.Scope = fi->fib_scope;
        res.Dscp = fa->fa_dscp;
        res.Info = fi;
        res.Table = fa->tb_id;
        return 0;
    }
}
