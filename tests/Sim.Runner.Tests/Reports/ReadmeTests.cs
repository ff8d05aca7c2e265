// SPDX-License-Identifier: MIT
using System.Globalization;
using Sim.Figures;
using Sim.Runner.Tests.Validation;
using Sim.Testing;
using Sim.Validation.RealDaemons;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>Holds the README's answer to the committed results. reports/take-samples.sh takes new ones, and has the table written again.</summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- answer: written by ReadmeTests from reports/*/results.csv -->\n";
    private const string End = "<!-- /answer -->";
    private static readonly string s_baseline = $"to {SchemeName.RemoveMe.Name}";

    private static readonly string[] s_samples = ["bench", "bench-ipv6", "churn", "churn-ipv6", "daemons", "packets", "peers"];

    /// <summary>The rows: what they compare, and their cell out of a family's results.</summary>
    private static readonly (string Title, Func<Family, string> Cell)[] s_rows =
    [
        ("memory, if AllowedIPs need only a default route", family => Phrases.Amount(family.Pages(SchemeName.Attribute) / family.Pages(SchemeName.RemoveMe))),
        ("memory, if AllowedIPs need a route per prefix", family => Phrases.Amount(family.Pages(SchemeName.Attribute) / family.Pages(SchemeName.RemoveMeAndRoutes))),
        ("lookups to send a packet", family => family.Speed("packet", row => row is { Operation: "transmit", Keys: "prefixes", Metric.Name: Ratio })),
        ("lookups to check a received packet", family => family.Speed("packet", row => row is { Operation: "receive", Keys: "prefixes", Metric.Name: Ratio })),
        ("a BGP update, cold caches", family => family.Speed("replay", row => row is { Operation: "update", Metric.Name: Ratio, X: 0 })),
        ("a BGP update, warm caches", family => family.Speed("replay", row => row is { Operation: "update", Metric.Name: WarmRatio, X: 0 })),
        ("failover from a lost peer to another, per prefix", family => family.Speed("convergence", row => row is { Operation: "lose-to-one", Metric.Name: Ratio })),
        ("loading the whole table", family => family.Load()),
    ];

    private const string Ratio = "ratio", WarmRatio = "ratio-warm";

    [Fact]
    public void The_answer_in_the_readme_is_the_one_of_the_committed_results()
    {
        var path = Path.Combine(SharedData.Root, "README.md");
        var readme = File.ReadAllText(path);
        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, readme.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("SIM_SAMPLES") is not { Length: > 0 } taken)
        {
            Assert.Equal(Answer(), readme[begin..end]);
            return;
        }

        foreach (var name in s_samples.Where(name => Directory.Exists(Path.Combine(taken, name))))
            Sample.Keep(Path.Combine(taken, name), name);
        if (File.Exists(Path.Combine(taken, "bench", "plot-ratios.png")))
            File.Copy(Path.Combine(taken, "bench", "plot-ratios.png"), Path.Combine(SharedData.Root, "reports", "ratios.png"), overwrite: true);
        File.WriteAllText(path, readme[..begin] + Answer() + readme[end..]);
    }

    [Fact]
    public void The_readme_has_at_most_100_lines() =>
        Assert.InRange(File.ReadLines(Path.Combine(SharedData.Root, "README.md")).Count(), 50, 100);

    private static string Answer()
    {
        Family v4 = new(new("bench"), new("churn")), v6 = new(new("bench-ipv6"), new("churn-ipv6"));
        var lines = s_rows.Select(row => $"| {row.Title} | {row.Cell(v4)} | {row.Cell(v6)} |");
        return string.Create(CultureInfo.InvariantCulture, $"""
            | | IPv4 | IPv6 |
            |---|---|---|
            {string.Join('\n', lines)}

            Memory is counted; the rest is measured, as medians of interleaved ratios. Conditions: the embedded table of {v4.Prefixes:N0} IPv4 and {v6.Prefixes:N0} IPv6
            prefixes, two BGP traces, {v4.Fact("logical processors")} cores of an {v4.Fact("processor")}, {v4.Day}. Spreads: `results.csv` in [reports](reports/README.md).

            """) + (Sample.Exists("daemons") ? OfDaemons(new Sample("daemons")) : "")
            + (Sample.Exists("packets") ? OfPackets(new Sample("packets").Rows) : "") + (Sample.Exists("peers") ? OfPeers(new Sample("peers").Rows) : "");
    }

    /// <summary>Returns what the rows of <c>validate --parts packets</c> say of the largest table and the smallest packets, in two lines.</summary>
    private static string OfPackets(IReadOnlyList<Figure> rows)
    {
        Figure Of(Metric metric, int family, SchemeName scheme, Term operation)
        {
            var some = rows.Where(row => row.Metric == metric && row.Family == family && row.Scheme == scheme && row.Operation == operation && row.Keys == KeyPatterns.Prefixes && row.Item == Variants.Plain
                && row.Structure.Length == 0).ToList();
            return some.Single(row => row.Prefixes == some.Max(other => other.Prefixes) && row.X == some.Min(other => other.X));
        }

        string Both(Func<int, string> cell) => $"{cell(4)} (IPv6: {cell(6)})";
        string Ratio(Figure row) => row.Flag.Length > 0 ? "not settled" : Numbers.Ratio(row.Value);
        string Rate(Term operation) => Both(family => Ratio(Of(Metrics.PacketRate.AsRatio, family, SchemeName.Gateway, operation)));
        string Share(SchemeName scheme) => Both(family => Phrases.Percent(Of(Metrics.ChoiceShare, family, scheme, Operations.Encrypt).Value));
        // The noise of the same tables, packets and keys.
        bool IsBeside(Figure row, Figure shown) => row.Prefixes == shown.Prefixes && row.X == shown.X && row.Keys == shown.Keys && row.Structure == shown.Structure;
        var noise = rows.Where(row => row.Metric == Metrics.PacketRate.AsRatio && row.IsNoise && IsBeside(row, Of(row.Metric, row.Family, SchemeName.Gateway, Operations.Encrypt)))
            .Max(row => Math.Max(row.High, 1 / row.Low));
        return $"""
            Packets (patched User-Mode Linux): in mode gateway a hub encrypts {Rate(Operations.Encrypt)} times as many packets a second as with AllowedIPs, and decrypts {Rate(Operations.Decrypt)} times as many; the noise is {Numbers.Percent(noise)}.
            The choice of the peer is {Share(SchemeName.Gateway)} of the instructions of an encrypted packet in mode gateway, and {Share(SchemeName.FullAllowedIps)} with AllowedIPs.

            """;
    }

    /// <summary>Returns what the rows of <c>validate --parts peers</c> say of the most peers, in a line.</summary>
    private static string OfPeers(IReadOnlyList<Figure> rows)
    {
        Figure Of(Metric metric, int family) => rows.Where(row => row.Metric == metric && row.Family == family && row.Scheme == SchemeName.Devices && row.Operation == Operations.Create
            && row.Item == Variants.Plain && row.Structure.Length == 0).MaxBy(row => row.Peers)!;
        string Both(Metric metric) => $"{Shown(Of(metric, 4))} (IPv6: {Shown(Of(metric, 6))})";
        string Shown(Figure row) => row.Flag.Length > 0 ? "not settled" : Numbers.Ratio(row.Value);
        return string.Create(CultureInfo.InvariantCulture, $"""
            A device per peer, {Of(Metrics.AllMemory.AsRatio, 4).Peers!.Value:N0} peers: {Both(Metrics.AllMemory.AsRatio)} times the kernel memory of one device, and {Both(Metrics.SetUpTime.AsRatio)} times its set-up time.

            """);
    }

    [Fact]
    public void The_sentences_on_packets_and_peers_state_ratios_of_both_families()
    {
        Assert.Equal(
            "Packets (patched User-Mode Linux): in mode gateway a hub encrypts 1.25 (IPv6: 1.00) times as many packets a second as with AllowedIPs, and decrypts 1.25 (IPv6: 1.00) times as many; the noise is ±1.0 %.\n"
            + "The choice of the peer is 2.0 % (IPv6: 2.0 %) of the instructions of an encrypted packet in mode gateway, and 8.0 % (IPv6: 8.0 %) with AllowedIPs.\n",
            OfPackets(HubSectionTests.Packets().Figures));
        Assert.Equal(
            "A device per peer, 100 peers: 2.00 (IPv6: 2.00) times the kernel memory of one device, and 1.50 (IPv6: 1.50) times its set-up time.\n", OfPeers(HubSectionTests.Peers().Figures));
    }

    private static string OfDaemons(Sample sample) =>
        OfDaemons(sample.Rows, sample.Conditions["processor"].Replace("(R)", "", StringComparison.Ordinal).Replace(" Processor", "", StringComparison.Ordinal));

    /// <summary>Returns what the rows of <c>daemons</c> say of a whole table, in two lines.</summary>
    private static string OfDaemons(IReadOnlyList<Figure> rows, string processor)
    {
        Figure Of(Metric metric, SchemeName way, int family) => rows.Single(row =>
            row.Structure == Daemons.Bird && row.Metric == metric && row.Scheme == way && row.Family == family && (row.Operation == Operations.Load || row.Item == Failovers.Session));
        string Shown(Figure row) => row.Flag.Length > 0 ? "not settled" : Scale.Of(row).Show(row.Value);
        string Both(Func<int, string> cell) => $"{cell(4)} (IPv6: {cell(6)})";
        string Time(SchemeName way) => Both(family => Shown(Of(Metrics.FibComplete, way, family)));
        string Last(SchemeName way) => Both(family => Shown(Of(Metrics.LastWrong, way, family)));
        var once = Of(Metrics.LastWrong, SchemeName.Gateway, 4).N == 1 ? " (one run)" : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            Real daemons (patched User-Mode Linux, {processor}): BIRD fills the FIB in {Time(SchemeName.Gateway)}, {Both(family => Shown(Of(Metrics.FibCompleteRatio, SchemeName.Gateway, family)))} times the time with plain routes.
            Failover{once}: the last packet to a lost peer leaves after {Last(SchemeName.Gateway)}, and after {Last(SchemeName.Agent)} if an agent fills AllowedIPs.

            """);
    }

    [Fact]
    public void The_sentences_on_daemons_state_times_and_ratios_of_both_families()
    {
        Assert.Equal(
            "Real daemons (patched User-Mode Linux, Intel Xeon): BIRD fills the FIB in 31.0 s (IPv6: 15.0 s), 1.55 (IPv6: 1.38) times the time with plain routes.\n"
            + "Failover: the last packet to a lost peer leaves after 0.550 s (IPv6: 0.550 s), and after 1.05 s (IPv6: 1.05 s) if an agent fills AllowedIPs.\n",
            OfDaemons(DaemonRows.Read([DaemonRowsTests.Fixture]), "Intel Xeon"));
    }

    [Fact]
    public void A_failover_that_was_seen_once_says_so() => Assert.Contains(
        "\nFailover (one run): the last packet",
        OfDaemons([.. DaemonRows.Read([DaemonRowsTests.Fixture]).Select(row => row with { N = 1 })], "Intel Xeon"),
        StringComparison.Ordinal);

    /// <summary>What was found on one family.</summary>
    private sealed record Family(Sample Bench, Sample Churn)
    {
        public int Prefixes => int.Parse(Fact("prefixes"), CultureInfo.InvariantCulture);

        public string Day => Fact("started")[.."2026-11-29".Length];

        public string Fact(string name) => Bench.Conditions[name];

        public double Pages(SchemeName scheme) =>
            Churn.Rows.Single(row => row is { Experiment: "binding-memory", Structure: Names.AllStructures, Metric.Name: "page-bytes" } && row.Scheme == scheme.Name).Value;

        /// <summary>The attribute's time beside that of AllowedIPs with REMOVE_ME.</summary>
        public string Speed(string experiment, Func<Figure, bool> which) =>
            Said(Churn.Rows.Single(row => row.Experiment == experiment && row.Scheme == SchemeName.Attribute.Name && row.Item == s_baseline && which(row)));

        public string Load() => Said(Bench.Rows.Single(row => row is { Experiment: "load", Metric.Name: Ratio, Structure: Names.FibOverAllowedIps, Order: "file" }));

        /// <summary>The ratio of times as people say it; quartiles on both sides of 1 are no difference.</summary>
        private static string Said(Figure row) =>
            row.Flag.Length > 0 ? "not settled" : row.Low <= 1 && row.High >= 1 ? "no difference" : Phrases.Speed(row.Value);
    }
}
