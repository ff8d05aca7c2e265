// SPDX-License-Identifier: MIT
using System.IO.Compression;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>What a real kernel (6.12) shows for the 901,899 IPv4 prefixes of bart-prefixes.txt.gz.</summary>
public sealed class TableReadingsTests
{
    private static readonly Lazy<Prefix[]> s_sorted = new(Read);

    [Fact]
    public void Sorted_by_address_the_table_reads_as_in_the_kernel()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = Load(net, s_sorted.Value);
        Assert.Equal(
            """
            Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.
            Id 100:
            	Aver depth:     2.22
            	Max depth:      7
            	Leaves:         840390
            	Prefixes:       901899
            	Internal nodes: 148593
            	  1: 37  2: 92243  3: 26266  4: 12732  5: 8927  6: 8019  7: 368  18: 1
            	Pointers: 1891014
            Null ptrs: 902032
            Total size: 109294  kB

            """,
            table.FormatTrieStat());
        Assert.Equal(624, net.Synchronizations);
    }

    /// <summary>Not from a running kernel: fib_trie.c of 6.12 compiled into a program of its own.</summary>
    [Fact]
    public void In_descending_order_the_table_reads_as_the_kernels_code_makes_it()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = Load(net, [.. s_sorted.Value.Reverse()]);
        var stat = table.Stat();
        Assert.Equal(149086u, stat.InternalNodes);
        Assert.Equal(907415u, stat.NullPointers);
        Assert.Equal(563, net.Synchronizations);
    }

    [Fact]
    public void Sorted_by_length_the_table_reads_as_in_the_kernel()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        var byLength = s_sorted.Value.ToArray();
        Array.Sort(byLength, Prefix.CompareByLength);
        using var table = Load(net, byLength);
        var stat = table.Stat();
        Assert.Equal(156264u, stat.InternalNodes);
        Assert.Equal(1828534u, stat.Pointers);
        Assert.Equal(831881u, stat.NullPointers);
        Assert.Equal(109106u, stat.TotalKb);
    }

    [Fact]
    public void After_every_third_prefix_is_deleted_the_table_reads_as_in_the_kernel()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = Load(net, s_sorted.Value);
        for (var i = 0; i < s_sorted.Value.Length; i += 3)
        {
            Assert.Equal(0, table.Delete(FibConfig.Delete(s_sorted.Value[i])));
            memory.Rcu.GracePeriod();
        }

        var stat = table.Stat();
        Assert.Equal(578633u, stat.Leaves);
        Assert.Equal(98859u, stat.InternalNodes);
        Assert.Equal(1670676u, stat.Pointers);
        Assert.Equal(993185u, stat.NullPointers);
        Assert.Equal(76919u, stat.TotalKb);
        Assert.Equal(5u, stat.MaxDepth);
        Assert.Equal(601266, memory.Account().Single(line => line.Cache == "ip_fib_alias").Objects);
    }

    private static FibTable Load(FibNet net, Prefix[] prefixes)
    {
        var table = new FibTable(net, 100);
        foreach (var prefix in prefixes)
        {
            Assert.Equal(0, table.Insert(FibConfig.Add(prefix, oif: 5, peer: 1)));
            net.Memory.Rcu.GracePeriod();
        }

        Assert.Equal(1, net.InfoCount);
        return table;
    }

    private static Prefix[] Read()
    {
        using var lines = new StreamReader(new GZipStream(
            File.OpenRead(SharedData.File("tables/bart-prefixes.txt.gz")), CompressionMode.Decompress));
        var prefixes = new List<Prefix>(901_899);
        while (lines.ReadLine() is { } line)
        {
            var prefix = Prefix.Parse(line);
            if (prefix.Family == Family.IPv4)
                prefixes.Add(prefix);
        }

        prefixes.Sort();
        return [.. prefixes];
    }
}
