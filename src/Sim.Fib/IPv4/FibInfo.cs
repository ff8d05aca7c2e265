// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A route (<c>struct fib_alias</c>, net/ipv4/fib_lookup.h), 56 bytes of the slab ip_fib_alias. A leaf lists all routes whose
/// prefixes have the leaf's address, in this order:
/// <code>
///   leaf 10.0.0.0  ->  /24  ->  /16 dscp 8  ->  /16 dscp 0 prio 5  ->  /16 dscp 0 prio 9  ->  /8
///   suffix length       8         16              16                     16                    24
///                  longest prefix first, then descending dscp, then ascending priority
/// </code>
/// So a lookup takes the first route that fits. The leaf's slen is the suffix length of the last route.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FibAlias
{
    /// <summary>The link in the leaf's list. The link is the first field, so that a FibAlias* and its HlistNode* are the same
    /// address.</summary>
    public HlistNode fa_list;
    public FibInfo* fa_info;
    public byte fa_dscp;
    public byte fa_type;
    public byte fa_state;

    /// <summary>The suffix length: 32 minus the prefix length.</summary>
    public byte fa_slen;
    public uint tb_id;
    public short fa_default;
    public byte offload;
    public byte trap;
    public byte offload_failed;
    public RcuHead rcu;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 40;

    /// <summary><c>FA_S_ACCESSED</c> in fa_state: a lookup has used the route.</summary>
    public const byte StateAccessed = 1;

    /// <summary><c>fib_alias_accessed</c>: marks the route as used. The mark is written only once, so that processors can share the cache
    /// line. Several lookups may write the mark at once, because all write the same value and the byte has no other use.</summary>
    public static void Accessed(FibAlias* fa)
    {
        if ((fa->fa_state & StateAccessed) == 0)
            fa->fa_state |= StateAccessed;
    }

    public static FibAlias* Next(FibAlias* fa) => (FibAlias*)fa->fa_list.next;
}

/// <summary>The part of a nexthop that both families have (<c>struct fib_nh_common</c>, include/net/ip_fib.h), 72 bytes. The structure
/// holds the device and the gateway, and with the series also the peer.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FibNhCommon
{
    /// <summary>The interface index. The kernel has a pointer to the net_device here. 0 means that the nexthop holds no device.</summary>
    public nint nhc_dev;
    public int nhc_oif;
    public byte nhc_scope;
    public byte nhc_family;
    public byte nhc_gw_family;
    public byte nhc_flags;

    /// <summary>The state that names the WireGuard peer; null for none.</summary>
    public LwtunnelState* nhc_lwtstate;

    /// <summary>An IPv4 gateway in host order, or the upper half of an IPv6 gateway.</summary>
    public ulong nhc_gw_first;
    public ulong nhc_gw_second;
    public int nhc_weight;
    public int nhc_upper_bound;
    public nint nhc_pcpu_rth_output;
    public nint nhc_rth_input;
    public nint nhc_exceptions;

    /// <summary>The peer's number; 0 for none.</summary>
    public readonly int Peer => nhc_lwtstate == null ? 0 : (int)nhc_lwtstate->peer->id;

    /// <summary>The gateway as one number. An IPv4 gateway is in the low 32 bits.</summary>
    public readonly UInt128 Gateway =>
        nhc_gw_family == (byte)GatewayFamily.IPv6 ? new UInt128(nhc_gw_first, nhc_gw_second) : (uint)nhc_gw_first;
}

/// <summary>A nexthop inside a fib_info (<c>struct fib_nh</c>), 104 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FibNh
{
    public FibNhCommon nh_common;
    public HlistNode nh_hash;
    public FibInfo* nh_parent;
    public uint nh_saddr;
    public int nh_saddr_genid;
}

/// <summary>Nexthops and attributes that many routes share (<c>struct fib_info</c>): 128 bytes, plus 104 per nexthop in it. Equal requests
/// get the same fib_info, so a full table over P peers has P fib_infos, not a million.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FibInfo
{
    public HlistNode fib_hash;
    public HlistNode fib_lhash;
    public ListHead nh_list;
    public nint fib_net;

    /// <summary>The number of routes that use the fib_info.</summary>
    public int fib_treeref;

    /// <summary>The number of references: one for all routes together, and one for each outside holder.</summary>
    public int fib_clntref;
    public RtnhFlags fib_flags;
    public byte fib_dead;
    public byte fib_protocol;
    public byte fib_scope;
    public byte fib_type;
    public uint fib_prefsrc;
    public uint fib_tb_id;
    public uint fib_priority;
    public nint fib_metrics;
    public int fib_nhs;
    public byte fib_nh_is_v6;
    public byte nh_updated;
    public byte pfsrc_removed;
    public NextHop* nh;
    public RcuHead rcu;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 112;

    /// <summary>The bytes before the nexthops.</summary>
    public const int HeaderSize = 128;

    /// <summary><c>struct_size(fi, fib_nh, nhs)</c>: returns the bytes of a fib_info with this number of nexthops.</summary>
    public static int Size(int nhs) => HeaderSize + nhs * sizeof(FibNh);

    /// <summary>Returns nexthop <paramref name="i"/> in the fib_info itself.</summary>
    public static FibNh* Nh(FibInfo* fi, int i) => (FibNh*)((byte*)fi + HeaderSize) + i;

    /// <summary><c>fib_info_nhc</c>: returns nexthop <paramref name="i"/> of the fib_info. If the fib_info uses a nexthop object, returns
    /// that object's nexthop.</summary>
    public static FibNhCommon* Nhc(FibInfo* fi, int i) =>
        fi->nh != null ? &fi->nh->nh_info->fib_nh.nh_common : &Nh(fi, i)->nh_common;

}

/// <summary>A nexthop object (<c>struct nexthop</c>, include/net/nexthop.h), 136 bytes: <c>ip nexthop add id N</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NextHop
{
    public nint rb_parent;
    public nint rb_right;
    public nint rb_left;

    /// <summary>The list of fib_infos that use the object.</summary>
    public ListHead fi_list;
    public ListHead f6i_list;
    public ListHead fdb_list;
    public ListHead grp_list;
    public nint net;
    public uint id;
    public byte protocol;
    public byte nh_flags;
    public byte is_group;
    public int refcnt;
    public RcuHead rcu;
    public NhInfo* nh_info;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 112;
}

/// <summary>The contents of a nexthop object that is not a group (<c>struct nh_info</c>), 136 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NhInfo
{
    public HlistNode dev_hash;
    public NextHop* nh_parent;
    public byte family;
    public byte reject_nh;
    public byte fdb_nh;

    /// <summary>The IPv4 nexthop. In the kernel, the nexthop is in a union with the smaller <see cref="Fib6Nh"/>.</summary>
    public FibNh fib_nh;

    /// <summary><c>fib6_nh</c>: returns the nexthop of an IPv6 object.</summary>
    public static Fib6Nh* Fib6Nh(NhInfo* nhi) => (Fib6Nh*)&nhi->fib_nh;
}
