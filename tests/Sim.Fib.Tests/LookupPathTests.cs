// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>The path a lookup reports: nodes, climbs and cache lines.</summary>
public sealed class LookupPathTests
{
    [Fact]
    public void A_direct_hit_enters_each_node_once()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8"));
        Assert.Equal(0, fib.Add("192.168.0.0/16", peer: 3));
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(0, fib.Table.Lookup(Fixture.Address("192.168.0.0"), ref res, path));
        Assert.Equal(
            [LookupStepKind.Tnode, LookupStepKind.Leaf, LookupStepKind.Route], path.Steps.Select(step => step.Kind));
        Assert.Equal((byte)30, path.Steps[0].Pos);
        Assert.Equal((byte)2, path.Steps[0].Bits);
        Assert.Equal(Fixture.Address("192.168.0.0"), path.Steps[1].Key);
        Assert.Equal((byte)16, path.Steps[2].Bits);
        Assert.Equal(2, path.Nodes);
        Assert.Equal(0, path.Climbs);
    }

    /// <summary>The offsets are those of KeyVector, FibAlias (fa_info 16, fa_slen 27) and FibInfo (fib_flags 64, ...).</summary>
    [Fact]
    public unsafe void Cache_lines_are_those_of_the_fields_a_direct_hit_reads()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8"));
        Assert.Equal(0, fib.Add("192.168.0.0/16", peer: 3));
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(0, fib.Table.Lookup(Fixture.Address("192.168.0.0"), ref res, path));
        var (root, leaf, route) = (path.Steps[0].Address, path.Steps[1].Address, path.Steps[2].Address);
        var info = (nint)res.Info;
        var inTrie = Lines(
            ((nint)fib.Table.Trie + 8, 8), (root, 7), (root + 8 + 3 * 8, 8), (leaf, 7), (leaf + 8, 8));
        var all = Lines(
            (route + 16, 12), (info + 64, 8), (info + 96, 4), (info + 104, 8), (info + 128, 24));
        Assert.Equal(inTrie.Count, path.TrieCacheLines);
        Assert.Equal(all.Union(inTrie).Count(), path.CacheLines);
        // Root pointer, root, slot, leaf, route, fib_info with its nexthop: a line of two of them counts once.
        Assert.InRange(path.Lines.Steps, 4, 6);
        Assert.True(path.Lines.Steps < path.CacheLines, "the lines of the fib_info and its nexthop are loaded at the same time");
        Assert.Equal(all.Union(inTrie).Order(), Enumerable.Range(0, path.Lines.Steps).SelectMany(step => path.Lines.In(step).ToArray()).Order());
    }

    private static HashSet<nint> Lines(params (nint Address, int Bytes)[] reads) =>
        [.. reads.SelectMany(read => new[] { read.Address / 64, (read.Address + read.Bytes - 1) / 64 })];

    /// <summary>
    /// Root: bits 31 and 30, pos 30. 10.0.0.0 hangs off index 0; the node that reads bits 9 and 8 lies under it.
    /// 10.0.3.1 falls into the empty child 3; clearing bits leads to child 2, empty, then child 0: the leaf 10.0.0.0.
    /// </summary>
    [Fact]
    public void A_miss_comes_back_along_cleared_bits()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8", peer: 8));
        Assert.Equal(0, fib.Add("10.0.1.0/24", peer: 1));
        Assert.Equal(0, fib.Add("192.168.0.0/16", peer: 3));
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(0, fib.Table.Lookup(Fixture.Address("10.0.3.1"), ref res, path));
        Assert.Equal(8, res.Peer);
        Assert.Equal(
            [LookupStepKind.Tnode, LookupStepKind.Tnode, LookupStepKind.Leaf, LookupStepKind.Route],
            path.Steps.Select(step => step.Kind));
        Assert.Equal(3, path.Nodes);
    }

    /// <summary>
    /// Root: bits 31, 30. U: bits 27, 26, with 0.0.0.0 at index 0 and T at 2 (10 = 1010). T: bits 8, 7, with 10.0.0.0
    /// at 0 and 10.0.1.128 at 3. 10.0.1.1 falls into T's empty child 2, then 0, whose /24 does not cover it; T is used
    /// up, so the lookup climbs to U, clears 2 to 0, and ends at the default route.
    /// </summary>
    [Fact]
    public void A_node_used_up_is_climbed_out_of()
    {
        using var fib = new Fixture();
        foreach (var prefix in new[] { "10.0.0.0/24", "10.0.1.128/25", "192.168.0.0/16" })
            Assert.Equal(0, fib.Add(prefix));
        Assert.Equal(0, fib.Add("0.0.0.0/0", peer: 9));
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(0, fib.Table.Lookup(Fixture.Address("10.0.1.1"), ref res, path));
        Assert.Equal(9, res.Peer);
        Assert.Equal(
            [
                LookupStepKind.Tnode, LookupStepKind.Tnode, LookupStepKind.Tnode, LookupStepKind.Leaf,
                LookupStepKind.Route, LookupStepKind.Climb, LookupStepKind.Leaf, LookupStepKind.Route,
            ],
            path.Steps.Select(step => step.Kind));
        Assert.Equal(5, path.Nodes);
        Assert.Equal(1, path.Climbs);
    }

    [Fact]
    public void An_address_whose_skipped_bits_differ_reads_no_route()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Add("10.0.1.0/24"));
        Assert.Equal(0, fib.Add("192.168.0.0/16"));
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(-Errno.EAGAIN, fib.Table.Lookup(Fixture.Address("12.0.0.1"), ref res, path));
        Assert.Equal([LookupStepKind.Tnode, LookupStepKind.Tnode], path.Steps.Select(step => step.Kind));
        Assert.Equal(path.TrieCacheLines, path.CacheLines);
        // 11.0.0.1 differs from 10.0.0.0 only below the key's lowest one bit: there might be a 10.0.0.0/7.
        Assert.Equal(-Errno.EAGAIN, fib.Table.Lookup(Fixture.Address("11.0.0.1"), ref res, path));
        Assert.Equal(LookupStepKind.Route, path.Steps[^1].Kind);
    }

    [Fact]
    public void An_empty_table_reads_one_line()
    {
        using var fib = new Fixture();
        var path = new LookupPath();
        var res = default(FibResult);
        Assert.Equal(-Errno.EAGAIN, fib.Table.Lookup(0, ref res, path));
        Assert.Equal(0, path.Nodes);
        Assert.Equal(1, path.CacheLines);
    }

    [Fact, Property]
    public void The_watched_lookup_answers_as_the_plain_one_and_enters_the_leaf_it_found() =>
        Gen.Select(Gen.UInt.Array[1, 200], Gen.Int[8, 32], Gen.UInt.Array[20]).Check(
            (addresses, length, probes) =>
            {
                using var fib = new Fixture();
                foreach (var address in addresses)
                    fib.Table.Insert(FibConfig.Add(Prefix.OfV4(address, length - (int)(address % 8)), 1, 5));
                var path = new LookupPath();
                foreach (var probe in probes.Concat(addresses))
                    Check(fib.Table, probe, path);
            },
            iter: 100);

    private static unsafe void Check(FibTable table, uint probe, LookupPath path)
    {
        var plain = default(FibResult);
        var watched = default(FibResult);
        Assert.Equal(table.Lookup(probe, ref plain), table.Lookup(probe, ref watched, path));
        Assert.Equal(plain.Prefix, watched.Prefix);
        Assert.Equal(plain.PrefixLength, watched.PrefixLength);
        Assert.True(plain.Info == watched.Info);
        Assert.InRange(path.TrieCacheLines, 1, path.CacheLines);
        if (plain.Info == null)
            return;
        Assert.Equal(LookupStepKind.Route, path.Steps[^1].Kind);
        Assert.Equal(plain.PrefixLength, path.Steps[^1].Bits);
        Assert.Equal(plain.Prefix, path.Steps.Last(step => step.Kind == LookupStepKind.Leaf).Key);
        // The root pointer, a node or leaf, and the route's three structures: never fewer than five objects' lines.
        Assert.True(path.CacheLines >= 4);
    }
}
