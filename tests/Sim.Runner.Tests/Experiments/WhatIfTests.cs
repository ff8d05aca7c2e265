// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports.Pages;
using Sim.Workloads;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>Structures that no kernel has, beside the one that it has.</summary>
public sealed class WhatIfTests
{
    private const int Peers = 4;
    private const int Prefixes = 1000;

    private static readonly string[] s_whatIfs = [Names.SharedStates, Names.LevelCompression];

    [Fact]
    public void A_run_of_IPv6_has_what_ifs_in_turns_with_its_FIB_and_none_of_their_counts_is_called_counted()
    {
        var rows = Run(Family.IPv6);
        foreach (var structure in s_whatIfs)
        {
            var own = rows.Where(row => row.Structure == structure).ToList();
            Assert.All(own, row => Assert.Contains(row.Basis, (Basis[])[Basis.Modelled, Basis.Measured]));
            Assert.All(own.Where(row => row.Basis == Basis.Measured), row => Assert.Equal("ns", row.Unit));
            Assert.Equal(2, rows.Count(row => row.Structure == $"{structure}/fib" && row.Experiment == "lookup"));
            Assert.Equal(["delete", "insert", "move", "remove-peer"], rows.Where(row => row.Structure == $"{structure}/fib" && row.Experiment == "update").Select(row => row.Operation).Order());
        }

        // The kernel's FIB has its rows once.
        Assert.Single(rows, row => row is { Structure: "fib", Experiment: "lookup", Metric.Name: "time", Chain: "dependent" });
        Assert.Single(rows, row => row is { Structure: "fib", Experiment: "update", Metric.Name: "time", Operation: "insert" });
        var section = Section(rows);
        Assert.Contains("If routes of one peer shared one state", section);
        Assert.Equal(3, section.Split("<th scope=\"row\">").Length - 1);
        Assert.DoesNotContain("<td>–</td>", section[section.IndexOf("shared states</th>", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void A_shared_state_saves_each_route_its_own_and_a_trie_saves_nodes_on_the_way()
    {
        var rows = Run(Family.IPv6);
        double Of(string metric, string structure) => rows.First(row => row.Metric.Name == metric && row.Structure == structure && row.Order == "file").Value;
        // A state is in kmalloc-64.
        Assert.Equal(64 * (Prefixes - Peers), Of("object-bytes", Names.Fib) - Of("object-bytes", Names.SharedStates));
        Assert.Equal(Of("nodes-visited", Names.Fib), Of("nodes-visited", Names.SharedStates));
        Assert.True(Of("nodes-visited", Names.LevelCompression) < Of("nodes-visited", Names.Fib) / 3);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Named_what_ifs_behind_AllowedIPs_are_measured_in_turns_with_it_and_none_of_their_counts_is_called_counted(Family family)
    {
        var whatIfs = SubjectKind.AllWhatIfs(family).Where(kind => kind.Scheme == SchemeName.AllowedIps).ToList();
        var rows = Run(family, whatIfs);
        Assert.Equal(family == Family.IPv4 ? 4 : 3, whatIfs.Count);
        foreach (var structure in whatIfs.Select(kind => kind.Structure))
        {
            var own = rows.Where(row => row.Structure == structure).ToList();
            Assert.All(own, row => Assert.Contains(row.Basis, (Basis[])[Basis.Modelled, Basis.Measured]));
            Assert.All(own.Where(row => row.Basis == Basis.Measured), row => Assert.Equal("ns", row.Unit));
            Assert.Equal(2, rows.Count(row => row.Structure == $"{structure}/allowedips" && row.Experiment == "lookup"));
            Assert.Equal(["delete", "insert", "move", "remove-peer"], rows.Where(row => row.Structure == $"{structure}/allowedips" && row.Experiment == "update").Select(row => row.Operation).Order());
        }

        Assert.Single(rows, row => row is { Structure: "allowedips", Experiment: "lookup", Metric.Name: "time", Chain: "dependent" });
    }

    [Fact]
    public void IPv4_has_none_unless_they_are_named()
    {
        var rows = Run(Family.IPv4);
        Assert.DoesNotContain(rows, row => row.Structure.Contains("what if", StringComparison.Ordinal));
        Assert.Equal("", Section(rows));
    }

    private static string Section(List<Figure> rows) => WhatIfSection.Of(new Rows(new Reports.FabricatedRun().Build() with { Figures = rows })).Body.ToString();

    private static List<Figure> Run(Family family, IReadOnlyList<SubjectKind>? whatIfs = null)
    {
        var routes = Enumerable.Range(0, Prefixes).Select(i => new Route(new Prefix(family, (UInt128)(i * 4093) << 106, 22), 0, 0)).ToArray();
        var context = new BenchContext(new RouteTable("test", family, routes, ["-"]), [.. Enumerable.Range(0, Prefixes).Select(i => i % Peers)])
        {
            Peers = Peers,
            Order = "file",
            Seed = 1,
            Plan = new BenchPlan(60, 1, 1, 0, 1 << 8, 1, 64, 100, 1),
            KeyPatterns = ["prefixes"],
            Progress = new NoProgress(),
            WhatIfs = whatIfs ?? SubjectKind.WhatIfs(family),
        };
        BenchRun.Run(context);
        return context.Figures;
    }
}
