// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Files;
using Sim.Lab;
using Sim.Runner.Tests.Commands;
using Sim.Validation.Packets;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary>Figures from rows of the scripts of kernel-patch/packets.</summary>
public sealed class PacketRowsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(4, 1.25)]
    [InlineData(6, 1.0)]
    public void Rounds_become_medians_and_ratios_to_AllowedIPs_are_those_of_the_same_round(int family, double expected)
    {
        var figures = Read(Experiment.HubPackets, HubRows.Packets);
        foreach (var operation in (string[])["encrypt", "decrypt"])
        {
            Figure Of(Metric metric, string scheme, string item = "plain") => Assert.Single(
                figures, f => f.Metric == metric && f.Family == family && f.Operation == operation && f.Scheme == scheme && f is { Prefixes: 1000, X: 64, Keys: "prefixes" } && f.Item == item);
            var rate = Of(Metrics.PacketRate, "allowed-ips");
            Assert.Equal((7500, 6250, 8750, 2, "per second", Basis.Measured), (rate.Value, rate.Low, rate.High, rate.N, rate.Unit, rate.Basis));
            // 10,000 and 5,000 times the factor, over 10,000 and 5,000.
            Assert.Equal(expected, Of(Metrics.PacketRate.AsRatio, "gateway").Value, 12);
            Assert.True(Of(Metrics.PacketRate.AsRatio, "allowed-ips", "A/A") is { IsNoise: true, N: 2 } again && Math.Abs(again.Low - 0.99) < 1e-12 && Math.Abs(again.High - 1.01) < 1e-12);
        }

        Assert.DoesNotContain(figures, f => f.Metric == Metrics.PacketRate.AsRatio && f is { Scheme: "allowed-ips", IsNoise: false });
        Assert.All(figures, f => Assert.Same(Metrics.Find(f.Metric.Name, f.Experiment), Metrics.All.Single(metric => metric == f.Metric)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Beside_changes_a_ratio_is_to_the_same_scheme_without_changes_and_lost_packets_are_summed(int family)
    {
        var figures = Read(Experiment.HubPackets, HubRows.Changes, two: true);
        Assert.All(figures, f => Assert.Equal(Names.TwoProcessors, f.Structure));
        foreach (var scheme in (string[])["allowed-ips", "gateway"])
        {
            List<Figure> Of(Metric metric) => [.. figures.Where(f => f.Metric == metric && f.Family == family && f.Scheme == scheme && f.Operation == "encrypt" && !f.IsNoise && f.Item != "aa")];
            Assert.Equal([("rate-100", 1.0), ("rate-unlimited", 0.75)], Of(Metrics.PacketRate.AsRatio).Select(f => (f.Item, f.Value)));
            Assert.Equal([("rate-0", 0.0, 2), ("rate-100", 0.0, 2), ("rate-unlimited", 2.0, 2)], Of(Metrics.PacketsMissing).Select(f => (f.Item, f.Value, f.N)));
        }

        Assert.Equal(1.1, figures.First(f => f.Family == family && f.IsNoise).Value, 12);
    }

    [Fact]
    public void Shares_of_time_are_modelled_and_shares_of_instructions_are_not()
    {
        var figures = Read(Experiment.HubPackets, HubRows.Instructions);
        foreach (var family in (int[])[4, 6])
        {
            Figure Of(Metric metric, string item) =>
                Assert.Single(figures, f => f.Metric == metric && f.Family == family && f is { Operation: "decrypt", Scheme: "allowed-ips", Prefixes: 10 } && f.Item == item);
            Assert.Equal((0.08, Basis.Measured, "ratio"), (Of(Metrics.ChoiceShare, "plain").Value, Of(Metrics.ChoiceShare, "plain").Basis, Of(Metrics.ChoiceShare, "plain").Unit));
            Assert.Equal((0.16, Basis.Modelled), (Of(Metrics.ChoiceShare, "modelled").Value, Of(Metrics.ChoiceShare, "modelled").Basis));
            Assert.Equal((5000, 2, "instructions"), (Of(Metrics.PacketInstructions, "plain").Value, Of(Metrics.PacketInstructions, "plain").N, Of(Metrics.PacketInstructions, "plain").Unit));
            Assert.Equal(family == 4 ? 0.005 : -0.003, Of(Metrics.UnusedOverhead, "unused").Value, 12);
            Assert.False(Of(Metrics.PacketInstructions, "plain").Metric.IsTimed);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Peers_have_times_to_set_up_and_ratios_to_one_device(int family)
    {
        var figures = Read(Experiment.HubPeers, HubRows.Peers);
        Figure Of(Metric metric, string scheme, int peers, string item = "plain") =>
            Assert.Single(figures, f => f.Metric == metric && f.Family == family && f.Scheme == scheme && f.Peers == peers && f.Item == item);
        Assert.Equal(2e9, Of(Metrics.SetUpTime, "gateway", 100).Value, 3); // 1 s to create, and 1 s to bring up
        Assert.Equal(1.5, Of(Metrics.SetUpTime.AsRatio, "devices", 100).Value, 12); // once the same, and once twice as much
        Assert.Equal(1, Of(Metrics.SetUpTime.AsRatio, "gateway", 10, "A/A").Value, 12);
        Assert.Equal(1.5, Of(Metrics.ShareTime.AsRatio, "devices", 10, "replace").Value, 12);
        Assert.Equal(1, Of(Metrics.ShareTime.AsRatio, "gateway", 10, "A/A").Value, 12);
        Assert.Equal((2.0, "hub-peers", 6), (Of(Metrics.AllMemory.AsRatio, "devices", 1).Value, Of(Metrics.AllMemory, "devices", 1).Experiment, (int)Of(Metrics.ShareLost, "devices", 100, "replace").Value));
        Assert.Equal(8192, Of(Metrics.AllMemory.PerPeer, "devices", 100).Value);
    }

    [Fact]
    public void A_variant_of_two_processors_is_another_row_than_that_of_one()
    {
        var one = "create_time,1,s,gateway,6,create,none,0,10,0,plain\n";
        var figures = Read(Experiment.HubPeers, $"{HubRows.Header}\n{one}{one.Replace(",plain", ",smp-plain", StringComparison.Ordinal)}");
        Assert.Equal([("", "plain"), (Names.TwoProcessors, "plain")], figures.Select(f => (f.Structure, f.Item)));
    }

    [Theory]
    [InlineData("pbs,1,packets/s,gateway,4,encrypt,hot,10,8,64,plain", "no metric for the row 'pbs'")]
    [InlineData("create_time,1,s,gateway,4,create,none,0,8,0,plain", "no metric for the row 'create_time'")]
    [InlineData("time,1,ns,gateway,4,encrypt,hot,10,8,64,plain", "no metric for the row 'time'")]
    [InlineData("pps,1,ns,gateway,6,encrypt,hot,10,8,64,plain", "pps in ns, not in per second")]
    [InlineData("pps,1,packets/s,tunnel,6,encrypt,hot,10,8,64,plain", "no such scheme: 'tunnel'")]
    [InlineData("pps,1,packets/s,gateway,6,encode,hot,10,8,64,plain", "no such operation or keys: 'encode', 'hot'")]
    [InlineData("pps,1,packets/s,gateway,6,encrypt,cold,10,8,64,plain", "no such operation or keys: 'encrypt', 'cold'")]
    [InlineData("pps,nan,packets/s,gateway,4,encrypt,hot,10,8,64,plain", "not a row of a family and numbers")]
    [InlineData("pps,1,packets/s,gateway,5,encrypt,hot,10,8,64,plain", "not a row of a family and numbers")]
    [InlineData("pps,1,packets/s,gateway,4,encrypt,hot,-10,8,64,plain", "not a row of a family and numbers")]
    [InlineData("pps,1,packets/s,gateway,4,encrypt,hot,10,8,64,", "not a row of a family and numbers")]
    [InlineData("pps,1,packets/s,gateway,4,encrypt,hot,10,8,64", "not a row of a family and numbers")]
    public void A_line_that_is_no_row_is_refused_with_file_and_line(string line, string reason)
    {
        var file = _scratch.Write("rows.csv", $"{HubRows.Header}\npps,1,packets/s,gateway,4,encrypt,hot,10,8,64,plain\n{line}\n");
        var error = Assert.Throws<UserException>(() => PacketRows.Read(Experiment.HubPackets, [file]));
        Assert.StartsWith($"{file}, line 3: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name,value,unit\n")]
    public void A_file_with_other_columns_is_refused(string text)
    {
        var file = _scratch.Write("rows.csv", text);
        Assert.StartsWith($"{file}, line 1: ", Assert.Throws<UserException>(() => PacketRows.Read(Experiment.HubPeers, [file])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_name_that_the_scripts_print_has_a_metric()
    {
        // row(hub, t, "pps", ...) and row("storm", "storm_time", ...) of C programs, lists of names, and row("repeat", ...) of awk.
        var folder = Path.Combine(LabBuild.FindCheckout(), "kernel-patch/packets");
        string[] Names(string path, string pattern) => [.. Directory.EnumerateFiles(path).Select(File.ReadAllText)
            .SelectMany(text => Regex.Matches(text, pattern, RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1))).Select(match => match.Groups["name"].Value).Distinct()];
        var packets = Names(folder, """row\((&?\w+(\[\w+\])?, \w+, |)"(?<name>[a-z0-9_]+)",""");
        var peers = Names(Path.Combine(folder, "peers"), """row\w*\((scheme, |"default-route", |)("\w+"|operation), "(?<name>[a-z0-9_]+)",|"(?<name>(memory|threads)_[a-z0-9_]+|sockets|ports|interfaces|pool_workqueues|(load|create)_(messages|bytes))"[, ]""");
        Assert.True(packets.Length > 15 && peers.Length > 35, $"{packets.Length} and {peers.Length} names");
        Assert.Equal([], packets.Where(name => Metrics.OfHub(name, Experiment.HubPackets) is null));
        Assert.Equal([], peers.SelectMany(name => name.StartsWith("memory", StringComparison.Ordinal) ? (string[])[name, $"{name}_per_peer"] : [name]).Where(name => Metrics.OfHub(name, Experiment.HubPeers) is null));
    }

    private IReadOnlyList<Figure> Read(Experiment experiment, string text, bool two = false) => PacketRows.Read(experiment, [_scratch.Write("rows.csv", text)], two);
}
