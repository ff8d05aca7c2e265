// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>The path a lookup in an IPv6 table reports.</summary>
public sealed class Fib6LookupPathTests
{
    [Fact]
    public void A_direct_hit_goes_down_and_compares_once()
    {
        using var fib = Three();
        Assert.Equal(
            "Node ::/0, Node 2001:db8::/32, Node 2001:db8::/46, Node 2001:db8:2::/48, Compare 2001:db8:2::/48, " +
            "Select 2001:db8:2::/48, Route 2001:db8:2::/48",
            Path(fib, "2001:db8:2::1", out var path));
        Assert.Equal(4, path.Nodes);
        Assert.Equal(0, path.Climbs);
        // The table's root lies in the middle of its struct; each other node is a line.
        Assert.Equal(3 + 1, path.TrieCacheLines);
    }

    /// <summary>2001:db8:9:: goes the way of 2001:db8:1:: (bits 46 and 47 agree), and only there turns out to be none of it.</summary>
    [Fact]
    public void A_miss_compares_the_prefix_of_each_node_with_routes_on_the_way_up()
    {
        using var fib = Three();
        Assert.Equal(
            "Node ::/0, Node 2001:db8::/32, Node 2001:db8::/46, Node 2001:db8:1::/48, Compare 2001:db8:1::/48, " +
            "Compare 2001:db8::/46, Compare 2001:db8::/32, Select 2001:db8::/32, Route 2001:db8::/32",
            Path(fib, "2001:db8:9::1", out var path));
        Assert.Equal(2, path.Climbs);
        // Two prefixes were read, and of the second the whole route.
        Assert.True(path.CacheLines > path.TrieCacheLines);
    }

    [Fact]
    public void A_lookup_that_finds_nothing_ends_at_the_root()
    {
        using var fib = Three();
        Assert.Equal(
            "Node ::/0, Node 2001:db8::/32, Node 2001:db8::/46, Node 2001:db8:1::/48, Compare 2001:db8:1::/48, " +
            "Compare 2001:db8::/46, Compare 2001:db8::/32, Compare ::/0",
            Path(fib, "3001::", out _));
    }

    /// <summary>Offsets of fib6_node (left 8, right 16, leaf 24, fn_bit 32, rr_ptr 40), fib6_info and fib_nh_common.</summary>
    [Fact]
    public unsafe void Cache_lines_are_those_of_the_fields_that_are_read()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/32"));
        var path = new LookupPath();
        var res = default(Fib6Result);
        Assert.Equal(0, fib.Table.Lookup(Fib6Fixture.Address("2001:db8::1"), ref res, path));
        var (root, node, info) = ((nint)fib.Table.Root, path.Fib6Steps[1].Address, (nint)res.Info);
        var inTree = Lines((root + 32, 2), (root + 8, 8), (node + 32, 4), (node + 8, 8), (node + 24, 8), (node + 40, 8));
        var all = Lines(
            (info + 80, 20), (info + 144, 4), (info + 8, 8), (info + 100, 4), (info + 149, 1), (info + 176, 8), (info + 184, 24));
        Assert.Equal(inTree.Count, path.TrieCacheLines);
        Assert.Equal(all.Union(inTree).Count(), path.CacheLines);
    }

    [Fact]
    public void Watching_changes_no_answer_and_reuse_allocates_nothing()
    {
        using var fib = Three();
        var path = new LookupPath();
        var res = default(Fib6Result);
        var (hit, miss) = (Fib6Fixture.Address("2001:db8:2::1"), Fib6Fixture.Address("2001:db8:9::1"));
        fib.Table.Lookup(miss, ref res, path);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var errors = fib.Table.Lookup(hit, ref res, path);
        errors += fib.Table.Lookup(miss, ref res, path);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, errors);
        Assert.Equal(32, res.PrefixLength);
    }

    private static Fib6Fixture Three()
    {
        var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/32"));
        Assert.Equal(0, fib.Add("2001:db8:1::/48"));
        Assert.Equal(0, fib.Add("2001:db8:2::/48"));
        return fib;
    }

    private static string Path(Fib6Fixture fib, string address, out LookupPath path)
    {
        path = new LookupPath();
        var res = default(Fib6Result);
        var watched = fib.Table.Lookup(Fib6Fixture.Address(address), ref res, path);
        Assert.Equal(fib.Table.Lookup(Fib6Fixture.Address(address), ref res), watched);
        return string.Join(", ", path.Fib6Steps.Select(step => $"{step.Kind} {step.Prefix}"));
    }

    private static HashSet<nint> Lines(params (nint Address, int Bytes)[] reads) =>
        [.. reads.SelectMany(read => new[] { read.Address / 64, (read.Address + read.Bytes - 1) / 64 })];
}
