// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Testing;
using Sim.Validation.Inputs;
using Sim.Validation.Ports;
using Sim.Workloads;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary>The ports as a validation drives them, held to each other and to a table that is searched from end to end.</summary>
public sealed class PortTests : IDisposable
{
    private static readonly KernelConfig s_kernel = new(SlubConfig.Uniprocessor, NamesPeers: false);

    private readonly AllowedIpsPort _allowedIps = new(s_kernel);
    private readonly RoutePort _fib = new(Family.IPv4, s_kernel);
    private readonly RoutePort _fib6 = new(Family.IPv6, s_kernel);

    public void Dispose()
    {
        _allowedIps.Dispose();
        _fib.Dispose();
        _fib6.Dispose();
    }

    [Theory]
    [InlineData(Family.IPv4, 120, 4)]
    [InlineData(Family.IPv4, 120, 1)]
    [InlineData(Family.IPv4, 1, 4)]
    [InlineData(Family.IPv6, 120, 4)]
    [InlineData(Family.IPv6, 120, 1)]
    [InlineData(Family.IPv6, 1, 4)]
    public void After_every_step_both_ports_answer_as_the_linear_table_does(Family family, int prefixes, int peers)
    {
        var input = Tables.Input(Tables.Random(family, prefixes), peers);
        var routed = FibOf(family);
        var model = new LinearTable<int>();
        foreach (var (allowedIps, routes) in input.AllowedIpsLoads.Zip(input.RouteLoads))
        {
            Flush(input, model);
            routed.AddNexthops(1, peers);
            Run(input, model, allowedIps, routes);
        }

        foreach (var (allowedIps, routes) in new[] { input.Third, input.Mix, input.Move })
            Run(input, model, allowedIps, routes);
        _allowedIps.Replace(input.Replace.AllowedIps.Operations.Length == 0 ? [BindingChange.Insert(family == Family.IPv4 ? Prefix.Parse("10.0.0.0/8") : Prefix.Parse("2001:db8::/32"), 0)] : input.Replace.AllowedIps.Operations);
        if (input.Replace.AllowedIps.Operations.Length == 0)
            _allowedIps.Structure.RemoveByPeer(0);
        Route(input, model, input.Replace.Routes);
        Compare(input, model);
        _allowedIps.Structure.RemovePeer(input.RemovedPeer);
        routed.DeleteNexthop(input.RemovedPeer + 1);
        model.RemoveWhere(peer => peer == input.RemovedPeer);
        Compare(input, model);
        Flush(input, model);
        Compare(input, model);
    }

    [Fact]
    public void For_ipv6_the_allowed_ips_port_answers_as_the_linear_table_does()
    {
        var input = Tables.Input(Tables.Random(Family.IPv6, 120));
        var model = new LinearTable<int>();
        foreach (var step in input.AllowedIpsLoads.Concat([input.Third.AllowedIps, input.Mix.AllowedIps, input.Move.AllowedIps]))
        {
            Give(model, step, input.Dummy);
            Answers(input, model);
        }

        _allowedIps.Replace(input.Replace.AllowedIps.Operations);
        model.RemoveWhere(peer => peer == 0);
        Give(model, input.Replace.AllowedIps with { Operations = [] }, input.Dummy);
        foreach (var operation in input.Replace.AllowedIps.Operations)
            model.Set(operation.Prefix, operation.Peer);
        Answers(input, model);
    }

    [Fact]
    public void Each_shape_of_route_gives_the_same_trie_but_for_what_nexthops_are_called()
    {
        var input = Tables.Input(Tables.Random(Family.IPv4, 120));
        var operations = input.RouteLoads[0].Operations;
        var seen = new List<(long, long, long)>();
        foreach (var shape in new[] { RouteShape.Nexthop, RouteShape.Device, RouteShape.Gateway })
        {
            using var fib = new RoutePort(Family.IPv4, s_kernel);
            fib.AddNexthops(1, Tables.Peers);
            Assert.Equal((0, 0), fib.Run(operations, shape));
            var trie = Trie(fib);
            seen.Add((trie.Tnodes, trie.Leaves, trie.Routes));
        }

        Assert.Equal(120, seen[0].Item3);
        Assert.All(seen, shape => Assert.Equal(seen[0], shape));
    }

