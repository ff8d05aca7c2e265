// SPDX-License-Identifier: MIT
using System.Text.Json;
using Sim.Figures;
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Commands;

public sealed class StatCommandTests
{
    /// <summary>
    /// /proc/net/fib_triestat of Linux 6.12 for the embedded table, loaded in this order into a table of its own: <c>validate</c> compares
    /// each figure with a running kernel.
    /// </summary>
    private const string SortedReading =
        """
        	Aver depth:     2.21
        	Max depth:      4
        	Leaves:         894447
        	Prefixes:       968428
        	Internal nodes: 151986
        	  2: 93972  3: 26646  4: 12951  5: 9129  6: 8602  7: 685  18: 1
        	Pointers: 1988752
        Null ptrs: 942320
        Total size: 116363  kB
        """;

    [Fact]
    public void A_sorted_full_table_has_the_kernels_shape()
    {
        var ran = Program.Run("stat", "--order", "sorted");
        Assert.Equal(0, ran.Code);
        Assert.Contains(SortedReading, ran.Out);
        Assert.Contains("allowedips: 1,758,196 nodes, 968,428 with a peer, greatest depth 25", ran.Out);
    }

    [Fact]
    public void Loading_by_length_gives_the_kernels_other_shape()
    {
        var fib = Json("stat", "--order", "by-length", "--json").GetProperty("fib");
        Assert.Equal(
            (159998, 1924520, 870076, 116174),
            (Int(fib, "internal_nodes"), Int(fib, "pointers"), Int(fib, "null_pointers"), Int(fib, "total_size_kb")));
    }

    [Fact]
    public void Deleting_every_third_prefix_leaves_the_kernels_shape()
    {
        using var scratch = new Scratch();
        var sorted = EmbeddedTable.LoadPrefixes(Family.IPv4).Order().ToList();
        var ops = scratch.Write("ops.txt", string.Concat(sorted.Where((_, place) => place % 3 == 0).Select(prefix => $"- {prefix}\n")));
        var stat = Json("stat", "--order", "sorted", "--ops", ops, "--json");
        var fib = stat.GetProperty("fib");
        Assert.Equal(
            (617864, 101938, 1766492, 1046691, 82053, 4),
            (Int(fib, "leaves"), Int(fib, "internal_nodes"), Int(fib, "pointers"), Int(fib, "null_pointers"), Int(fib, "total_size_kb"), Int(fib, "max_depth")));
        Assert.Equal(968428 - 322810, Int(stat.GetProperty("allowedips"), "valued"));
    }

