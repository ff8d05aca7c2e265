// SPDX-License-Identifier: MIT
using System.IO.Compression;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>A full table, against a reading of the kernel itself (Linux 6.12 under User-Mode Linux).</summary>
public sealed unsafe class RealTableTests
{
    private const int Prefixes = 901_899;
    private const int Nodes = 1_652_689;

    [Fact]
    public void The_sorted_full_table_has_the_kernels_1652689_nodes_and_depth_33()
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var table = ReadTable();
        table.Sort();
        Load(trie, table);
        var shape = trie.Shape(Family.IPv4);
        Assert.Equal((Nodes, Prefixes, 33), (shape.Nodes, shape.Valued, shape.MaxDepth));
        Assert.Equal(Nodes, trie.NodeCache.Objects);
        Assert.Equal((Nodes + 55) / 56, trie.NodeCache.Slabs);
        Assert.Equal(1ul + Prefixes, trie.Seq);
    }

    [Fact]
    public void Any_order_and_any_deletions_leave_the_shape_that_the_remaining_prefixes_have()
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var table = ReadTable();
        var shuffled = table.ToArray();
        new Random(1).Shuffle(shuffled);
        var peers = Load(trie, shuffled);
        Assert.Equal(Nodes, trie.Shape(Family.IPv4).Nodes);

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

    private static List<Prefix> ReadTable()
    {
        using var file = File.OpenRead(SharedData.File("tables/bart-prefixes.txt.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var table = new List<Prefix>(Prefixes);
        while (reader.ReadLine() is { } line)
        {
            if (!line.Contains(':', StringComparison.Ordinal))
                table.Add(Prefix.Parse(line));
        }

        Assert.Equal(Prefixes, table.Count);
        return table;
    }
}
