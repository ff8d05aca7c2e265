// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Kernel;
using Sim.Reports.Pages;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>What the page says of structures and the last-level cache: 127 MB of allowedips and 155 MB of the FIB.</summary>
public sealed class CacheFitTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Structures_larger_than_the_cache_or_an_unknown_cache_need_no_line(int family)
    {
        Assert.Equal("", Line("32768K", family));
        Assert.Equal("", Line("unknown", family));
        Assert.Equal("", CacheFit.Of(new Rows(new FabricatedRun { Family = family }.Build())).ToString());
    }

    [Theory]
    [InlineData("131072K", "(128 MiB) holds allowedips (", ") alone. Times are for warm caches, after the first touch.")]
    [InlineData("260 MiB (--cache-size; the system says 32768K)", "(260 MiB) holds allowedips (", ") each, but not together. Times are for warm caches, after the first touch.")]
    [InlineData("1G", "(1 GiB) holds allowedips (", ") together. Times are for warm caches.\n")]
    public void Those_that_fit_are_named_with_what_that_changes(string cache, string start, string end)
    {
        foreach (var family in (int[])[4, 6])
        {
            var line = Line(cache, family);
            Assert.StartsWith($"<p class=\"cache\">The last-level cache {start}", line, StringComparison.Ordinal);
            Assert.Contains(end, line);
            Assert.Contains("A router with a smaller cache", line);
            Assert.EndsWith("</p>\n", line, StringComparison.Ordinal);
        }
    }

    private static string Line(string cache, int family)
    {
        var run = new FabricatedRun { Family = family }.Build();
        return CacheFit.Of(new Rows(run with { Environment = [.. run.Environment, new(HostFacts.CacheFact, cache)] })).ToString();
    }
}
