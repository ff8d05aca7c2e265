// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Schemes.Structures;
using Sim.Validation.Comparison;
using Sim.Validation.Ports;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class TrieStatTextTests
{
    /// <summary>As Linux 6.12 showed a table of 901,899 prefixes (tests/Sim.Fib.Tests, TableReadingsTests).</summary>
    private const string Real =
        "Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n" +
        "Id 100:\n" +
        "\tAver depth:     2.22\n" +
        "\tMax depth:      7\n" +
        "\tLeaves:         840390\n" +
        "\tPrefixes:       901899\n" +
        "\tInternal nodes: 148593\n" +
        "\t  1: 37  2: 92243  3: 26266  4: 12732  5: 8927  6: 8019  7: 368  18: 1\n" +
        "\tPointers: 1891014\n" +
        "Null ptrs: 902032\n" +
        "Total size: 109294  kB\n";

    /// <summary>What CONFIG_IP_FIB_TRIE_STATS adds (trie_show_usage); some names are those of the shape.</summary>
    private const string Counters =
        "\nCounters:\n---------\ngets = 4711\nbacktracks = 12\nsemantic match passed = 4711\n" +
        "semantic match miss = 0\nnull node hit= 3\nskipped node resize = 5\n\nLeaves: 1\n";

    private static readonly Dictionary<string, double> s_figures = new(StringComparer.Ordinal)
    {
        ["Aver depth"] = 2.22, ["Max depth"] = 7, ["Leaves"] = 840_390, ["Prefixes"] = 901_899, ["Internal nodes"] = 148_593,
        ["tnodes of 1 bits"] = 37, ["tnodes of 2 bits"] = 92_243, ["tnodes of 3 bits"] = 26_266, ["tnodes of 4 bits"] = 12_732,
        ["tnodes of 5 bits"] = 8_927, ["tnodes of 6 bits"] = 8_019, ["tnodes of 7 bits"] = 368, ["tnodes of 18 bits"] = 1,
        ["Pointers"] = 1_891_014, ["Null ptrs"] = 902_032, ["Total size"] = 109_294,
    };

    [Theory]
    [InlineData("")]
    [InlineData(Counters)]
    public void Every_figure_of_a_real_table_is_read_and_the_counters_are_not(string after) =>
        Assert.Equal(s_figures.OrderBy(figure => figure.Key), TrieStatText.Figures(Real + after).OrderBy(figure => figure.Key));

    /// <summary>The agent sends a line as one word: blanks and tabs have become underlines, and come back as blanks.</summary>
    [Fact]
    public void Blanks_in_the_place_of_tabs_change_nothing() =>
        Assert.Equal(s_figures.OrderBy(figure => figure.Key), TrieStatText.Figures(Real.Replace('\t', ' ')).OrderBy(figure => figure.Key));

    [Fact]
    public void A_port_s_text_reads_as_the_counts_it_was_made_of()
    {
        using var port = new RoutePort(Family.IPv4, new KernelConfig(SlubConfig.Uniprocessor, NamesPeers: false));
        port.AddNexthops(1, Tables.Peers);
        port.Run(Tables.Input(Tables.Random(Family.IPv4, 300)).RouteLoads[0].Operations, Netlink.RouteShape.Nexthop);
        var table = ((Fib4Structure)port.Fib).Table;
        var stat = table.Stat();
        var figures = TrieStatText.Figures(table.FormatTrieStat());
        Assert.Equal(
            (300, stat.Leaves, stat.InternalNodes, stat.Pointers, stat.NullPointers, stat.MaxDepth),
            (figures["Prefixes"], figures["Leaves"], figures["Internal nodes"], figures["Pointers"], figures["Null ptrs"], figures["Max depth"]));
        for (var bits = 1; bits < stat.NodeSizes.Count; bits++)
            Assert.Equal(stat.NodeSizes[bits], figures.GetValueOrDefault($"tnodes of {bits} bits"));
    }

    [Fact]
    public void Nothing_is_read_of_nothing()
    {
        Assert.Empty(TrieStatText.Figures(""));
        Assert.Empty(TrieStatText.Figures("Id 100:\n"));
    }
}
