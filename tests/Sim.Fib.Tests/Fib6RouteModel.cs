// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;

namespace Sim.Fib.Tests;

/// <summary>A route. Compared by identity.</summary>
internal sealed class Fib6ModelRoute(in Fib6Config cfg, bool reject)
{
    public uint Metric { get; } = cfg.Metric;

    public RouteType Type { get; } = cfg.Type;

    public byte Protocol { get; } = cfg.Protocol;

    public bool Reject { get; } = reject;

    public int Oif { get; } = reject ? 1 : cfg.Oif;

    public int Peer { get; } = reject ? 0 : cfg.Peer;

    public UInt128 Gateway { get; } = reject ? UInt128.Zero : cfg.Gateway;

    public uint NhId { get; } = cfg.NhId;

    /// <summary>Whether it can be part of a multipath route.</summary>
    public bool Ecmp => NhId == 0 && Gateway != UInt128.Zero;

    public bool SameNexthop(Fib6ModelRoute other) =>
        (NhId, Oif, Peer, Gateway) == (other.NhId, other.Oif, other.Peer, other.Gateway);
}

internal readonly record struct Fib6ModelRoutes(List<Fib6ModelRoute> List);

/// <summary>The model of an IPv6 table: a linear table of prefixes, each with its routes in a list by metric.</summary>
internal sealed class Fib6RouteModel
{
    private readonly LinearTable<Fib6ModelRoutes> _table = new();
    private readonly Dictionary<uint, (int Oif, int Peer)> _nexthops = [];

    public IReadOnlyDictionary<Prefix, Fib6ModelRoutes> Table => _table.Routes;

    public int Count => _table.Routes.Values.Sum(routes => routes.List.Count);

    /// <summary>In the order of a dump: below before above, and left before right.</summary>
    public IEnumerable<(Prefix Prefix, Fib6ModelRoute Route)> Dump()
    {
        var prefixes = _table.Routes.Keys.ToList();
        prefixes.Sort((a, b) => a.Contains(b) ? (a == b ? 0 : 1) : b.Contains(a) ? -1 : a.Address.CompareTo(b.Address));
        return prefixes.SelectMany(prefix => _table.Routes[prefix].List.Select(route => (prefix, route)));
    }

    /// <summary>The prefixes at which a tree of these must have a node: their own, where two part, and the root.</summary>
    public HashSet<Prefix> Nodes()
    {
        var prefixes = _table.Routes.Keys.ToList();
        var nodes = new HashSet<Prefix>(prefixes) { Prefix.OfV6(0, 0) };
        foreach (var one in prefixes)
        {
            foreach (var other in prefixes)
                nodes.Add(Common(one, other));
        }

        return nodes;
    }

    public int AddNexthop(uint id, int oif, int peer) => _nexthops.TryAdd(id, (oif, peer)) ? 0 : -Errno.EEXIST;

    public int DeleteNexthop(uint id) => _nexthops.Remove(id) ? RemoveAll(route => route.NhId == id) : -Errno.ENOENT;

    public int Insert(Fib6Config cfg)
    {
        if (cfg.Metric == 0)
            cfg.Metric = 1024;
        return Make(cfg, out var single) is var err && err != 0 ? err : Add(cfg, single!, cfg.NlFlags);
    }

    public int Delete(Fib6Config cfg)
    {
        if (cfg.NhId != 0 && !_nexthops.ContainsKey(cfg.NhId))
            return -Errno.EINVAL;
        var prefix = Prefix.OfV6(cfg.Dst, cfg.DstLen);
        if (!_table.Routes.TryGetValue(prefix, out var found))
            return prefix.Length == 0 && cfg is { Oif: 0, Peer: 0, NhId: 0, Protocol: 0, Metric: 0, Gateway: var g } && g == UInt128.Zero
                ? -Errno.ENOENT
                : -Errno.ESRCH;
        var routes = found.List;
        var route = routes.Find(r => Fits(cfg, r));
        if (route == null)
            return -Errno.ESRCH;
        if (route.Ecmp && cfg.Gateway == UInt128.Zero && cfg.Peer == 0)
            routes.RemoveAll(r => r.Ecmp && r.Metric == route.Metric);
        else
            routes.Remove(route);
        if (routes.Count == 0)
            _table.Remove(prefix);
        return 0;
    }

