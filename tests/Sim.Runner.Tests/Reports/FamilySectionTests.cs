// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports.Pages;
using Sim.Reports.Plots;
using Sim.Reports.Views;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed partial class FamilySectionTests
{
    private static readonly FabricatedRun s_v4 = new();
    private static readonly FabricatedRun s_v6 = new()
    {
        Family = 6, FibNodes = 21, MemoryRatio = 5.4, PlainBytes = 590, ObjectBytes = 330, LookupRatio = (_, _) => 1.3,
    };

    [Theory]
    [InlineData(4, 6)]
    [InlineData(6, 4)]
    public void A_run_of_one_family_shows_its_side_and_says_how_to_get_the_other(int family, int other)
    {
        var text = Section(family == 4 ? s_v4.Build() : s_v6.Build());
        Assert.Contains($"IPv{family}. A lookup in the FIB visits", text);
        Assert.DoesNotContain($"IPv{other}. A lookup in the FIB visits", text);
        Assert.Contains($"bench --family {other}", text);
    }

    [Fact]
    public void Rows_of_both_families_stand_beside_each_other()
    {
        var text = Section(Both());
        Assert.Contains("A verdict & another.", text);
        Assert.Contains("An IPv6 lookup visits 21.1 nodes", text);
        Assert.Contains("In IPv6 a route that names a peer takes 676.3 bytes", text);
        Assert.Contains("IPv4. A lookup in the FIB visits", text);
        Assert.Contains("IPv6. A lookup in the FIB visits", text);
        Assert.DoesNotContain("bench --family", text);
    }

    [Fact]
    public void Each_family_has_the_ratio_of_its_own_rows()
    {
        var text = Section(Both());
        Assert.Contains("it is 2.4 times faster (ratio 0.410)", text);
        Assert.Contains("it is 30 % slower (ratio 1.30)", text);
    }

    [Fact]
    public void What_the_state_costs_is_the_difference_to_a_route_without_one()
    {
        Assert.Contains("Naming the peer costs 86.3 bytes per route, because each route has its own state. A nexthop object saves the route’s own nexthop, 346 bytes.", Section(s_v6.Build()));
        var without = new FabricatedRun { MemoryRatio = 1.22, PlainBytes = 1.22 * 127e6 * .955 / FabricatedRun.Prefixes };
        Assert.Contains("Naming the peer costs no memory per route", Section(without.Build()));
    }

    [Fact]
    public void The_drawing_has_three_counts_of_each_family_and_every_mark_says_whose_it_is()
    {
        var chart = (MarkChart)FamilyPlot.For(new Rows(Both()))!.Chart;
        Assert.Equal(
            [
                "nodes per lookup, IPv4", "nodes per lookup, IPv6", "cache lines per lookup, IPv4",
                "cache lines per lookup, IPv6", "bytes per prefix, IPv4", "bytes per prefix, IPv6",
            ],
            chart.Groups.Select(group => group.Label));
        Assert.Equal([2, 2, 2, 2, 4, 4], chart.Groups.Select(group => group.Marks.Count));
        Assert.Equal(["allowedips 18.2", "fib 21.1"], chart.Groups[1].Marks.Select(mark => mark.Label));
    }

    [Fact]
    public void Without_both_structures_there_is_no_section()
    {
        Assert.Equal("", Section(new FabricatedRun { WithFib = false, Family = 6 }.Build()));
        Assert.Null(FamilyPlot.For(new Rows(new FabricatedRun { WithFib = false }.Build())));
    }

    private static RunResult Both()
    {
        var (v4, v6) = (s_v4.Build(), s_v6.Build());
        return v4 with { Figures = [.. v4.Figures, .. v6.Figures] };
    }

    /// <summary>The section's words.</summary>
    private static string Section(RunResult run)
    {
        var rows = new Rows(run);
        var section = FamilyCosts.Of(rows).Count > 1 ? FamilySection.OfBoth(rows, ["A verdict & another."], $"") : FamilySection.Of(rows, $"");
        return Blank().Replace(WebUtility.HtmlDecode(Tag().Replace(section.Body.ToString(), "")), " ").Trim();
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();
}
