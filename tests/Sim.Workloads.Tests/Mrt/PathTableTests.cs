// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

public sealed class PathTableTests
{
    private enum Kind
    {
        Announce,
        Withdraw,
        EndSession,
    }

    private sealed record Event(Kind Kind, int Prefix, int Peer, uint PathId, int Length, uint LocalPref, byte Origin, int Hop);

    private static readonly Gen<Event> Events =
        from kind in Gen.Frequency((6, Gen.Const(Kind.Announce)), (4, Gen.Const(Kind.Withdraw)), (1, Gen.Const(Kind.EndSession)))
        from prefix in Gen.Int[0, 3]
        from peer in Gen.Int[0, 4]
        from pathId in Gen.UInt[0, 1]
        from length in Gen.Int[0, 3]
        from preference in Gen.UInt[99, 101]
        from origin in Gen.Byte[0, 2]
        from hop in Gen.Int[0, 3]
        select new Event(kind, prefix, peer, pathId, length, preference, origin, hop);

    [Theory, Property]
    [InlineData(BestPathOrder.ShortestPath)]
    [InlineData(BestPathOrder.Preference)]
    public void Every_event_leaves_the_best_path_of_a_list_searched_from_end_to_end(BestPathOrder order) =>
        Events.Array[0, 80].Check(events => RunBesideModel(order, events), iter: 1500);