    [Fact]
    public void Each_shape_of_an_ipv6_route_gives_the_same_tree_but_for_what_nexthops_are_called()
    {
        var input = Tables.Input(Tables.Random(Family.IPv6, 120));
        var seen = new List<(long, long, long)>();
        foreach (var shape in new[] { RouteShape.Nexthop, RouteShape.Device, RouteShape.Gateway, RouteShape.Encap })
        {
            using var fib = new RoutePort(Family.IPv6, s_kernel);
            fib.AddNexthops(1, Tables.Peers);
            Assert.Equal((0, 0), fib.Run(input.RouteLoads[0].Operations, shape));
            var tree = Tree(fib);
            seen.Add((tree.Nodes, tree.Valued, tree.Routes));
            Assert.Equal((tree.Nodes, tree.Valued), (tree.Depths.Sum(depth => depth.Nodes), tree.Depths.Sum(depth => depth.Valued)));
        }

        Assert.Equal(120, seen[0].Item3);
        Assert.All(seen, shape => Assert.Equal(seen[0], shape));
    }

    [Theory]
    [InlineData(Family.IPv4, RouteShape.Encap)]
    [InlineData(Family.IPv4, RouteShape.PeerKey)]
    [InlineData(Family.IPv4, RouteShape.Nexthop)]
    [InlineData(Family.IPv6, RouteShape.Encap)]
    [InlineData(Family.IPv6, RouteShape.PeerKey)]
    [InlineData(Family.IPv6, RouteShape.Nexthop)]
    public void Routes_that_name_peers_lead_where_allowed_ips_lead(Family family, RouteShape shape)
    {
        var input = Tables.Input(Tables.Random(family, 120));
        var routed = FibOf(family);
        routed.AddNexthops(1, Tables.Peers, RouteShape.Encap);
        foreach (var step in new[] { input.AllowedIpsLoads[^1], input.Single.Third, input.Single.Back, input.Single.MoveAll, input.Single.MoveBack })
        {
            _allowedIps.Add(step.Operations);
            Assert.Equal((0, 0), routed.Run(step.Operations, shape));
            foreach (var (_, keys, _) in input.Patterns)
                Assert.Equal(_allowedIps.Answers(keys).Hits, routed.Answers(keys).Hits);
        }

        var foreign = input.Single.Foreign.Operations;
        Assert.Equal((foreign.Length, 3), routed.Run(foreign, shape));
        Assert.True(routed.LastRefused);
        Assert.Equal((0, 0), routed.Run(input.Single.All.Operations, shape));
        Assert.False(routed.LastRefused);
        _allowedIps.Add(input.Single.All.Operations);
        Assert.Empty(routed.Routes());
        Assert.Equal(0, _allowedIps.Table.Shape(family).Nodes);
    }

    [Fact]
    public void Peers_made_alone_have_no_prefix()
    {
        var input = Tables.Input(Tables.Random(Family.IPv6, 20));
        _allowedIps.Add(input.PeersAlone.Operations);
        Assert.Equal(input.Peers, _allowedIps.Structure.Peers.Count);
        Assert.Equal(0, _allowedIps.Table.Shape(Family.IPv6).Nodes);
    }

    [Fact]
    public void A_refused_route_is_counted_with_the_first_error()
    {
        _fib.AddNexthops(1, 1);
        var (there, absent) = (Prefix.Parse("10.0.0.0/8"), Prefix.Parse("11.0.0.0/8"));
        Assert.Equal((0, 0), _fib.Run([BindingChange.Insert(there, 0)], RouteShape.Nexthop));
        // ESRCH, EEXIST; the other way round the first one is EEXIST.
        Assert.Equal((2, 3), _fib.Run([BindingChange.Delete(absent, 0), BindingChange.Insert(there, 0)], RouteShape.Nexthop));
        Assert.Equal((2, 17), _fib.Run([BindingChange.Insert(there, 0), BindingChange.Delete(absent, 0)], RouteShape.Nexthop));
    }