    public (int Error, Prefix Prefix, Fib6ModelRoute? Route) Lookup(UInt128 address, int oif, bool onlyThere)
    {
        foreach (var (prefix, routes) in _table.Routes.Where(entry => entry.Key.Contains(address)).OrderByDescending(e => e.Key.Length))
        {
            var list = routes.List;
            var first = list.FindAll(route => route.Metric == list[0].Metric);
            var answer = Best(first, oif, onlyThere) ?? Best(list.FindAll(route => !first.Contains(route)), oif, onlyThere);
            if (answer == null)
                continue;
            var error = !answer.Reject ? 0 : answer.Type switch
            {
                RouteType.Blackhole => -Errno.EINVAL,
                RouteType.Unreachable => -Errno.EHOSTUNREACH,
                RouteType.Prohibit => -Errno.EACCES,
                RouteType.Throw => -Errno.EAGAIN,
                _ => -Errno.ENETUNREACH,
            };
            return (error, prefix, answer);
        }

        return (-Errno.EAGAIN, default, null);
    }

    public int OifOf(Fib6ModelRoute route) => route.NhId == 0 ? route.Oif : _nexthops[route.NhId].Oif;

    public int PeerOf(Fib6ModelRoute route) => route.NhId == 0 ? route.Peer : _nexthops[route.NhId].Peer;

    private Fib6ModelRoute? Best(List<Fib6ModelRoute> routes, int oif, bool onlyThere)
    {
        Fib6ModelRoute? best = null;
        foreach (var route in routes)
        {
            var there = oif == 0 || OifOf(route) == oif;
            if (onlyThere && !there)
                continue;
            if (best == null || (there && oif != 0 && OifOf(best) != oif))
                best = route;
        }

        return best;
    }

    private int Make(in Fib6Config cfg, out Fib6ModelRoute? route)
    {
        route = null;
        if (cfg.NhId != 0)
        {
            route = new Fib6ModelRoute(cfg, reject: false);
            return _nexthops.ContainsKey(cfg.NhId) ? 0 : -Errno.EINVAL;
        }

        var reject = cfg.Type is RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit or RouteType.Throw;
        if (!reject && cfg.Oif == 0)
            return cfg.Gateway != UInt128.Zero ? -Errno.EINVAL : -Errno.ENODEV;

        route = new Fib6ModelRoute(cfg, reject);
        return 0;
    }

    private int Add(in Fib6Config cfg, Fib6ModelRoute route, NlmFlags flags)
    {
        var prefix = Prefix.OfV6(cfg.Dst, cfg.DstLen);
        var routes = _table.Routes.TryGetValue(prefix, out var found) ? found.List : [];
        var same = routes.FindAll(r => r.Metric == route.Metric);
        if (same.Count > 0 && flags.HasFlag(NlmFlags.Excl))
            return -Errno.EEXIST;
        if (same.Count > 0 && flags.HasFlag(NlmFlags.Replace))
        {
            var old = same.Find(r => r.Ecmp == route.Ecmp) ?? same[0];
            var ring = same.FindAll(r => r.Ecmp);
            routes[routes.IndexOf(old)] = route;
            // The rest of its multipath route goes with it.
            if (old.Ecmp && ring.Count > 1)
                routes.RemoveAll(r => ring.Contains(r) && r != route);
            return 0;
        }

        if (flags.HasFlag(NlmFlags.Replace) && !flags.HasFlag(NlmFlags.Create))
            return -Errno.ENOENT;
        if (same.Exists(route.SameNexthop))
            return -Errno.EEXIST;
        routes.Add(route);
        _table.Set(prefix, new([.. routes.OrderBy(r => r.Metric)]));
        return 0;
    }

    private int RemoveAll(Func<Fib6ModelRoute, bool> doomed)
    {
        var removed = 0;
        foreach (var (prefix, routes) in _table.Routes.ToList())
        {
            removed += routes.List.RemoveAll(route => doomed(route));
            if (routes.List.Count == 0)
                _table.Remove(prefix);
        }

        return removed;
    }

    private static bool Fits(in Fib6Config cfg, Fib6ModelRoute route)
    {
        if ((cfg.Metric != 0 && cfg.Metric != route.Metric) || (cfg.Protocol != 0 && cfg.Protocol != route.Protocol))
            return false;
        if (route.NhId != 0)
            return (cfg.NhId == 0 || cfg.NhId == route.NhId) && cfg.Peer == 0;
        return cfg.NhId == 0 && (cfg.Oif == 0 || cfg.Oif == route.Oif) && (cfg.Peer == 0 || cfg.Peer == route.Peer) &&
            (cfg.Gateway == UInt128.Zero || cfg.Gateway == route.Gateway);
    }

    private static Prefix Common(Prefix one, Prefix other)
    {
        var bits = (int)UInt128.LeadingZeroCount(one.Address ^ other.Address);
        return Prefix.OfV6(one.Address, Math.Min(bits, Math.Min(one.Length, other.Length)));
    }
}
