// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A node of the tree (<c>struct fib6_node</c>, include/net/ip6_fib.h): one cache line of 64 bytes in the slab fib6_node. With
/// CONFIG_IPV6_SUBTREES a fourth pointer follows <see cref="right"/>. The 72 bytes then take two cache lines, because the slab is aligned
/// to cache lines. So the node has two parts here: <see cref="Fib6NodeTail"/> begins at byte 24 or 32.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Node
{
    public Fib6Node* parent;
    public Fib6Node* left;
    public Fib6Node* right;

    /// <summary>The bytes of a node without subtrees.</summary>
    public const int Size = 64;

    /// <summary>The bytes of a node with subtrees.</summary>
    public const int SubtreesSize = 72;
}

/// <summary>The second part of a <see cref="Fib6Node"/>, 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6NodeTail
{
    /// <summary>The first of the node's routes. If the node has no routes of its own (<see cref="Fib6NodeFlags.RouteInfo"/> is not set),
    /// leaf is a route below the node, and the route's address supplies the node's bits.</summary>
    public Fib6Info* leaf;

    /// <summary>The length of the node's prefix, which is also the number of the bit that selects left or right.</summary>
    public ushort fn_bit;
    public Fib6NodeFlags fn_flags;

    /// <summary>The serial number of the last change at or below the node. A dst with another number is stale.</summary>
    public int fn_sernum;

    /// <summary>The route at which the round robin among unreachable gateways continues.</summary>
    public Fib6Info* rr_ptr;
    public RcuHead rcu;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 24;
}

/// <summary>A prefix in a route (<c>struct rt6key</c>), 20 bytes. The kernel keeps the address in network order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct Rt6Key
{
    public ulong high;
    public ulong low;
    public int plen;

    public readonly UInt128 Address => new(high, low);
}

/// <summary>A nexthop of an IPv6 route (<c>struct fib6_nh</c>), 88 bytes. With CONFIG_IPV6_ROUTER_PREF the kernel has <c>last_probe</c>, 8
/// bytes, before <see cref="rt6i_pcpu"/>. Here these bytes come last, because the port does not read them.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Nh
{
    public FibNhCommon nh_common;

    /// <summary>For each processor, a pointer to the dst that the route's packets share.</summary>
    public void* rt6i_pcpu;
    public nint rt6i_exception_bucket;
}

/// <summary>A route (<c>struct fib6_info</c>), 184 bytes in 6.12 and 200 in 7.3. The route's <see cref="Fib6Nh"/> follows, unless the route
/// uses a nexthop object. Routes share only nexthop objects. 7.3 inserts 16 bytes at byte 160 (<c>purge_link</c>). So the structure has two
/// parts here: <see cref="Fib6InfoTail"/> begins at byte 160 or 176.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Info
{
    public Fib6TableHead* fib6_table;

    /// <summary>The next route of the same prefix, by ascending metric.</summary>
    public Fib6Info* fib6_next;

    /// <summary>The node of the route; null once the route is deleted.</summary>
    public Fib6Node* fib6_node;

    /// <summary>The link in the ring of the multipath route, or in the f6i_list of the nexthop object.</summary>
    public ListHead fib6_siblings;
    public uint fib6_nsiblings;
    public int fib6_ref;
    public ulong expires;
    public HlistNode gc_link;

    /// <summary>The metrics. Here metrics are never allocated, because all routes share the default metrics.</summary>
    public nint fib6_metrics;
    public Rt6Key fib6_dst;
    public Rtf fib6_flags;
    public Rt6Key fib6_src;
    public Rt6Key fib6_prefsrc;
    public uint fib6_metric;
    public byte fib6_protocol;
    public byte fib6_type;
    public byte offload;
    public byte trap;
    public byte offload_failed;

    /// <summary>Bit fib6_destroying of the kernel's bit field, and <see cref="Fib6InfoBits.PurgeLink"/>.</summary>
    public Fib6InfoBits bits;

    /// <summary>The offset of fib6_siblings and of nh_list, which share their bytes (<c>container_of</c>).</summary>
    public const int SiblingsOffset = 24;

    /// <summary>The nexthop object; null if the nexthop is in the route itself.</summary>
    public NextHop* nh
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => Tail((Fib6Info*)Unsafe.AsPointer(ref Unsafe.AsRef(in this)))->nh;
        set => Tail((Fib6Info*)Unsafe.AsPointer(ref this))->nh = value;
    }

    /// <summary>Returns the offset of the second part: 160, plus the value of <see cref="Fib6InfoBits.PurgeLink"/> if it is set.</summary>
    public static int TailOffset(Fib6InfoBits bits) => sizeof(Fib6Info) + (int)(bits & Fib6InfoBits.PurgeLink);

    /// <summary>Returns the number of a route's bytes before its nexthop.</summary>
    public static int HeaderSize(Fib6InfoBits bits) => TailOffset(bits) + sizeof(Fib6InfoTail);

    /// <summary>Returns the second part of a route.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fib6InfoTail* Tail(Fib6Info* f6i) => (Fib6InfoTail*)((byte*)f6i + TailOffset(f6i->bits));

    /// <summary><c>fib6_nh</c>: returns the nexthop inside a route whose <see cref="nh"/> is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fib6Nh* InlineNh(Fib6Info* f6i) => (Fib6Nh*)(Tail(f6i) + 1);

    /// <summary>Returns the nexthop in the route or in its nexthop object (<c>nexthop_fib6_nh</c>).</summary>
    public static Fib6Nh* Nh(Fib6Info* f6i) => f6i->nh != null ? NhInfo.Fib6Nh(f6i->nh->nh_info) : InlineNh(f6i);
}

/// <summary>The second part of a <see cref="Fib6Info"/>, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6InfoTail
{
    /// <summary>The rcu_head. The rcu_head is the first field, so that a Fib6InfoTail* and its RcuHead* are the same address.</summary>
    public RcuHead rcu;
    public NextHop* nh;
}

/// <summary>Bits of a <see cref="Fib6Info"/>.</summary>
[Flags]
public enum Fib6InfoBits : byte
{
    None = 0,
    Destroying = 8,

    /// <summary>A bit that the kernel does not use. The bit's value is the number of bytes of <c>purge_link</c> (7.3).</summary>
    PurgeLink = 16,
}

/// <summary>The fields of <c>struct fib6_table</c> up to its root node. The tree of peers, the flags and the counters follow the
/// root.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Fib6TableHead
{
    public HlistNode tb6_hlist;
    public uint tb6_id;
    public int tb6_lock;
    public Fib6Node tb6_root;
}
