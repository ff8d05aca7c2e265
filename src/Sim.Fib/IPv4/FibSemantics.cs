// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Makes, shares and releases fib_infos: the part of net/ipv4/fib_semantics.c that routes need.</summary>
public sealed unsafe partial class FibNet
{
    /// <summary><c>fib_create_info</c>: returns a fib_info that equals the request, and takes a reference for the caller. On failure,
    /// returns null and a negative error. As in the kernel, the function builds a new fib_info and searches the bucket for an equal
    /// fib_info. If there is an equal fib_info, the function frees the new one. If the request has a nexthop id, the function searches
    /// before it builds a fib_info.</summary>
    internal FibInfo* CreateInfo(in FibConfig cfg, uint table, out int err)
    {
        err = -Errno.EINVAL;
        if (cfg.Type > RouteType.XResolve || FibProps.Scope(cfg.Type) > (byte)cfg.Scope ||
            (cfg.Flags & (RtnhFlags.Dead | RtnhFlags.LinkDown)) != 0)
            return null;
        NextHop* nh = null;
        var nhs = 1;
        if (cfg.NhId != 0)
        {
            var shared = FindInfoNh(cfg, table);
            if (shared != null)
            {
                shared->fib_treeref++;
                return shared;
            }

            nh = FindNexthop(cfg.NhId);
            if (nh == null)
                return null;
            nhs = 0;
        }

        GrowInfoHash();
        var fi = AllocInfo(cfg, table, nhs);
        err = nh != null ? HoldNexthop(fi, nh) : InitNexthop(FibInfo.Nh(fi, 0), cfg);
        if (err == 0)
            err = CheckInfo(fi, cfg, table);
        if (err == 0)
            return LinkInfo(fi);
        fi->fib_dead = 1;
        FreeFibInfo(fi);
        return null;
    }

    /// <summary><c>fib_release_info</c>: ends a route's use of a fib_info. After the last use, removes the fib_info from the
    /// hashes.</summary>
    internal void ReleaseInfo(FibInfo* fi)
    {
        if (fi == null || --fi->fib_treeref != 0)
            return;
        Hlist.Del(&fi->fib_hash);
        _infoCount--;
        if (fi->fib_prefsrc != 0)
            Hlist.Del(&fi->fib_lhash);
        if (fi->nh != null)
            Hlist.Del(&fi->nh_list);
        fi->fib_dead = 1;
        PutInfo(fi);
    }

    /// <summary><c>fib_info_put</c>: drops a reference to a fib_info. A lookup without <see cref="FibLookupFlags.NoRef"/> takes a reference
    /// to the fib_info.</summary>
    public void PutInfo(FibInfo* fi)
    {
        if (--fi->fib_clntref == 0)
            FreeFibInfo(fi);
    }

    /// <summary><c>free_fib_info</c>: frees a fib_info after a grace period.</summary>
    private void FreeFibInfo(FibInfo* fi) => CallRcu(&fi->rcu, RcuFunc.InfoFree);

    /// <summary><c>free_fib_info_rcu</c>: frees a fib_info, and drops its reference to its nexthop object. The object waits for another
    /// grace period.</summary>
    private void FreeFibInfoRcu(FibInfo* fi)
    {
        if (fi->nh != null)
            PutNexthop(fi->nh);
        for (var i = 0; i < fi->fib_nhs; i++)
            ReleaseNh(FibInfo.Nh(fi, i));
        Memory.Kfree(fi, FibInfo.Size(fi->fib_nhs));
    }

    /// <summary><c>fib_nh_release</c>.</summary>
    private void ReleaseNh(FibNh* nh)
    {
        States.Put(nh->nh_common.nhc_lwtstate);
        nh->nh_common.nhc_lwtstate = null;
    }

    private FibInfo* AllocInfo(in FibConfig cfg, uint table, int nhs)
    {
        var fi = (FibInfo*)Memory.Kzalloc(FibInfo.Size(nhs));
        fi->fib_protocol = cfg.Protocol;
        fi->fib_scope = (byte)cfg.Scope;
        fi->fib_flags = cfg.Flags;
        fi->fib_priority = cfg.Priority;
        fi->fib_prefsrc = cfg.PrefSrc;
        fi->fib_type = (byte)cfg.Type;
        fi->fib_tb_id = table;
        fi->fib_nhs = nhs;
        for (var i = 0; i < nhs; i++)
            FibInfo.Nh(fi, i)->nh_parent = fi;
        return fi;
    }

    private static int HoldNexthop(FibInfo* fi, NextHop* nh)
    {
        nh->refcnt++;
        fi->nh = nh;
        return 0;
    }

