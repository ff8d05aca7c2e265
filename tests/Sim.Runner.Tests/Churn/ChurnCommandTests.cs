// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Runner.Tests.Commands;
using Sim.Schemes;
using Sim.Workloads.Keys;
using Sim.Workloads.Synthesis;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class ChurnCommandTests
{
    private const int Prefixes = 300;

    [Fact]
    public void A_run_writes_a_row_of_each_scheme_in_each_window_and_a_page_whose_links_lead_somewhere()
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run("churn", "--quick", "--table", Table(scratch), "--updates", Updates(scratch["updates.mrt"], Family.IPv4),
            "--peers", "4", "--batch", "0,100", "--cache-size", "260M", "--out", scratch["report"]);
        Assert.True(ran.Code == 0, ran.Error);
        var rows = File.ReadAllLines(Path.Combine(scratch["report"], "results.csv"));
        foreach (var kind in SchemeKind.All.Where(kind => kind.InQuick))
        {
            var own = rows.Where(row => row.Contains($",{kind.Name},", StringComparison.Ordinal) || row.Contains($",\"{kind.Name}\",", StringComparison.Ordinal)).ToList();
            Assert.Equal(2, own.Count(row => row.Contains(",speed,", StringComparison.Ordinal)));
            Assert.Equal(2, own.Count(row => row.Contains(",bindings-checked,", StringComparison.Ordinal)));
            Assert.Contains(own, row => row.Contains(",lose-to-all,", StringComparison.Ordinal));
            // In turns with the reference: three ways of a packet under two key patterns, the loss of a peer, and changes of any and of each
            // kind that comes often enough to be timed, where they are not estimated.
            var paired = own.Where(row => row.Contains(kind == SchemeKind.RemoveMe ? ",A/A,ratio," : "\"to AllowedIPs, REMOVE_ME\",ratio,", StringComparison.Ordinal));
            Assert.InRange(paired.Count(), kind.Name.Resends ? 7 : 9, kind.Name.Resends ? 7 : 11);
            Assert.Equal(kind.Announces ? 6 : 0, own.Count(row => row.Contains(",overruns,", StringComparison.Ordinal)));
            Assert.Single(own, row => row.Contains(",code,", StringComparison.Ordinal) && row.Contains(",net,", StringComparison.Ordinal));
            foreach (var operation in (string[])["move", "delete", "lose-to-one", "replace"])
                Assert.Contains(own, row => row.Contains(",reader,", StringComparison.Ordinal)
                    && row.Contains($",{operation},", StringComparison.Ordinal) && row.Contains(",steps-none,", StringComparison.Ordinal));
            Assert.Contains(kind.Name, ran.Out);
        }

        var page = File.ReadAllText(Path.Combine(scratch["report"], "index.html"));
        Assert.Contains("260 MiB (--cache-size; the system says ", page);
        Assert.Contains("The last-level cache (260 MiB) holds every scheme’s structures (", page);
        Assert.Contains(" at most). Times are for warm caches.", page);
        foreach (var fact in (string[])["load average at end", "others’ use of processors", "steal", "CPU pressure", "cache sweep"])
            Assert.Contains(fact, page);
        foreach (var id in (string[])["churn", "churn-table", "plots", "plot-churn-memory", "plot-churn-packet", "plot-churn-update", "plot-churn-staleness", "reader", "plot-churn-readers", "churn-details", "conditions", "rows"])
            Assert.Contains($"id=\"{id}\"", page);
        var links = page.Split("href=\"#").Skip(1).Select(part => part[..part.IndexOf('"')]).Distinct().ToList();
        Assert.All(links, link => Assert.Contains($"id=\"{link}\"", page));
        Assert.True(links.Count > 300, $"{links.Count} links");
    }

    [Fact]
    public void IPv6_has_every_scheme_every_dump_and_every_notification()
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run("churn", "--quick", "--family", "6", "--table", scratch.Write("v6.txt", "2001:db8::/32\n2001:db8:1::/48\n::/0\n"),
            "--updates", Updates(scratch["updates.mrt"], Family.IPv6), "--peers", "3", "--batch", "10", "--out", scratch["report"]);
        Assert.True(ran.Code == 0, ran.Error);
        var rows = File.ReadAllLines(Path.Combine(scratch["report"], "results.csv"));
        var kinds = SchemeKind.For(Family.IPv6).Where(kind => kind.InQuick).ToList();
        Assert.Equal(kinds.Count, rows.Count(row => row.Contains(",speed,", StringComparison.Ordinal)));
        Assert.Equal(kinds.Count, rows.Count(row => row.Contains(",bindings-checked,", StringComparison.Ordinal)));
        // What rt6_fill_node puts: see Sim.Kernel.Tests, DumpTests.
        foreach (var (scheme, bytes) in new[] { ("RTA_WGPEER", 136), ("RTA_VIA", 136), ("nexthop objects", 144), ("a device per peer", 116) })
            Assert.Contains(rows, row => row.Contains($",{scheme},6,", StringComparison.Ordinal) && row.Contains($",notification-bytes,bytes,{bytes},", StringComparison.Ordinal));
        // What no kernel has is modelled where it is counted, has no lines of code, and is never the best.
        var whatIf = rows.Where(row => row.Contains(",\"RTA_WGPEER, what if: ", StringComparison.Ordinal)).ToList();
        Assert.Contains(whatIf, row => row.Contains(",page-bytes,", StringComparison.Ordinal) && row.Contains(",modelled", StringComparison.Ordinal));
        Assert.DoesNotContain(whatIf, row => row.Contains(",counted", StringComparison.Ordinal) || row.Contains(",code,", StringComparison.Ordinal));
        Assert.Contains("RTA_GATEWAY", File.ReadAllText(Path.Combine(scratch["report"], "index.html")));
    }

    [Theory]
    [InlineData("--updates takes MRT", "churn", "--updates", "TEXT")]
    [InlineData("no such file", "churn", "--updates", "no-such-file.mrt")]
    [InlineData("try the other --family", "churn", "--family", "6", "--updates", "UPDATES")]
    [InlineData("replace, dummy, remove-me, route, via, nexthop, private-fib, device, shared-states, level-compression, lc-trie, multibit-trie, poptrie, dir-24-8, with commas between, not '3'", "churn", "--updates", "UPDATES", "--schemes", "replace,3")]
    [InlineData("scheme shared-states exists in IPv6 only", "churn", "--updates", "UPDATES", "--schemes", "replace,shared-states")]
    [InlineData("scheme dir-24-8 exists in IPv4 only", "churn", "--updates", "UPDATES", "--family", "6", "--schemes", "poptrie,dir-24-8")]
    [InlineData("scheme shared-states exists in IPv6 only", "bench", "--schemes", "shared-states")]
    [InlineData("whole numbers", "churn", "--updates", "UPDATES", "--batch", "soon")]
    [InlineData("--updates", "churn")]
    public void A_command_line_that_cannot_be_used_gets_a_message_and_exit_code_2(string message, params string[] args)
    {
        using var scratch = new Scratch();
        string[] words = [.. args.Select(word => word switch
        {
            "TEXT" => scratch.Write("updates.txt", "10.0.0.0/8\n"),
            "UPDATES" => Updates(scratch["updates.mrt"], Family.IPv4),
            _ => word,
        }), "--out", scratch["report"]];
        var ran = Commands.Program.Run(words);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error);
        Assert.False(Directory.Exists(scratch["report"]));
    }

    /// <summary>A small run of every scheme into the given folder.</summary>
    internal static void RunSmall(Scratch scratch, string folder)
    {
        var ran = Commands.Program.Run("churn", "--quick", "--table", Table(scratch), "--updates", Updates(scratch["updates.mrt"], Family.IPv4),
            "--peers", "4", "--batch", "0,100", "--out", folder);
        Assert.True(ran.Code == 0, ran.Error);
    }

    private static string Table(Scratch scratch) =>
        scratch.Write("table.txt", string.Concat(Enumerable.Range(0, Prefixes).Select(at => $"10.{at / 100}.{at % 100}.0/24\n")));

    /// <summary>Random announcements and withdrawals of 40 prefixes by 5 BGP peers, some of them not in the table.</summary>
    internal static string Updates(string path, Family family)
    {
        var rng = new Rng(3);
        using var file = File.Create(path);
        using var writer = new MrtUpdateWriter(file, seed: 1);
        var time = 1_700_000_000_000_000L;
        for (var i = 0; i < 2000; i++)
        {
            time += rng.Below(20_000);
            var number = (uint)rng.Below(40);
            var prefix = family == Family.IPv4
                ? Prefix.OfV4(0x0A000000u + (number << 9), 24)
                : new Prefix(family, ((UInt128)0x20010DB8 << 96) + ((UInt128)number << 80), 48);
            writer.Write(new RouteUpdate(time, prefix, rng.Below(5), Announce: rng.Below(3) > 0, OriginAs: 64500, Variant: (uint)rng.Below(3)));
        }

        return path;
    }
}
