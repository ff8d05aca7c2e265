// SPDX-License-Identifier: MIT
using System.IO.Compression;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>
/// Full tables. The nodes of bart-prefixes.txt.gz, which is only beside the checkout, were read from the kernel itself (Linux 6.12 under
/// User-Mode Linux); <c>validate</c> compares those of the embedded table with a running kernel.
/// </summary>
public sealed unsafe class RealTableTests
{
    private static readonly (string Table, int Prefixes, int Nodes, int Depth)[] s_tables =
        [("embedded", 968_428, 1_758_196, 25), (Bart, 901_899, 1_652_689, 33)];

    private const string Bart = "tables/bart-prefixes.txt.gz";

    public static TheoryData<string, int, int, int> Tables => [s_tables[0], .. SharedData.Rows(s_tables[1..], row => row.Table)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_sorted_full_table_has_the_kernels_nodes_and_depth(string name, int prefixes, int nodes, int depth)
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var table = ReadTable(name);
        table.Sort();
        Load(trie, table);
        var shape = trie.Shape(Family.IPv4);
        Assert.Equal((nodes, prefixes, depth), (shape.Nodes, shape.Valued, shape.MaxDepth));
        Assert.Equal(nodes, trie.NodeCache.Objects);
        // 56 a page, taken by sheaves of 60.
        Assert.Equal((((nodes + 59) / 60 * 60) + 55) / 56, trie.NodeCache.Slabs);
        Assert.Equal(1ul + (ulong)prefixes, trie.Seq);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Any_order_and_any_deletions_leave_the_shape_that_the_remaining_prefixes_have(string name, int prefixes, int nodes, int depth)
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var shuffled = ReadTable(name).ToArray();
        Assert.Equal(prefixes, shuffled.Length);
        new Random(1).Shuffle(shuffled);
        var peers = Load(trie, shuffled);
        Assert.Equal((nodes, depth), (trie.Shape(Family.IPv4).Nodes, trie.Shape(Family.IPv4).MaxDepth));

        // Every third one by one, then everything of one peer at once.
        for (var i = 0; i < shuffled.Length; i += 3)
            Assert.Equal(0, trie.Remove(shuffled[i], (wg_peer*)peers[i % peers.Length]));
        trie.PeerRemove((wg_peer*)peers[1]);
        memory.Rcu.GracePeriod();

        var left = shuffled.Where((_, index) => index % 3 != 0 && index % peers.Length != 1);
        var expected = ShapeModel.Nodes(left);
        var at = 0;
        foreach (var node in trie.Nodes(Family.IPv4))
        {
            if (expected[at] != (node.Prefix, node.Depth))
                Assert.Equal(expected[at], (node.Prefix, node.Depth));
            at++;
        }

        Assert.Equal(expected.Count, at);
        Assert.Equal(expected.Count, trie.NodeCache.Objects);
        trie.Free();
        memory.Rcu.GracePeriod();
        Assert.Equal(0, trie.NodeCache.Objects);
    }

    private static nint[] Load(AllowedIps trie, IReadOnlyList<Prefix> table)
    {
        var peers = Enumerable.Range(0, 8).Select(id => (nint)trie.PeerCreate(id)).ToArray();
        for (var i = 0; i < table.Count; i++)
            Assert.Equal(0, trie.Insert(table[i], (wg_peer*)peers[i % peers.Length]));
        return peers;
    }

    private static List<Prefix> ReadTable(string name)
    {
        if (name != Bart)
            return [.. EmbeddedTable.LoadPrefixes(Family.IPv4)];
        using var file = File.OpenRead(SharedData.File(Bart));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var table = new List<Prefix>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.Contains(':', StringComparison.Ordinal))
                table.Add(Prefix.Parse(line));
        }

        return table;
    }
}
