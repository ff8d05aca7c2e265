// SPDX-License-Identifier: MIT
using System.IO.Compression;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>
/// What a real kernel (6.12) shows for full tables. <c>validate</c> compares the embedded table's counts with a running kernel; those of
/// bart-prefixes.txt.gz, which is only beside the checkout, were read from one.
/// </summary>
public sealed class TableReadingsTests
{
    private const string Bart = "tables/bart-prefixes.txt.gz";

    private static readonly Dictionary<string, Lazy<Prefix[]>> s_sorted = new()
    {
        ["embedded"] = new(() => [.. EmbeddedTable.LoadPrefixes(Family.IPv4).Order()]),
        [Bart] = new(Read),
    };

    public static TheoryData<string> Tables => ["embedded", .. SharedData.Rows([Bart], path => path)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Sorted_by_address_the_table_reads_as_in_the_kernel(string name)
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = Load(net, s_sorted[name].Value);
        const string bart =
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

            """;
        const string embedded =
            """
            Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.
            Id 100:
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
        Assert.Equal(name == Bart ? bart : embedded, table.FormatTrieStat());
        if (name == Bart)
            Assert.Equal(624, net.Synchronizations);
    }

    /// <summary>
    /// Not from a running kernel: those of bart-prefixes.txt.gz come from fib_trie.c of 6.12, compiled into a program of its own; those of
    /// the embedded table are the port's, so that a change is seen.
    /// </summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public void In_descending_order_the_table_reads_as_the_kernels_code_makes_it(string name)
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = Load(net, [.. s_sorted[name].Value.Reverse()]);
        var stat = table.Stat();
        Assert.Equal(name == Bart ? (149086u, 907415u, 563) : (151968u, 950490u, 604), (stat.InternalNodes, stat.NullPointers, net.Synchronizations));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Sorted_by_length_the_table_reads_as_in_the_kernel(string name)
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        var byLength = s_sorted[name].Value.ToArray();
        Array.Sort(byLength, Prefix.CompareByLength);
        using var table = Load(net, byLength);
        var stat = table.Stat();
        Assert.Equal(
            name == Bart ? (156264u, 1828534u, 831881u, 109106u) : (159998u, 1924520u, 870076u, 116174u),
            (stat.InternalNodes, stat.Pointers, stat.NullPointers, stat.TotalKb));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void After_every_third_prefix_is_deleted_the_table_reads_as_in_the_kernel(string name)
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        var sorted = s_sorted[name].Value;
        using var table = Load(net, sorted);
        for (var i = 0; i < sorted.Length; i += 3)
        {
            Assert.Equal(0, table.Delete(FibConfig.Delete(sorted[i])));
            memory.Rcu.GracePeriod();
        }

        var stat = table.Stat();
        Assert.Equal(
            name == Bart ? (578633u, 98859u, 1670676u, 993185u, 76919u, 5u) : (617864u, 101938u, 1766492u, 1046691u, 82053u, 4u),
            (stat.Leaves, stat.InternalNodes, stat.Pointers, stat.NullPointers, stat.TotalKb, stat.MaxDepth));
        Assert.Equal(sorted.Length - (sorted.Length + 2) / 3, memory.Account().Single(line => line.Cache == "ip_fib_alias").Objects);
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
            File.OpenRead(SharedData.File(Bart)), CompressionMode.Decompress));
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
