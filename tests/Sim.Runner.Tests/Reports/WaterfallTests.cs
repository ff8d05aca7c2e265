// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;
using CsCheck;
using Sim.Figures;
using Sim.Reports.Pages;
using Sim.Reports.Plots;
using Sim.Reports.Views;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>"Is it the trie or the idea?": the levels of each cost out of rows, the sentences on them, and what is said where rows are
/// missing.</summary>
public sealed partial class WaterfallTests
{
    /// <summary>What a structure costs in the made-up rows.</summary>
    private sealed record Costs(double Lookup, double Insert, double Delete, double Move, double Pages);

    private const double PlainPages = 124;

    private static readonly Costs
        s_allowedIps = new(1200, 1500, 1400, 1300, 128), s_fib = new(600, 700, 900, 800, 132), s_multibit = new(300, 900, 800, 700, 30),
        s_poptrie = new(200, 2000, 2500, 1500, 60), s_level = new(450, 650, 850, 750, 140), s_shared = new(590, 690, 890, 790, 126);

    private static readonly (string Structure, Costs Costs)[] s_kernel = [(Names.AllowedIps, s_allowedIps), (Names.Fib, s_fib)];
    private static readonly (string Structure, Costs Costs)[] s_tries = [.. s_kernel, (Names.MultibitTrie, s_multibit), (Names.Poptrie, s_poptrie)];
    private static readonly (string Structure, Costs Costs)[] s_all = [.. s_tries, (Names.LevelCompression, s_level), (Names.SharedStates, s_shared)];

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_level_is_the_sum_of_the_rows_of_its_lookups_changes_or_pages(int family)
    {
        var falls = Falls(Bench(family, s_all));
        Assert.Equal(["sent", "received", "change", "memory"], falls.Select(fall => fall.Cost.Name));
        Assert.Equal([600 + 1200, 600 + 200, 600, 450], Values(falls[0]));
        Assert.Equal([1200, 200, 600, 450], Values(falls[1]));
        // Today a move changes AllowedIPs and no route.
        Assert.Equal([1600 + 4200, 1600 + 2400, 2400, 2250], Values(falls[2]));
        Assert.Equal([124 + 128, 124 + 30, 124, 132, 126], Values(falls[3]));
        Assert.Equal(
            ["AllowedIPs today, and a route per prefix", "a better structure (Poptrie)", "no second lookup, no second table", "a better FIB (level compression)"],
            falls[0].Levels.Select(level => level.Step));
        Assert.Equal("AllowedIPs today", falls[1].Today.Step);
        Assert.Equal("a better structure (multibit trie)", falls[2].Better?.Step);
        Assert.Equal(
            [StepKind.Today, StepKind.Structure, StepKind.Attribute, StepKind.Attribute, StepKind.Further], falls[3].Levels.Select(level => level.Kind));
        Assert.Equal(("the memory of the smallest structure alone (multibit trie)", 30), (falls[3].Limit?.Words, falls[3].Limit?.Row.Value));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_single_measured_row_keeps_its_basis_and_a_sum_is_modelled(int family)
    {
        var falls = Falls(Bench(family, s_tries));
        Assert.Equal([Basis.Modelled, Basis.Modelled, Basis.Measured], falls[0].Levels.Select(level => level.Basis));
        Assert.Equal([Basis.Measured, Basis.Measured, Basis.Measured], falls[1].Levels.Select(level => level.Basis));
        Assert.Equal([Basis.Modelled, Basis.Modelled, Basis.Counted, Basis.Counted], falls[3].Levels.Select(level => level.Basis));
    }

    [Fact, Property]
    public void The_steps_add_up_to_the_difference_of_the_first_level_and_the_last()
    {
        // Whole numbers, so that sums of doubles are exact.
        var costs = Gen.Int[1, 1 << 20].Array[5].Select(n => new Costs(n[0], n[1], n[2], n[3], n[4]));
        Gen.Select(costs.Array[6], Gen.Int[1, 1 << 20].Array[11], Gen.Bool).Check((made, churn, isV6) =>
        {
            var family = isV6 ? 6 : 4;
            var bench = Falls(Bench(family, [.. s_all.Zip(made, (one, cost) => (one.Structure, cost))]));
            Assert.Equal(4, bench.Count);
            Assert.All(bench.Concat(Falls(Churn(family, [.. churn.Select(n => (double)n)]))), fall =>
            {
                Assert.Equal(fall.Today.Value - fall.Levels[^1].Value, fall.Steps.Sum(step => step.Gain));
                Assert.All(fall.Steps, step => Assert.Equal(step.From - step.Gain, step.Level.Value));
                Assert.All(fall.Levels, level => Assert.Equal(level.Plus.Sum(row => row.Value) - level.Minus.Sum(row => row.Value), level.Value));
            });
        }, threads: 1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void The_headline_gives_each_cost_the_part_that_needs_no_new_uapi(int family)
    {
        Assert.Equal(
            $"In IPv{family} a better structure alone, without a new uapi, would bring these parts of the route attribute’s gain: 83 % for a packet sent, "
            + "all for a packet received, 53 % for a change and 82 % for memory.",
            TrieSection.Headline(family, Falls(Bench(family, s_all))));
        (string, Costs)[] worse = [(Names.AllowedIps, s_allowedIps with { Lookup = 500, Pages = 6 }), (Names.Fib, s_fib), (Names.Poptrie, s_poptrie with { Lookup = 520 })];
        Assert.Equal(
            $"In IPv{family} a better structure alone, without a new uapi, would bring these parts of the route attribute’s gain: nothing for a packet sent and nothing for a change. "
            + $"In IPv{family} the route attribute gains nothing for a packet received and memory.",
            TrieSection.Headline(family, Falls(Bench(family, worse))));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Each_cost_has_a_sentence(int family)
    {
        var falls = Falls(Bench(family, s_all));
        Assert.Equal(
            "With the route attribute, sending a packet is 3.0 times faster than today. A better structure (Poptrie), without a new uapi, would bring 83 % of this gain. "
            + "The rest needs the new uapi. On top of the attribute, a better FIB (level compression) would be 33 % faster than the attribute alone. "
            + "If AllowedIPs need only a default route, the cost is 1 200 ns today, 200 ns with a better structure (Poptrie) and 600 ns with the attribute.",
            Plain(falls[0].Sentence()));
        Assert.StartsWith(
            "With the route attribute, checking a received packet is 2.0 times faster than today. A better structure (Poptrie), without a new uapi, would bring at least as much.",
            falls[1].Sentence());
        Assert.StartsWith("With the route attribute, announcing, moving and withdrawing a prefix is 2.4 times faster than today.", falls[2].Sentence());
        Assert.StartsWith("With the route attribute, the table takes 48 % less memory than today. A better structure (multibit trie), without a new uapi, would bring 82 %", falls[3].Sentence());
        var lost = Falls(Bench(family, [(Names.AllowedIps, s_allowedIps), (Names.Fib, s_fib with { Lookup = 2400 }), (Names.Poptrie, s_poptrie)]));
        Assert.Equal(
            "With the route attribute, checking a received packet is 2.0 times slower than today. A better structure (Poptrie), without a new uapi, would be 6.0 times faster than today.",
            lost[1].Sentence());
        var whole = Falls(Bench(family, [.. s_kernel, (Names.Poptrie, s_allowedIps with { Lookup = 1300 })]));
        Assert.Contains("would bring nothing: the whole gain needs the new uapi.", whole[1].Sentence());
    }

    [Fact]
    public void A_small_gain_has_a_unit_of_its_own()
    {
        var fall = Falls(Bench(4, [(Names.AllowedIps, s_allowedIps with { Pages = 128 << 20 }), (Names.Fib, s_fib with { Pages = PlainPages + 4096 })]))[3];
        Assert.Equal(("128.0 MiB", "4 096 bytes", "-4 096 bytes"), (fall.Scale.Show(128 << 20), Plain(fall.ShowGain(4096)), Plain(fall.ShowGain(-4096))));
        Assert.Equal("128.0 MiB", fall.ShowGain(128 << 20));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_flagged_row_and_a_difference_within_the_noise_decide_nothing(int family)
    {
        var rows = Bench(family, s_tries);
        var busy = rows.Result with { Figures = [.. rows.Result.Figures.Select(f => f.Experiment == Experiment.Lookup && f.Structure == Names.Fib ? f with { Flag = Figure.Busy } : f)] };
        Assert.Equal("Packet sent: no verdict, because the machine was busy.", Falls(new(busy))[0].Sentence());
        Assert.Contains("No verdict on a packet sent (the machine was busy) and a packet received (the machine was busy).", TrieSection.Headline(family, Falls(new(busy))));
        var close = Falls(Bench(family, [(Names.AllowedIps, s_allowedIps), (Names.Fib, s_fib with { Lookup = 1190 })]));
        Assert.Equal("Packet received: no verdict, because the difference is within the noise (±4.0 %).", close[1].Sentence());
        Assert.Null(close[1].Share);
        var noAa = rows.Result with { Figures = [.. rows.Result.Figures.Where(f => f.Experiment != Experiment.Aa)] };
        Assert.Equal("Packet sent: no verdict, because the run has no A/A row.", Falls(new(noAa))[0].Sentence());
        // A lookup that takes longer than all lookups of a packet leaves nothing for the rest.
        var contradicting = Falls(Churn(family, [2250, 1540, 3000, 330, 300, 670, 610, 5000, 3400, 2600, 3000]));
        Assert.Equal("Packet sent: no verdict, because its rows contradict each other: a level would be 0 or less.", contradicting[0].Sentence());
        Assert.Equal(["waterfall-received", "waterfall-change", "waterfall-memory"], WaterfallPlots.For(contradicting).Select(plot => plot.Name));
        // Counts have no noise.
        Assert.DoesNotContain("no verdict", Falls(new(noAa))[3].Sentence());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_step_without_rows_is_left_out_and_the_page_says_which_run_measures_it(int family)
    {
        var falls = Falls(Bench(family, s_kernel));
        Assert.All(falls, fall => Assert.Null(fall.Better));
        Assert.Equal([1800, 600], Values(falls[0]));
        Assert.Equal([252, 124, 132], Values(falls[3]));
        Assert.StartsWith($"In IPv{family} no what-if was measured, so the part that needs no new uapi is unknown for a packet sent, ", TrieSection.Headline(family, falls));
        Assert.Contains($"bench --family {family} --schemes all measures", Section(Bench(family, s_kernel)));
        Assert.DoesNotContain("--schemes", Section(Bench(family, s_all)));
        Assert.Contains($"bench --family {family} --limit measures it", Section(Bench(family, s_all)));
        Assert.Contains($"bench --family {family} --receive-cache measures it", Section(Bench(family, s_all)));
        // A what-if whose rows are incomplete is no what-if of that cost.
        var rows = Bench(family, s_tries).Result;
        var partly = rows with { Figures = [.. rows.Figures.Where(f => f.Structure != Names.MultibitTrie || f.Operation != Operations.Delete)] };
        Assert.Equal("a better structure (Poptrie)", Falls(new(partly))[2].Better?.Step);
        var noMove = rows with { Figures = [.. rows.Figures.Where(f => f.Operation != Operations.Move)] };
        Assert.Equal([1600 + 2900, 1600 + 1700, 1600], Values(Falls(new(noMove))[2]));
        var noPlain = rows with { Figures = [.. rows.Figures.Where(f => f.Structure != Names.PlainRoutes)] };
        Assert.Equal(["sent", "received", "change"], Falls(new(noPlain)).Select(fall => fall.Cost.Name));
        var noFib = rows with { Figures = [.. rows.Figures.Where(f => f.Structure != Names.Fib)] };
        Assert.Empty(Falls(new(noFib)));
        Assert.Equal("", Section(new(noFib)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_run_of_churn_tells_the_second_lookup_from_the_second_table(int family)
    {
        var rows = Churn(family, [2250, 1540, 1490, 330, 300, 670, 610, 5000, 3400, 2600, 3000]);
        var falls = Falls(rows);
        Assert.Equal(["sent", "received", "change", "memory"], falls.Select(fall => fall.Cost.Name));
        Assert.Equal([2250, 2250 - 1490 + 300, 2250 - 1490, 670], Values(falls[0]));
        Assert.Equal(["a better structure (Poptrie)", "no second lookup", "no second table"], falls[0].Levels.Skip(1).Select(level => level.Step));
        Assert.Equal([Basis.Measured, Basis.Modelled, Basis.Modelled, Basis.Measured], falls[0].Levels.Select(level => level.Basis));
        Assert.Equal([1490, 300, 610], Values(falls[1]));
        Assert.Equal([5000, 5000 - 3400 + 2600, 3000], Values(falls[2]));
        Assert.Equal([50_000, 50_000 - 34_000 + 26_000, 50_000 - 34_000, 30_000], Values(falls[3]));
        Assert.EndsWith("the cost is 1 540 ns today, 330 ns with a better structure (Poptrie) and 670 ns with the attribute.", Plain(falls[0].Sentence()));
        Assert.Equal(1.05, falls[0].Noise);
        var without = rows.Result with { Figures = [.. rows.Result.Figures.Where(f => f.Scheme != SchemeName.Poptrie)] };
        Assert.Contains($"churn --family {family} with --schemes remove-me,route,lc-trie,multibit-trie,poptrie,{(family == 4 ? "dir-24-8" : "shared-states,level-compression")} measures", Section(new(without)));
        var plain = rows.Result with { Figures = [.. rows.Result.Figures.Where(f => f.Scheme != SchemeName.RemoveMeAndRoutes)] };
        Assert.Empty(Falls(new(plain)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void The_table_names_the_rows_of_each_level(int family)
    {
        var rows = Bench(family, s_all);
        var html = TrieSection.OfBench(rows, Falls(rows), new Html()).Body.ToString();
        Assert.All(Falls(rows).SelectMany(fall => fall.Levels).SelectMany(level => level.Figures), row => Assert.Contains($"#row-{rows.Id(row)}\"", html, StringComparison.Ordinal));
        Assert.Contains("1 200 ns (allowedips)", Section(rows));
        Assert.Contains("700 ns (fib, insert a prefix) + 900 ns (fib, delete a prefix) + 1 500 ns (allowedips, insert a prefix)", Section(rows));
        Assert.Contains("no new uapi", Section(rows));
        Assert.Contains("2 250 ns (AllowedIPs, REMOVE_ME + routes, packet sent) − 1 490 ns (AllowedIPs, REMOVE_ME + routes, packet received)", Section(Churn(family, [2250, 1540, 1490, 330, 300, 670, 610, 5000, 3400, 2600, 3000])));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_step_is_a_bar_from_the_level_before_and_the_attribute_has_a_whole_bar(int family)
    {
        var plots = WaterfallPlots.For(Falls(Bench(family, s_all))).ToList();
        Assert.Equal(["waterfall-sent", "waterfall-received", "waterfall-change", "waterfall-memory"], plots.Select(plot => plot.Name));
        var groups = ((MarkChart)plots[0].Chart).Groups;
        Assert.Equal(
            [(0, 0.0, 1800.0, "1 800 ns"), (2, 1800, 800, "800 ns, 1 000 ns less"), (1, 800, 600, "600 ns, 200 ns less"), (1, 0, 600, "600 ns"), (2, 600, 450, "450 ns, 150 ns less")],
            groups.Select(group => Assert.Single(group.Marks)).Select(mark => (mark.Series, mark.From, mark.Value, Plain(mark.Label))));
        Assert.Equal("route attribute", groups[3].Label);
        var memory = (MarkChart)plots[3].Chart;
        Assert.Equal((30, "smallest structure 30.00 bytes"), (memory.Target, memory.TargetName));
        Assert.Contains(memory.Groups.SelectMany(group => group.Marks), mark => mark.Label == "132.0 bytes, 8.000 bytes more");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void The_limit_and_the_receive_cache_are_drawn_if_they_were_measured(int family)
    {
        var rows = Bench(family, s_all).Result;
        Figure Limit(Term keys, double value) => Metrics.Limit.Row(Figure.At(Experiment.Limit, family) with { Structure = Names.Fib, Keys = keys, Chain = Chains.Dependent }, value);
        Figure Check(Term keys, string structure, string item, int rate, double value) => Metrics.ReceiveCheck.Row(
            Figure.At(Experiment.ReceiveCache, family) with { Structure = structure, Keys = keys, Item = item, X = rate, Operation = Operations.Receive }, value);
        var all = new Rows(rows with
        {
            Figures =
            [
                .. rows.Figures, Limit(KeyPatterns.Zipf, 50), Limit(KeyPatterns.Prefixes, 400), Check(KeyPatterns.Prefixes, Names.Fib, Names.ReceiveCache, 0, 1),
                Check(KeyPatterns.Trains, Names.AllowedIps, "", 0, 300), Check(KeyPatterns.Trains, Names.Fib, "", 0, 200),
                Check(KeyPatterns.Trains, Names.Fib, Names.ReceiveCache, 100, 90), Check(KeyPatterns.Trains, Names.Fib, Names.ReceiveCache, 0, 50),
            ],
        });
        var falls = Falls(all);
        Assert.All(falls.Take(2), fall => Assert.Equal(400, fall.Limit?.Row.Value));
        Assert.Null(falls[2].Limit);
        Assert.Equal("limit 400 ns", ((MarkChart)WaterfallPlots.For(falls).First().Chart).TargetName);
        Assert.Equal(["sent", "received", "change", "memory", "received-train"], falls.Select(fall => fall.Cost.Name));
        Assert.Equal([300, 200, 50], Values(falls[4]));
        Assert.Equal(
            "With the route attribute, checking a packet of a train is 1.5 times faster than today. On top of the attribute, a receive cache would be 4.0 times faster than the attribute alone.",
            falls[4].Sentence());
        Assert.DoesNotContain("train", TrieSection.Headline(family, falls));
        Assert.DoesNotContain("is missing", TrieSection.OfBench(all, falls, new Html()).Body.ToString());
    }

    private static double[] Values(Waterfall fall) => [.. fall.Levels.Select(level => level.Value)];

    private static IReadOnlyList<Waterfall> Falls(Rows rows) =>
        ChurnView.Of(rows) is { } churn ? ChurnWaterfalls.Of(churn) : BenchWaterfalls.Of(rows, new Comparisons(rows));

    private static string Plain(string text) => text.Replace('\u202f', ' ');

    private static string Section(Rows rows)
    {
        var section = ChurnView.Of(rows) is null ? TrieSection.OfBench(rows, Falls(rows), new Html()) : TrieSection.OfChurn(rows, Falls(rows), new Html());
        return Plain(Blank().Replace(WebUtility.HtmlDecode(Tag().Replace(section.Body.ToString(), "")), " ").Trim());
    }

    internal static Rows Bench(int family) => Bench(family, s_all);

    private static Rows Bench(int family, (string Structure, Costs Costs)[] structures)
    {
        var figures = new List<Figure>();
        void Add(Experiment experiment, Metric metric, string structure, double value, Func<Figure, Figure> at) => figures.Add(
            metric.Row(at(Figure.At(experiment, family) with { Structure = structure, Order = Orders.File, Prefixes = 1000 }), new Spread(value, value, value, 9)));
        foreach (var (structure, costs) in structures)
        {
            foreach (var keys in new[] { KeyPatterns.Zipf, KeyPatterns.Prefixes })
            {
                foreach (var chain in new[] { Chains.Independent, Chains.Dependent })
                    Add(Experiment.Lookup, Metrics.Time, structure, keys == KeyPatterns.Prefixes && chain == Chains.Dependent ? costs.Lookup : 1, at => at with { Keys = keys, Chain = chain });
                Add(Experiment.Touch, Metrics.NodesVisited, structure, 3, at => at with { Keys = keys });
                Add(Experiment.Touch, Metrics.CacheLines, structure, 9, at => at with { Keys = keys });
            }

            foreach (var (operation, time) in new[] { (Operations.Insert, costs.Insert), (Operations.Delete, costs.Delete), (Operations.Move, costs.Move), (Operations.RemovePeer, 1) })
                Add(Experiment.Update, Metrics.Time, structure, time, at => at with { Operation = operation });
            Add(Experiment.Memory, Metrics.PageBytes, structure, costs.Pages, at => at);
            Add(Experiment.Memory, Metrics.PageBytes, structure, costs.Pages / 2, at => at with { Order = Orders.Shuffled });
        }

        Add(Experiment.Memory, Metrics.PageBytes, Names.PlainRoutes, PlainPages, at => at);
        Add(Experiment.Aa, Metrics.Ratio, Names.SelfRatio, 1.04, at => at with { Keys = KeyPatterns.Prefixes, Chain = Chains.Dependent });
        Add(Experiment.Aa, Metrics.Ratio, Names.SelfRatio, 1.02, at => at with { Operation = Operations.Insert });
        return new(new FabricatedRun { Family = family }.Build() with { Figures = figures });
    }

    /// <summary>Rows of a churn: sent under both AllowedIPs, received; sent and received with a what-if and with the attribute; changes.</summary>
    private static Rows Churn(int family, double[] n)
    {
        var figures = new List<Figure>();
        void Add(Experiment experiment, Metric metric, SchemeName scheme, double value, Func<Figure, Figure> at) =>
            figures.Add(metric.Row(at(Figure.At(experiment, family) with { Scheme = scheme }), value));
        void Packets(SchemeName scheme, double sent, double received)
        {
            Add(Experiment.Packet, Metrics.Time, scheme, sent, at => at with { Keys = KeyPatterns.Prefixes, Operation = Operations.Transmit });
            Add(Experiment.Packet, Metrics.Time, scheme, received, at => at with { Keys = KeyPatterns.Prefixes, Operation = Operations.Receive });
        }

        void Changes(SchemeName scheme, double time)
        {
            Add(Experiment.Replay, Metrics.TimePerChange, scheme, time, at => at with { Operation = Operations.Update, X = 0 });
            Add(Experiment.BindingMemory, Metrics.PageBytes, scheme, time * 10, at => at with { Structure = Names.AllStructures });
        }

        Packets(SchemeName.RemoveMeAndRoutes, n[0], n[2]);
        Packets(SchemeName.RemoveMe, n[1], n[2] + 1);
        Packets(SchemeName.Poptrie, n[3], n[4]);
        Packets(SchemeName.Attribute, n[5], n[6]);
        Changes(SchemeName.RemoveMeAndRoutes, n[7]);
        Changes(SchemeName.RemoveMe, n[8]);
        Changes(SchemeName.Poptrie, n[9]);
        Changes(SchemeName.Attribute, n[10]);
        Add(Experiment.Replay, Metrics.ChangesTaken, SchemeName.RemoveMe, 1, at => at with { X = 0 });
        foreach (var operation in new[] { Operations.Transmit, Operations.Receive })
            Add(Experiment.Packet, Metrics.Ratio, SchemeName.Attribute, .5, at => at with { Keys = KeyPatterns.Prefixes, Operation = operation, Bound = 1.05 });
        Add(Experiment.Replay, Metrics.Ratio, SchemeName.Attribute, .5, at => at with { Operation = Operations.Update, X = 0, Bound = 1.1 });
        return new(new FabricatedRun { Family = family }.Build() with { Figures = figures });
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();
}