    /// <summary><c>fib_nh_init</c>: fills a nexthop. Returns 0, or -EINVAL for a peer without a device.</summary>
    private int InitNexthop(FibNh* nh, in FibConfig cfg)
    {
        if (cfg.Peer != 0 && cfg.Oif == 0)
            return -Errno.EINVAL;
        var nhc = &nh->nh_common;
        nhc->nhc_family = (byte)GatewayFamily.IPv4;
        nhc->nhc_lwtstate = States.Build(cfg.Oif, cfg.Peer);
        nhc->nhc_oif = cfg.Oif;
        nhc->nhc_gw_family = (byte)cfg.GatewayFamily;
        if (cfg.GatewayFamily == GatewayFamily.IPv4)
        {
            nhc->nhc_gw_first = cfg.Gateway4;
        }
        else if (cfg.GatewayFamily == GatewayFamily.IPv6)
        {
            nhc->nhc_gw_first = (ulong)(cfg.Gateway6 >> 64);
            nhc->nhc_gw_second = (ulong)cfg.Gateway6;
        }

        nhc->nhc_flags = (byte)cfg.Flags;
        nhc->nhc_weight = 1;
        return 0;
    }

    private static bool SameGateway(in FibConfig cfg, FibNhCommon* nhc) =>
        (byte)cfg.GatewayFamily == nhc->nhc_gw_family &&
        nhc->Gateway == (cfg.GatewayFamily == GatewayFamily.IPv6 ? cfg.Gateway6 : cfg.Gateway4);

    /// <summary>Checks a new fib_info: the part of <c>fib_create_info</c> before the search for an equal one.</summary>
    private int CheckInfo(FibInfo* fi, in FibConfig cfg, uint table)
    {
        if (FibProps.Error((byte)cfg.Type) != 0)
            return cfg.GatewayFamily != GatewayFamily.None || cfg.Oif != 0 ? -Errno.EINVAL : 0;
        if (cfg.Type is < RouteType.Unicast or > RouteType.Multicast || cfg.Scope > RouteScope.Host)
            return -Errno.EINVAL;
        if (fi->nh != null)
            return CheckNexthop(fi->nh, cfg.Scope);
        var err = cfg.Scope == RouteScope.Host ? CheckHostScope(fi) : CheckEachNh(fi, cfg, table);
        if (err != 0)
            return err;
        for (var i = 0; i < fi->fib_nhs; i++)
        {
            if (FibInfo.Nh(fi, i)->nh_common.nhc_gw_family == (byte)GatewayFamily.IPv6)
                fi->fib_nh_is_v6 = 1;
        }

        return 0;
    }

    private static int CheckHostScope(FibInfo* fi)
    {
        var nhc = &FibInfo.Nh(fi, 0)->nh_common;
        if (fi->fib_nhs != 1 || nhc->nhc_gw_family != 0)
            return -Errno.EINVAL;
        nhc->nhc_scope = (byte)RouteScope.Nowhere;
        nhc->nhc_dev = nhc->nhc_oif > 0 ? nhc->nhc_oif : 0;
        return nhc->nhc_dev == 0 ? -Errno.ENODEV : 0;
    }

    private int CheckEachNh(FibInfo* fi, in FibConfig cfg, uint table)
    {
        for (var i = 0; i < fi->fib_nhs; i++)
        {
            var err = CheckNh(&FibInfo.Nh(fi, i)->nh_common, table, (byte)cfg.Scope);
            if (err != 0)
                return err;
        }

        return 0;
    }

    /// <summary>The end of <c>fib_create_info</c>: returns an equal fib_info if there is one. Otherwise adds the new fib_info to the
    /// hashes.</summary>
    private FibInfo* LinkInfo(FibInfo* fi)
    {
        var ofi = FindInfo(fi);
        if (ofi != null)
        {
            fi->fib_dead = 1;
            FreeFibInfo(fi);
            ofi->fib_treeref++;
            return ofi;
        }

        fi->fib_treeref = fi->fib_clntref = 1;
        _infoCount++;
        Hlist.AddHead(&fi->fib_hash, &_infoHash[InfoHash(fi)]);
        if (fi->fib_prefsrc != 0)
            Hlist.AddHead(&fi->fib_lhash, &_infoLaddrHash[LaddrHash(fi->fib_prefsrc)]);
        if (fi->nh != null)
            Hlist.Add(&fi->nh_list, &fi->nh->fi_list);
        return fi;
    }

    /// <summary><c>fib_nh_match</c> of the series == 0: returns whether the fib_info matches everything that a deletion names. The state
    /// names the request's peer. If the request names no peer, the state is null.</summary>
    internal static bool NhMatch(in FibConfig cfg, LwtunnelState* state, FibInfo* fi)
    {
        if (cfg.Priority != 0 && cfg.Priority != fi->fib_priority)
            return false;
        if (cfg.NhId != 0)
            return fi->nh != null && cfg.NhId == fi->nh->id;
        var namesNexthop = cfg.Oif != 0 || cfg.GatewayFamily != GatewayFamily.None || state != null;
        if (fi->nh != null || !namesNexthop)
            return !namesNexthop;
        var nhc = &FibInfo.Nh(fi, 0)->nh_common;
        return (state == null || PeerStates.Same(state, nhc->nhc_lwtstate)) && (cfg.Oif == 0 || cfg.Oif == nhc->nhc_oif) &&
            (cfg.GatewayFamily == GatewayFamily.None || SameGateway(cfg, nhc));
    }
}