    [Fact]
    public void Of_a_dump_the_best_entry_wins_in_whatever_order_they_come()
    {
        byte[] Entry1(int peer, byte[] path) => Entry(peer, path);
        byte[][] entries =
        [
            Entry1(0, [.. Attribute(2, Sequence(1, 9, 8)), .. Attribute(3, 10, 0, 0, 1), .. Attribute(5, U32(300))]),
            Entry1(1, [.. Attribute(2, Sequence(2, 9)), .. Attribute(3, 10, 0, 0, 2)]),
            Entry1(2, [.. Attribute(2, Sequence(3, 9)), .. Attribute(3, 10, 0, 0, 3), .. Attribute(1, 0)]),
        ];
        foreach (var order in (int[][])[[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]])
        {
            byte[] file =
            [
                .. PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3)),
                .. Rib("10.0.0.0/8", [.. order.Select(at => entries[at])]),
            ];
            Assert.Equal("10.0.0.2 AS9", Only(file, BestPathRule.Default));
            Assert.Equal("10.0.0.1 AS8", Only(file, BestPathRule.Parse("preference", null)));
            Assert.Equal("10.0.0.3 AS9", Only(file, BestPathRule.Parse("path", "2")));
            Assert.Equal("10.0.0.1 AS8", Only(file, BestPathRule.Parse(null, "192.0.2.1")));
            Assert.Equal("10.0.0.3 AS9", Only(file, BestPathRule.Parse(null, "as3")));
            var missing = Assert.Throws<InvalidDataException>(() => Only(file, BestPathRule.Parse(null, "7")));
            Assert.Contains("no peer 7 among its 3 peers", missing.Message);
        }
    }

    [Fact]
    public void Updates_are_applied_in_order_and_a_session_that_ends_takes_its_paths_along()
    {
        byte[] Announced(string prefix, string peer, params uint[] path) =>
            Message(MrtTypes.MessageAs4, Update([], [.. Attribute(1, 0), .. Attribute(2, Sequence(path)), .. Attribute(3, Address(peer))], Nlri(prefix)), peer, path[0]);
        byte[] file =
        [
            .. Announced("10.0.0.0/8", "192.0.2.1", 1, 2, 3),
            .. Announced("11.0.0.0/8", "192.0.2.2", 2, 3),
            .. Announced("10.0.0.0/8", "192.0.2.2", 2, 3),
            .. Announced("12.0.0.0/8", "192.0.2.1", 1),
            .. Message(MrtTypes.MessageAs4, Update(Nlri("12.0.0.0/8"), [], []), "192.0.2.1", 1),
        ];
        string Routes(byte[] bytes)
        {
            var table = MrtTable.Load(new MemoryStream(bytes), "updates", Family.IPv4, BestPathRule.Default, new DamageLog());
            return string.Join(", ", table.Routes.Select(route => $"{route.Prefix} {table.NextHops[route.NextHop]}"));
        }

        Assert.Equal("10.0.0.0/8 192.0.2.2, 11.0.0.0/8 192.0.2.2", Routes(file));
        byte[] down = Message(MrtTypes.StateChangeAs4, [0, 6, 0, 1], "192.0.2.2", 2);
        Assert.Equal("10.0.0.0/8 192.0.2.1", Routes([.. file, .. down]));
    }

    [Fact]
    public void More_paths_of_one_prefix_than_are_kept_are_refused_and_logged()
    {
        byte[] Flood(int count) => [.. Enumerable.Range(0, count).SelectMany(at => Message(
            MrtTypes.MessageAs4AddPath, Update([], Path(64500, 1), [.. U32((uint)at), .. Nlri("10.0.0.0/8")])))];
        var log = new DamageLog();
        var table = MrtTable.Load(new MemoryStream(Flood(PathTable.MostPaths + 5)), "flood", Family.IPv4, BestPathRule.Default, log);
        Assert.Single(table.Routes);
        Assert.StartsWith("5 paths", Assert.Single(log.First).What);
    }

    [Theory]
    [InlineData("table-dump-4", Family.IPv4)]
    [InlineData("table-dump-6", Family.IPv6)]
    public void A_table_of_the_old_format_has_every_prefix_once_and_the_shortest_path_of_each(string name, Family family)
    {
        var content = MadeFiles.Of(name).Content;
        var best = new Dictionary<string, (int Hops, int Peer, string NextHop)>();
        var reader = new MrtReader(new MemoryStream(content), name, new DamageLog());
        var peers = new List<string>();
        var handler = new LineHandler(reader.Peers, line =>
        {
            var peer = peers.IndexOf(line.Peer + line.PeerAs);
            if (peer < 0)
            {
                peer = peers.Count;
                peers.Add(line.Peer + line.PeerAs);
            }

            var candidate = (line.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, peer, line.NextHop);
            if (!best.TryGetValue(line.What, out var known) || candidate.CompareTo(known) < 0)
                best[line.What] = candidate;
        });
        reader.Read(ref handler);
        var table = MrtTable.Load(new MemoryStream(content), name, family, BestPathRule.Default, new DamageLog());
        Assert.Equal(2000, table.Routes.Length);
        Assert.Equal(3, best.Values.Select(known => known.Peer).Distinct().Count());
        Assert.Equal(best.Keys, table.Routes.Select(route => route.Prefix.ToString()));
        Assert.Equal(best.Values.Select(known => known.NextHop), table.Routes.Select(route => table.NextHops[route.NextHop]));
    }

    [Theory]
    [InlineData("all", null)]
    [InlineData(null, "ASx")]
    [InlineData(null, "-1")]
    [InlineData(null, "10.0.0")]
    public void A_rule_that_is_none_is_refused(string? best, string? peer) =>
        Assert.Throws<FormatException>(() => BestPathRule.Parse(best, peer));

    private static string Only(byte[] file, BestPathRule rule)
    {
        var table = MrtTable.Load(new MemoryStream(file), "dump", Family.IPv4, rule, new DamageLog());
        var route = Assert.Single(table.Routes);
        return $"{table.NextHops[route.NextHop]} AS{route.OriginAs}";
    }

    private static void RunBesideModel(BestPathOrder order, Event[] events)
    {
        var table = new PathTable(Family.IPv4, new BestPathRule(order));
        var model = new List<Event>();
        foreach (var now in events)
        {
            var before = Enumerable.Range(0, 4).Select(prefix => Best(model, order, prefix)).ToArray();
            var gone = new List<(Prefix, RouteChange)>();
            var change = Apply(table, now, gone);
            if (now.Kind == Kind.EndSession)
                model.RemoveAll(path => path.Peer == now.Peer);
            else
                model.RemoveAll(path => (path.Prefix, path.Peer, path.PathId) == (now.Prefix, now.Peer, now.PathId));
            if (now.Kind == Kind.Announce)
                model.Add(now);
            for (var prefix = 0; prefix < 4; prefix++)
            {
                var after = Best(model, order, prefix);
                var found = table.TryGetBest(PrefixOf(prefix), out var best);
                Assert.Equal(after is not null, found);
                if (found)
                    Assert.Equal((after!.Peer, after.PathId, (UInt128)after.Hop), (best.Peer, best.PathId, best.NextHop));
                if (now.Kind != Kind.EndSession && now.Prefix == prefix)
                    Assert.Equal(Expected(before[prefix], after), change);
            }

            Assert.Equal(model.Select(path => path.Prefix).Distinct().Count(), table.Count);
        }
    }

    private static RouteChange Apply(PathTable table, Event now, List<(Prefix, RouteChange)> gone)
    {
        var route = new MrtRoute { Prefix = PrefixOf(now.Prefix), Peer = now.Peer, PathId = now.PathId };
        switch (now.Kind)
        {
            case Kind.Withdraw:
                return table.Withdraw(in route);
            case Kind.EndSession:
                table.RemovePeer(now.Peer, (prefix, change) => gone.Add((prefix, change)));
                return RouteChange.None;
            default:
                var attributes = new PathAttributes
                {
                    Path = new AsPathFacts(now.Length, 1, 1),
                    HasLocalPref = now.LocalPref != 100,
                    LocalPref = now.LocalPref == 100 ? 0 : now.LocalPref,
                    Origin = now.Origin,
                    HasNextHop = true,
                    NextHop = (UInt128)now.Hop,
                    NextHopFamily = Family.IPv4,
                };
                return table.Announce(in route, in attributes);
        }
    }

    private static Prefix PrefixOf(int number) => Sim.Kernel.Prefix.OfV4((uint)number << 24, 8);

    private static RouteChange Expected(Event? before, Event? after) => (before, after) switch
    {
        (null, null) => RouteChange.None,
        (null, _) => RouteChange.Insert,
        (_, null) => RouteChange.Delete,
        _ => before.Hop == after.Hop ? RouteChange.None : RouteChange.Move,
    };

    private static Event? Best(List<Event> model, BestPathOrder order, int prefix)
    {
        var paths = model.Where(path => path.Prefix == prefix);
        var sorted = order == BestPathOrder.ShortestPath
            ? paths.OrderBy(path => path.Length)
            : paths.OrderByDescending(path => path.LocalPref).ThenBy(path => path.Length).ThenBy(path => path.Origin);
        return sorted.ThenBy(path => path.Peer).ThenBy(path => path.PathId).FirstOrDefault();
    }
}
