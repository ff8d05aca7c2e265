// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Reports.Plots;
using Sim.Reports.Views;
using Sim.Runner.Tests.Commands;
using Sim.Runner.Tests.Validation;
using Sim.Validation.Packets;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>The report of packets and peers, from made-up rows.</summary>
public sealed class HubSectionTests
{
    [Fact]
    public void Each_family_has_a_verdict_on_packets_and_one_on_instructions()
    {
        using var folder = ReportFolder.Of(Packets());
        var text = PageText.Of(folder.Html);
        foreach (var sentence in (string[])
        [
            "IPv4, 1 000 prefixes, packets of 64 bytes: compared with AllowedIPs and a route per prefix, a hub in mode gateway encrypts 25 % faster (ratio 1.25 ) and decrypts 25 % faster (ratio 1.25 ). The noise is ±1.0 %.",
            "IPv6, 1 000 prefixes, packets of 64 bytes: compared with AllowedIPs and a route per prefix, a hub in mode gateway encrypts about as fast (ratio 1.00 ) and decrypts about as fast (ratio 1.00 ). The noise is ±1.0 %.",
            "IPv4, 1 000 prefixes, packets of 64 bytes: a packet that the hub encrypts takes 4 500 instructions in mode gateway, and 5 000 with AllowedIPs and a route per prefix. The choice of the peer is 2.0 % and 8.0 % of them. With crypto at its published cost, it is 4.0 % and 16 % of the time modelled.",
            "IPv6, 1 000 prefixes, packets of 64 bytes: a packet that the hub decrypts takes 4 500 instructions in mode gateway",
            "IPv6: no packet reached a wrong peer or was damaged. Beside changes, packets were lost: 8.",
            "IPv4: if no route names a peer, the series adds 0.50 % to the instructions of a packet at most, compared with Linux without the series. IPv6: if no route names a peer, the series adds −0.30 % to the instructions",
            "At worst AllowedIPs, all routes keeps 75 % of the packets a second.",
            "The instructions of two runs differ by 0.20 % at most.",
        ])
            Assert.Contains(sentence, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_family_has_tables_of_packets_and_plots_over_the_size_of_the_table()
    {
        using var folder = ReportFolder.Of(Packets());
        var (html, text) = (folder.Html, PageText.Of(folder.Html));
        foreach (var family in (int[])[4, 6])
        {
            foreach (var operation in (string[])["encrypts", "decrypts"])
            {
                Assert.Contains($"IPv{family}, packets that the hub {operation}, packets of 64 bytes: rate and latency measured", text, StringComparison.Ordinal);
                Assert.Contains($"IPv{family}, packets that the hub {operation}, packets of 64 bytes: instructions measured modelled", text, StringComparison.Ordinal);
                Assert.Contains($"IPv{family}, packets that the hub {operation}, packets of 64 bytes, two processors measured", text, StringComparison.Ordinal);
            }
        }

        Assert.Contains("1 000 prefixes AllowedIPs, all routes 7 500 6 250 – 8 750 – 1.00 0.990 – 1.01", text, StringComparison.Ordinal);
        Assert.Contains("changes without a pause 5 625", text, StringComparison.Ordinal);
        AssertLinks(html);
        Assert.Equal(
            ["plot-hub-packets-decrypt-4.png", "plot-hub-packets-decrypt-6.png", "plot-hub-packets-encrypt-4.png", "plot-hub-packets-encrypt-6.png"],
            folder.Files.Where(name => name.EndsWith(".png", StringComparison.Ordinal)));
        Assert.Contains("How many IPv4 packets a second does the hub encrypt, by size of the table?", text, StringComparison.Ordinal);
        Assert.Contains("With 10 prefixes: 7 500 a second (AllowedIPs, all routes) to 9 375 a second (mode gateway). With 1 000 prefixes:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_family_has_a_verdict_on_peers_and_tables_of_their_costs()
    {
        using var folder = ReportFolder.Of(Peers());
        var (html, text) = (folder.Html, PageText.Of(folder.Html));
        foreach (var family in (int[])[4, 6])
        {
            Assert.Contains($"IPv{family}, 100 peers: a device per peer takes 2.0 times as much kernel memory as one device (ratio 2.00 ), and its set-up is 1.5 times slower (ratio 1.50, noise ±0 %).", text, StringComparison.Ordinal);
            Assert.Contains($"IPv{family}, 100 peers: each peer takes 8 192 bytes of kernel memory with a device of its own, and 4 096 bytes on one device. There are 100 interfaces instead of 1, 200 UDP sockets instead of 2.", text, StringComparison.Ordinal);
            foreach (var title in (string[])["set up", "kernel memory after set-up", "delete", "load the table", "failover of one peer’s share", "handshakes of all peers at once", "notifications of set-up", "one scan by a daemon"])
                Assert.Contains($"IPv{family}, {title} measured", text, StringComparison.Ordinal);
        }

        AssertLinks(html);
        Assert.Equal(["plot-hub-peers-memory.png", "plot-hub-peers-time.png"], folder.Files.Where(name => name.EndsWith(".png", StringComparison.Ordinal)));
        Assert.Contains("With 1 peer: 4 096 bytes (one device, IPv4) to 8 192 bytes (a device per peer, IPv4). With 100 peers: 400.0 KiB (one device, IPv4) to", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_run_gives_no_verdict_on_times_and_keeps_counts()
    {
        var run = Packets();
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures.Select(f => f.Metric.IsTimed ? f with { Flag = Figure.Busy } : f)] });
        var text = PageText.Of(folder.Html);
        foreach (var family in (int[])[4, 6])
            Assert.Contains($"IPv{family}: the machine was busy, so this run has no verdict on packets a second.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("encrypts 25 % faster", text, StringComparison.Ordinal);
        Assert.DoesNotContain("At worst", text, StringComparison.Ordinal);
        Assert.Contains("takes 4 500 instructions in mode gateway", text, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(text, "The machine was busy: these values give no verdict"));
    }

    [Fact]
    public void Without_an_A_A_row_there_is_no_verdict_on_packets()
    {
        var run = Packets();
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures.Where(f => !f.IsNoise)] });
        Assert.Contains("IPv6: without an A/A row this run has no verdict on packets a second.", PageText.Of(folder.Html), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    public void The_plots_are_readable(int width)
    {
        var specs = HubPlots.OfPackets(HubView.Of(new Rows(Packets()))!).Concat(HubPlots.OfDevices(HubView.Of(new Rows(Peers()))!)).ToList();
        Assert.Equal(HubPlots.AllNames, specs.Select(spec => spec.Name));
        foreach (var spec in specs)
            PlotTests.AssertReadable(spec.Name, spec.Chart, width, spec.Question);
    }

    internal static RunResult Packets() => Run("validate --parts packets", scratch =>
    [
        .. PacketRows.Read(Experiment.HubPackets, [scratch.Write("packets.csv", HubRows.Packets)]), .. PacketRows.Read(Experiment.HubPackets, [scratch.Write("smp.csv", HubRows.Changes)], two: true),
        .. PacketRows.Read(Experiment.HubPackets, [scratch.Write("instructions.csv", HubRows.Instructions)]),
    ]);

    internal static RunResult Peers() => Run("validate --parts peers", scratch => [.. PacketRows.Read(Experiment.HubPeers, [scratch.Write("peers.csv", HubRows.Peers)])]);

    private static RunResult Run(string command, Func<Scratch, IReadOnlyList<Figure>> figures)
    {
        using var scratch = new Scratch();
        return new FabricatedRun().Build() with { Command = command, Figures = figures(scratch) };
    }

    private static void AssertLinks(string html)
    {
        var ids = Regex.Matches(html, "id=\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1)).Select(match => match.Groups["id"].Value).ToHashSet();
        Assert.All(html.Split("href=\"#").Skip(1).Select(part => part[..part.IndexOf('"')]).Distinct(), link => Assert.Contains(link, ids));
    }
}
