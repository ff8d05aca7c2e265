// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>/proc/net/fib_triestat, worked by hand.</summary>
public sealed class TrieStatTests
{
    [Fact]
    public void An_empty_table_shows_zeros()
    {
        using var fib = new Fixture(RouteTableId.Local);
        Assert.Equal(
            "Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n" +
            "Local:\n" +
            "\tAver depth:     0.00\n" +
            "\tMax depth:      0\n" +
            "\tLeaves:         0\n" +
            "\tPrefixes:       0\n" +
            "\tInternal nodes: 0\n" +
            "\t\n" +
            "\tPointers: 0\n" +
            "Null ptrs: 0\n" +
            "Total size: 0  kB\n",
            fib.Table.FormatTrieStat());
    }

    /// <summary>
    /// 10 = 0000 1010 and 192 = 1100 0000 differ first in bit 31: a node of one bit, full, so as the root it doubles
    /// (2 of 4 children are 50% >= 30%); 2 of 8 would be 25%, so it stops. 2*48 + 3*56 + 40 + 4*8 = 336 bytes.
    /// </summary>
    [Fact]
    public void Two_leaves_and_three_prefixes_show_as_worked_by_hand()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8"));
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Add("192.168.0.0/16"));
        Assert.Equal(
            "Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n" +
            "Main:\n" +
            "\tAver depth:     1.00\n" +
            "\tMax depth:      1\n" +
            "\tLeaves:         2\n" +
            "\tPrefixes:       3\n" +
            "\tInternal nodes: 1\n" +
            "\t  2: 1\n" +
            "\tPointers: 4\n" +
            "Null ptrs: 2\n" +
            "Total size: 1  kB\n",
            fib.Table.FormatTrieStat());
        Assert.Equal(336u, fib.Table.Stat().TotalBytes);
        Assert.Equal([0, 2], fib.Table.Stat().LeafDepths);
    }

    /// <summary>
    /// 10.0.0.0, 10.0.1.0 and 192.0.0.0: the first two differ in bit 8, under a root that reads bits 31 and 30.
    /// Depths 2, 2 and 1: 5/3 = 1.666, cut to 1.66. The lower node has one bit: 2 of 4 is 50%, so it doubles too.
    /// Of 8 pointers 4 lead somewhere: to the lower node and the three leaves.
    /// </summary>
    [Fact]
    public void The_average_depth_is_cut_not_rounded()
    {
        using var fib = new Fixture(id: 7);
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Add("10.0.1.0/24"));
        Assert.Equal(0, fib.Add("192.0.0.0/24"));
        Assert.Equal(
            FibTable.TrieStatHeader + "Id 7:\n" +
            "\tAver depth:     1.66\n" +
            "\tMax depth:      2\n" +
            "\tLeaves:         3\n" +
            "\tPrefixes:       3\n" +
            "\tInternal nodes: 2\n" +
            "\t  2: 2\n" +
            "\tPointers: 8\n" +
            "Null ptrs: 4\n" +
            "Total size: 1  kB\n",
            fib.Table.FormatTrieStat());
    }

    /// <summary>Main is 254, local 255, 510 = 254 + 256 shares main's bucket and is the newer.</summary>
    [Fact]
    public void Tables_show_in_the_order_of_their_hash_buckets_the_newest_first()
    {
        using var fib = new Fixture();
        using var local = new FibTable(fib.Net, RouteTableId.Local);
        using var newer = new FibTable(fib.Net, 510);
        using var low = new FibTable(fib.Net, 7);
        Assert.Equal([7u, 510u, RouteTableId.Main, RouteTableId.Local], fib.Net.Tables.Select(table => table.Id));
    }
}