    [Fact]
    public void The_json_has_the_promised_fields()
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", "10.0.0.0/8\n10.1.0.0/16\n192.0.2.0/24\n");
        var stat = Json("stat", "--table", table, "--json");
        Assert.Equal(["table", "release", "allowedips", "fib"], Names(stat));
        Assert.Equal(["prefixes", "sha256"], Names(stat.GetProperty("table")));
        Assert.Equal(["nodes", "valued", "max_depth", "object_bytes", "page_bytes"], Names(stat.GetProperty("allowedips")));
        Assert.Equal(
            [
                "aver_depth", "max_depth", "leaves", "prefixes", "internal_nodes", "node_sizes", "pointers", "null_pointers",
                "total_size_kb", "object_bytes", "page_bytes",
            ],
            Names(stat.GetProperty("fib")));
        // Three prefixes and the joint 0.0.0.0/0 of 10/8 and 192.0.2/24: four nodes of 72 bytes. 7.3 fills a sheaf of 60, and a page
        // has 56; 6.12 takes one page.
        Assert.Equal((4, 3, 288, 8192), (
            Int(stat.GetProperty("allowedips"), "nodes"), Int(stat.GetProperty("allowedips"), "valued"),
            Int(stat.GetProperty("allowedips"), "object_bytes"), Int(stat.GetProperty("allowedips"), "page_bytes")));
        var older = Json("stat", "--table", table, "--json", "--release", "6.12");
        Assert.Equal(("6.12", 4096), (older.GetProperty("release").GetString(), Int(older.GetProperty("allowedips"), "page_bytes")));
    }

    [Fact]
    public void For_ipv6_the_fib_is_fib6_with_nodes_routes_and_depths()
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", "2001:db8::/32\n10.0.0.0/8\n2001:db8:1::/48\n2001:db8:2::/48\n");
        var stat = Json("stat", "--table", table, "--family", "6", "--json");
        Assert.Equal(JsonValueKind.Null, stat.GetProperty("fib").ValueKind);
        Assert.Equal(3, Int(stat.GetProperty("allowedips"), "valued"));
        var fib6 = stat.GetProperty("fib6");
        Assert.Equal(
            [
                "nodes", "route_nodes", "intermediate_nodes", "routes", "mean_depth", "max_depth", "depths", "rt6_stats",
                "object_bytes", "page_bytes",
            ],
            Names(fib6));
        // ::/0, the /32, 2001:db8::/46 where the two /48 part, and they.
        Assert.Equal((5, 3, 1, 3, 3), (
            Int(fib6, "nodes"), Int(fib6, "route_nodes"), Int(fib6, "intermediate_nodes"), Int(fib6, "routes"), Int(fib6, "max_depth")));
        Assert.Equal("0004 0003 0000 0003 0000 0000 0000", fib6.GetProperty("rt6_stats").GetString());
        // 4 nodes of 64 bytes (the root is in the table); 3 routes and the null entry of 512; 3 states of 64; the table and
        // what names the one peer, 128 each; 2 pointers per processor and route.
        Assert.Equal(4 * 64 + 4 * 512 + 3 * 64 + 2 * 128 + 3 * 2 * 8, Int(fib6, "object_bytes"));
    }

    [Fact]
    public void Equal_sets_of_prefixes_have_equal_digests_whatever_the_order()
    {
        using var scratch = new Scratch();
        var first = scratch.Write("first.txt", "10.0.0.0/8\n192.0.2.0/24\n");
        var second = scratch.Write("second.txt", "# a comment\n192.0.2.0/24\n\n10.0.0.0/8\n10.0.0.0/8\n");
        string Digest(string file) => Json("stat", "--table", file, "--json").GetProperty("table").GetProperty("sha256").GetString()!;
        Assert.Equal(Digest(first), Digest(second));
    }

    [Fact]
    public void A_line_that_is_no_operation_is_named_and_the_others_are_applied()
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", "10.0.0.0/8\n");
        var ops = scratch.Write("ops.txt", "+ 192.0.2.0/24\n? nonsense\n- 10.0.0.0/8\n");
        var ran = Program.Run("stat", "--table", table, "--ops", ops, "--json");
        Assert.Equal(3, ran.Code);
        Assert.Contains("ops.txt: record 2 at offset 15", ran.Error);
        Assert.Equal(1, Int(JsonDocument.Parse(ran.Out).RootElement.GetProperty("fib"), "prefixes"));
    }

    [Fact]
    public void Deleting_what_is_absent_and_adding_what_is_there_change_nothing()
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", "10.0.0.0/8\n192.0.2.0/24\n");
        var ops = scratch.Write("ops.txt", "+ 10.0.0.0/8\n- 198.51.100.0/24\n");
        var plain = Program.Run("stat", "--table", table, "--json");
        var after = Program.Run("stat", "--table", table, "--ops", ops, "--json");
        Assert.Equal(0, after.Code);
        Assert.Equal(plain.Out, after.Out);
    }

    private static JsonElement Json(params string[] args)
    {
        var ran = Program.Run(args);
        Assert.True(ran.Code == 0, ran.Error);
        return JsonDocument.Parse(ran.Out).RootElement;
    }

    private static int Int(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(property => property.Name);
}
