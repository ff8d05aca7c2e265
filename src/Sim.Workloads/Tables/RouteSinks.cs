// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>Makes the table of one family; passes over the routes of the other.</summary>
internal sealed class TableSink(Family family, int expected) : IRouteSink
{
    private readonly PrefixSet _prefixes = new(expected);
    private readonly NextHopNames _nextHops = new();
    private (int NextHop, uint OriginAs)[] _bound = new (int, uint)[expected];

    public bool Take(ListRoute route)
    {
        if (route.Prefix.Family != family)
            return true;
        if (!_prefixes.Add(route.Prefix))
            return false;
        if (_prefixes.Count > _bound.Length)
            Array.Resize(ref _bound, _bound.Length * 2);
        _bound[_prefixes.Count - 1] = (_nextHops.IndexOf(route), route.OriginAs);
        return true;
    }

    public RouteTable Finish(string name)
    {
        var routes = new Route[_prefixes.Count];
        for (var i = 0; i < routes.Length; i++)
            routes[i] = new Route(_prefixes[i], _bound[i].NextHop, _bound[i].OriginAs);
        return new RouteTable(name, family, routes, _nextHops.Names);
    }
}

/// <summary>Counts the distinct prefixes of both families.</summary>
internal sealed class CountingSink : IRouteSink
{
    private readonly PrefixSet _prefixes = new();

    public ReadOnlySpan<Prefix> Prefixes => _prefixes.Items;

    public bool Take(ListRoute route) => _prefixes.Add(route.Prefix);
}
