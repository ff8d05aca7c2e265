// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A node of the tree (<c>struct fib6_node</c>, include/net/ip6_fib.h): 64 bytes of the slab fib6_node, a
/// cache line. With CONFIG_IPV6_SUBTREES a fourth pointer follows <see cref="right"/>, and the 72 bytes take two lines,
/// as the slab is aligned to them. So the node has two halves here: <see cref="Fib6NodeTail"/> begins at byte 24 or 32.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Node
{
    public Fib6Node* parent;
    public Fib6Node* left;
    public Fib6Node* right;

    /// <summary>Bytes of a node without subtrees.</summary>
    public const int Size = 64;

    /// <summary>Bytes of a node with subtrees.</summary>
    public const int SubtreesSize = 72;
}

/// <summary>The second half of a <see cref="Fib6Node"/>, 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6NodeTail
{
    /// <summary>The first of the node's routes. In a node without routes of its own
    /// (<see cref="Fib6NodeFlags.RouteInfo"/> is not set) a route below, whose address supplies the bits that the node
    /// stands for.</summary>
    public Fib6Info* leaf;

    /// <summary>The bit that chooses left or right (0 is the address's first), which is the length of the node's prefix.</summary>
    public ushort fn_bit;
    public Fib6NodeFlags fn_flags;

    /// <summary>Raised by every change at or below the node; dsts compare it to learn that they are stale.</summary>
    public int fn_sernum;

    /// <summary>The route at which round robin among unreachable gateways goes on.</summary>
    public Fib6Info* rr_ptr;
    public RcuHead rcu;

    /// <summary>Where rcu lies (<c>container_of</c>).</summary>
    public const int RcuOffset = 24;
}

/// <summary>A prefix in a route (<c>struct rt6key</c>), 20 bytes. The kernel's address is in network order; here high half first.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct Rt6Key
{
    public ulong high;
    public ulong low;
    public int plen;

    public readonly UInt128 Address => new(high, low);
}

/// <summary>A nexthop of an IPv6 route (<c>struct fib6_nh</c>), 88 bytes. CONFIG_IPV6_ROUTER_PREF puts
/// <c>last_probe</c>, 8 bytes that the port does not read, before <see cref="rt6i_pcpu"/>; here they come last.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Nh
{
    public FibNhCommon nh_common;

    /// <summary>Per processor, a pointer to the dst that packets of this route share.</summary>
    public void* rt6i_pcpu;
    public nint rt6i_exception_bucket;
}

/// <summary>A route (<c>struct fib6_info</c>), 184 bytes in 6.12 and 200 in 7.3, followed by its <see cref="Fib6Nh"/>
/// unless a nexthop object has it. Routes share only that object. From byte 160 on 7.3 has 16 bytes more
/// (<c>purge_link</c>), so the structure has two halves here: <see cref="Fib6InfoTail"/> begins at byte 160 or 176.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6Info
{
    public Fib6TableHead* fib6_table;

    /// <summary>The next route of the same prefix, by ascending metric.</summary>
    public Fib6Info* fib6_next;

    /// <summary>The node of the route; null once the route is deleted.</summary>
    public Fib6Node* fib6_node;

    /// <summary>The ring of the multipath route that it is a part of; or its place in a nexthop object's f6i_list.</summary>
    public ListHead fib6_siblings;
    public uint fib6_nsiblings;
    public int fib6_ref;
    public ulong expires;
    public HlistNode gc_link;

    /// <summary>The shared default metrics: never allocated here.</summary>
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

    /// <summary>fib6_destroying of the kernel's bit field, and <see cref="Fib6InfoBits.PurgeLink"/>.</summary>
    public Fib6InfoBits bits;

    /// <summary>Where fib6_siblings, and so nh_list, lies (<c>container_of</c>).</summary>
    public const int SiblingsOffset = 24;

    /// <summary>The nexthop object; null if the nexthop is in the route.</summary>
    public NextHop* nh
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => Tail((Fib6Info*)Unsafe.AsPointer(ref Unsafe.AsRef(in this)))->nh;
        set => Tail((Fib6Info*)Unsafe.AsPointer(ref this))->nh = value;
    }

    /// <summary>Where the second half lies: at byte 160, and as many bytes further as the bit is worth.</summary>
    public static int TailOffset(Fib6InfoBits bits) => sizeof(Fib6Info) + (int)(bits & Fib6InfoBits.PurgeLink);

    /// <summary>Bytes before the nexthop.</summary>
    public static int HeaderSize(Fib6InfoBits bits) => TailOffset(bits) + sizeof(Fib6InfoTail);

    /// <summary>The second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fib6InfoTail* Tail(Fib6Info* f6i) => (Fib6InfoTail*)((byte*)f6i + TailOffset(f6i->bits));

    /// <summary><c>fib6_nh</c>: the nexthop inside the route. Only if <see cref="nh"/> is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fib6Nh* InlineNh(Fib6Info* f6i) => (Fib6Nh*)(Tail(f6i) + 1);

    /// <summary>The nexthop, in the route or in its nexthop object (<c>nexthop_fib6_nh</c>).</summary>
    public static Fib6Nh* Nh(Fib6Info* f6i) => f6i->nh != null ? NhInfo.Fib6Nh(f6i->nh->nh_info) : InlineNh(f6i);
}

/// <summary>The second half of a <see cref="Fib6Info"/>, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fib6InfoTail
{
    /// <summary>First, so that a Fib6InfoTail* and its RcuHead* are the same address.</summary>
    public RcuHead rcu;
    public NextHop* nh;
}

/// <summary>Bits of a <see cref="Fib6Info"/>.</summary>
[Flags]
public enum Fib6InfoBits : byte
{
    None = 0,
    Destroying = 8,

    /// <summary>One of the kernel's unused bits; its value is the bytes that <c>purge_link</c> takes (7.3).</summary>
    PurgeLink = 16,
}

/// <summary><c>struct fib6_table</c> up to its root node, which lies in it; peers, flags and counters follow.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Fib6TableHead
{
    public HlistNode tb6_hlist;
    public uint tb6_id;
    public int tb6_lock;
    public Fib6Node tb6_root;
}