    /// <summary>Linux 6.12.117 had 37 objects of kmalloc-192 with 8 nexthop objects in use, 21 without: two each.</summary>
    [Fact]
    public void Deleted_nexthop_objects_leave_no_memory_behind_though_their_routes_held_them()
    {
        // Two leaves: no tnode is of that class.
        var before = Objects();
        _fib.AddNexthops(1, 2);
        _fib.Run([BindingChange.Insert(Prefix.Parse("10.0.0.0/8"), 0), BindingChange.Insert(Prefix.Parse("192.0.2.0/24"), 1)], RouteShape.Nexthop);
        Assert.Equal(4, Objects() - before);
        _fib.DeleteNexthop(1);
        Assert.Equal(2, Objects() - before);
        _fib.DeleteNexthop(2);
        Assert.Equal(0, Objects() - before);

        long Objects() => _fib.Fib.Memory.Account().FirstOrDefault(line => line.Cache == "kmalloc-192").Objects;
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_digest_of_allowed_ips_changes_with_any_single_binding(Family family)
    {
        var load = Tables.Input(Tables.Random(family, 40)).AllowedIpsLoads[^1].Operations;
        ulong Digest(IEnumerable<BindingChange> operations)
        {
            using var port = new AllowedIpsPort(s_kernel);
            port.Add(operations.ToArray());
            return AllowedIpsPort.TrieDigest(port.Table, family);
        }

        AssertAllDiffer(load, Digest);
    }

    [Fact]
    public void A_chain_of_route_lookups_answers_with_the_interface_of_each_route_found()
    {
        var prefix = Prefix.Parse("10.0.0.0/8");
        _fib.AddNexthops(1, Tables.Peers);
        Assert.Equal((0, 0), _fib.Run(new BindingChange[] { BindingChange.Insert(prefix, 0) }, RouteShape.Nexthop));
        var keys = new Keys([0x0A000001, 0x0B000001, 0x0AFFFFFF, 0x0A010203], []);

        Assert.Equal(3 * 2, _fib.Fib.Lookup(keys, dependent: false));
        Assert.Equal(3 * 2, _fib.Fib.Lookup(keys, dependent: true));
    }

    [Fact]
    public void A_chain_of_ipv6_lookups_answers_with_the_interface_of_each_route_found()
    {
        _fib6.AddNexthops(1, Tables.Peers);
        Assert.Equal((0, 0), _fib6.Run([BindingChange.Insert(Prefix.Parse("2001:db8::/32"), 0)], RouteShape.Nexthop));
        UInt128 inside = (UInt128)0x20010DB8 << 96, outside = (UInt128)0x20010DB9 << 96;
        var keys = new Keys([], [inside, outside, inside + 1, inside + 2]);

        Assert.Equal(3 * 2, _fib6.Fib.Lookup(keys, dependent: false));
        Assert.Equal(3 * 2, _fib6.Fib.Lookup(keys, dependent: true));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_digest_of_routes_changes_with_any_single_binding(Family family)
    {
        var load = Tables.Input(Tables.Random(family, 40)).RouteLoads[^1].Operations;
        ulong Digest(IEnumerable<BindingChange> operations)
        {
            using var port = new RoutePort(family, s_kernel);
            port.AddNexthops(1, Tables.Peers + 1);
            Assert.Equal((0, 0), port.Run(operations.ToArray(), RouteShape.Nexthop));
            return family == Family.IPv6 ? Tree(port).Value : Trie(port).Value;
        }

        AssertAllDiffer(load, Digest);
    }

    [Fact]
    public void The_digests_tell_one_family_from_the_other_and_from_an_empty_table()
    {
        var empty = AllowedIpsPort.TrieDigest(_allowedIps.Table, Family.IPv4);
        Assert.Equal(Digest64.Empty, empty);
        _allowedIps.Add([BindingChange.Insert(Prefix.Parse("2001:db8::/32"), 0)]);
        Assert.Equal(empty, AllowedIpsPort.TrieDigest(_allowedIps.Table, Family.IPv4));
        Assert.NotEqual(empty, AllowedIpsPort.TrieDigest(_allowedIps.Table, Family.IPv6));
    }

    /// <summary>Without each binding, with each of another peer, and with each a bit longer or shorter: all digests differ.</summary>
    private static void AssertAllDiffer(BindingChange[] load, Func<IEnumerable<BindingChange>, ulong> digest)
    {
        var whole = digest(load);
        Assert.Equal(whole, digest(load));
        var seen = new HashSet<ulong> { whole };
        for (var i = 0; i < load.Length; i++)
        {
            Assert.True(seen.Add(digest(load.Where((_, place) => place != i))), $"without {load[i].Prefix}");
            Assert.True(seen.Add(digest(load.Select((one, place) => place == i ? one with { NewPeer = Tables.Peers } : one))), $"another peer of {load[i].Prefix}");
            var (family, length) = (load[i].Prefix.Family, load[i].Prefix.Length);
            var other = new Prefix(family, load[i].Prefix.Address & Prefix.Mask(length == 0 ? 0 : length - 1), length == 0 ? 1 : length - 1);
            if (!load.Any(one => one.Prefix == other))
                Assert.True(seen.Add(digest(load.Select((one, place) => place == i ? one with { Prefix = other } : one))), $"{other} for {load[i].Prefix}");
        }
    }

    private static FibTrieDigest Trie(RoutePort port)
    {
        var digest = default(FibTrieDigest);
        ((Fib4Structure)port.Fib).Table.Visit(ref digest);
        return digest;
    }

    private static Fib6TreeDigest Tree(RoutePort port)
    {
        var digest = default(Fib6TreeDigest);
        ((Fib6Structure)port.Fib).Table.Visit(ref digest);
        return digest;
    }

    private RoutePort FibOf(Family family) => family == Family.IPv4 ? _fib : _fib6;

    private void Run(FamilyInput input, LinearTable<int> model, Step allowedIps, Step routes)
    {
        _allowedIps.Add(allowedIps.Operations);
        _allowedIps.Structure.RemovePeer(input.Dummy);
        Route(input, model, routes);
        Compare(input, model);
    }

    private void Route(FamilyInput input, LinearTable<int> model, Step routes)
    {
        Assert.Equal((0, 0), FibOf(input.Family).Run(routes.Operations, RouteShape.Nexthop));
        foreach (var change in routes.Operations)
        {
            if (change.Kind == RouteChange.Delete)
                Assert.True(model.Remove(change.Prefix));
            else
                model.Set(change.Prefix, change.Peer);
        }
    }

    private void Give(LinearTable<int> model, Step step, int dummy)
    {
        _allowedIps.Add(step.Operations);
        _allowedIps.Structure.RemovePeer(dummy);
        foreach (var operation in step.Operations)
            model.Set(operation.Prefix, operation.Peer);
        model.RemoveWhere(peer => peer == dummy);
    }

    private void Flush(FamilyInput input, LinearTable<int> model)
    {
        _allowedIps.Structure.RemoveAllPeers();
        var routed = FibOf(input.Family);
        foreach (var peer in Enumerable.Range(0, input.Peers).Where(routed.HasNexthop))
            routed.DeleteNexthop(peer + 1);
        Assert.False(routed.Fib.HasNexthops);
        model.RemoveWhere(_ => true);
    }

    private void Compare(FamilyInput input, LinearTable<int> model)
    {
        Answers(input, model);
        var routed = FibOf(input.Family);
        foreach (var (_, keys, _) in input.Patterns)
        {
            var expected = Enumerable.Range(0, keys.Count).Select(i => Longest(model, keys.LeftAligned(i))).ToList();
            var digest = default(Digest64);
            foreach (var (prefix, peer) in expected)
            {
                digest.Add(peer < 0 ? 0 : (uint)peer + 1);
                for (var shift = 96; shift >= (input.Family == Family.IPv4 ? 96 : 0); shift -= 32)
                    digest.Add((uint)(prefix.Address >> shift));
                digest.Add(prefix.Length);
            }

            Assert.Equal((digest.Value, expected.Count(one => one.Peer >= 0)), routed.Answers(keys));
        }

        var listed = routed.Routes();
        Assert.Equal(model.Routes.Select(route => (route.Key, route.Value)).Order(), listed.Select(route => (route.Key, route.Value)).Order());
        Assert.All(listed.Skip(1).Zip(listed), pair => Assert.InRange(RouteDump.CompareDumped(pair.Second.Key, pair.First.Key), int.MinValue, -1));
        var allowed = _allowedIps.Listing().SelectMany(peer => peer.AllowedIps.Select(prefix => (prefix, peer.Peer)));
        Assert.Equal(model.Routes.Select(route => (route.Key, route.Value)).Order(), allowed.Select(one => (one.prefix, (int)one.Peer)).Order());
    }

    private void Answers(FamilyInput input, LinearTable<int> model)
    {
        foreach (var (_, keys, _) in input.Patterns)
        {
            var expected = Enumerable.Range(0, keys.Count).Select(i => model.Lookup(input.Family, keys.LeftAligned(i))).ToList();
            var digest = default(Digest64);
            expected.ForEach(peer => digest.Add(peer is { } found ? (uint)found + 1 : 0));
            Assert.Equal((digest.Value, expected.Count(peer => peer is not null)), _allowedIps.Answers(keys));
        }
    }

    private static (Prefix Prefix, int Peer) Longest(LinearTable<int> model, UInt128 address) =>
        model.Routes.Where(route => route.Key.Contains(address)).OrderByDescending(route => route.Key.Length)
            .Select(route => (route.Key, route.Value)).FirstOrDefault((default, -1));
}
