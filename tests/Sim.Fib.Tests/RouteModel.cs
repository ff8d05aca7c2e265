// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;

namespace Sim.Fib.Tests;

/// <summary>What makes two fib_infos equal, as a value.</summary>
internal sealed record ModelInfo(RouteType Type, RouteScope Scope, byte Protocol, uint Priority, int Oif, int Peer, uint NhId);

internal sealed record ModelRoute(byte Dscp, ModelInfo Info)
{
    public bool SameKey(ModelRoute other) => Dscp == other.Dscp && Info.Priority == other.Info.Priority;
}

/// <summary>The routes of one prefix in the order they are tried.</summary>
internal readonly record struct ModelRoutes(List<ModelRoute> List);

/// <summary>
/// The model of a FIB table: a linear table of prefixes, each with its routes in a list that is sorted again and again.
/// </summary>
internal sealed class RouteModel
{
    private readonly LinearTable<ModelRoutes> _table = new();
    private readonly Dictionary<uint, (int Oif, int Peer)> _nexthops = [];

    public int Count => _table.Routes.Values.Sum(routes => routes.List.Count);

    public int Infos => _table.Routes.Values.SelectMany(routes => routes.List).Select(r => r.Info).Distinct().Count();

    public IEnumerable<(Prefix Prefix, ModelRoute Route)> Dump() =>
        from entry in _table.Routes
        orderby entry.Key.Address, -entry.Key.Length
        from route in entry.Value.List
        select (entry.Key, route);

    public void AddNexthop(uint id, int oif, int peer) => _nexthops.TryAdd(id, (oif, peer));

    public int Insert(in FibConfig cfg)
    {
        if (cfg.NhId != 0 && !_nexthops.ContainsKey(cfg.NhId))
            return -Errno.EINVAL;
        var route = new ModelRoute(cfg.Dscp, Info(cfg));
        var prefix = Prefix.OfV4(cfg.Dst, cfg.DstLen);
        var routes = _table.Routes.TryGetValue(prefix, out var found) ? found.List : [];
        var same = routes.FindAll(route.SameKey);
        if (same.Count > 0 && cfg.NlFlags.HasFlag(NlmFlags.Excl))
            return -Errno.EEXIST;
        if (same.Count > 0 && cfg.NlFlags.HasFlag(NlmFlags.Replace))
        {
            if (same.Contains(route))
                return same[0] == route ? 0 : -Errno.EEXIST;
            routes[routes.IndexOf(same[0])] = route;
            return 0;
        }

        if (same.Contains(route))
            return -Errno.EEXIST;
        if (!cfg.NlFlags.HasFlag(NlmFlags.Create))
            return -Errno.ENOENT;
        // A stable sort keeps a new first one before its like, and an appended one behind.
        if (cfg.NlFlags.HasFlag(NlmFlags.Append))
            routes.Add(route);
        else
            routes.Insert(0, route);
        _table.Set(prefix, new([.. routes.OrderByDescending(r => r.Dscp).ThenBy(r => r.Info.Priority)]));
        return 0;
    }

    public int Delete(FibConfig cfg)
    {
        if (cfg.NhId != 0 && !_nexthops.ContainsKey(cfg.NhId))
            return -Errno.EINVAL;
        var prefix = Prefix.OfV4(cfg.Dst, cfg.DstLen);
        if (!_table.Routes.TryGetValue(prefix, out var found))
            return -Errno.ESRCH;
        var at = found.List.FindIndex(r => r.Dscp == cfg.Dscp && Fits(cfg, r.Info));
        if (at < 0)
            return -Errno.ESRCH;
        found.List.RemoveAt(at);
        if (found.List.Count == 0)
            _table.Remove(prefix);
        return 0;
    }

    /// <summary>Removes the routes that fit; returns how many.</summary>
    public int Flush(Func<ModelInfo, bool> dead)
    {
        var flushed = 0;
        foreach (var (prefix, routes) in _table.Routes.ToList())
        {
            flushed += routes.List.RemoveAll(route => dead(route.Info));
            if (routes.List.Count == 0)
                _table.Remove(prefix);
        }

        return flushed;
    }

    public int DeleteNexthop(uint id) =>
        _nexthops.Remove(id) ? Flush(info => info.NhId == id) : -Errno.ENOENT;

    public (int Error, Prefix Prefix, ModelRoute? Route) Lookup(uint address, FlowI4 flow)
    {
        for (var length = 32; length >= 0; length--)
        {
            var prefix = Prefix.OfV4(address, length);
            if (!_table.Routes.TryGetValue(prefix, out var routes))
                continue;
            foreach (var route in routes.List)
            {
                if (route.Dscp != 0 && route.Dscp != (flow.Tos & 0x1C))
                    continue;
                if (route.Info.Scope < flow.Scope)
                    continue;
                var error = route.Info.Type switch
                {
                    RouteType.Blackhole => -Errno.EINVAL,
                    RouteType.Unreachable => -Errno.EHOSTUNREACH,
                    RouteType.Prohibit => -Errno.EACCES,
                    RouteType.Throw => -Errno.EAGAIN,
                    _ => 0,
                };
                if (error != 0)
                    return (error, default, null);
                if (flow.Oif == 0 || flow.Oif == OifOf(route.Info))
                    return (0, prefix, route);
                // A nexthop object that will not do ends the search of the leaf: of all routes of this address.
                if (route.Info.NhId != 0)
                {
                    length = Math.Min(length, AfterLeaf(prefix.V4));
                    break;
                }
            }
        }

        return (-Errno.EAGAIN, default, null);
    }

    public int OifOf(ModelInfo info) => info.NhId == 0 ? info.Oif : _nexthops[info.NhId].Oif;

    public int PeerOf(ModelInfo info) => info.NhId == 0 ? info.Peer : _nexthops[info.NhId].Peer;

    /// <summary>The shortest length of a prefix that is stored under the same address: where its leaf ends.</summary>
    private static int AfterLeaf(uint key) => key == 0 ? 0 : 32 - System.Numerics.BitOperations.TrailingZeroCount(key);

    private static bool Fits(in FibConfig cfg, ModelInfo info)
    {
        if (cfg.Type != RouteType.Unspec && cfg.Type != info.Type)
            return false;
        if (cfg.Scope != RouteScope.Nowhere && cfg.Scope != info.Scope)
            return false;
        if ((cfg.Protocol != 0 && cfg.Protocol != info.Protocol) || (cfg.Priority != 0 && cfg.Priority != info.Priority))
            return false;
        if (cfg.NhId != 0)
            return cfg.NhId == info.NhId;
        if (cfg.Oif == 0)
            return true;
        return info.NhId == 0 && cfg.Oif == info.Oif && (cfg.Peer == 0 || cfg.Peer == info.Peer);
    }

    private static ModelInfo Info(in FibConfig cfg) =>
        new(cfg.Type, cfg.Scope, cfg.Protocol, cfg.Priority, cfg.Oif, cfg.Peer, cfg.NhId);
}
