// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Real routing daemons: the costs of a full table, failovers, and the scenes in which packets pass or do not.</summary>
internal static class DaemonSection
{
    private static readonly (string Head, Metric Metric)[] s_load =
    [
        ("FIB complete", Metrics.FibComplete), ("ratio to plain routes", Metrics.FibCompleteRatio), ("agent has copied all", Metrics.AgentComplete),
        ("CPU, daemon", Metrics.CpuDaemon), ("CPU, agent", Metrics.CpuAgent), ("CPU, machine", Metrics.CpuMachine), ("ratio to plain routes", Metrics.CpuMachineRatio),
        ("peak memory", Metrics.PeakMemory), ("kernel memory", Metrics.KernelMemory), ("netlink messages", Metrics.NetlinkMessages), ("netlink bytes", Metrics.NetlinkBytes),
    ];

    private static readonly (string Head, Metric Metric)[] s_failover =
    [
        ("last packet to the lost spoke", Metrics.LastWrong), ("packets to it", Metrics.WrongPackets), ("last packet lost", Metrics.LastLost), ("packets lost", Metrics.LostPackets),
        ("packets sent", Metrics.FailoverPackets), ("longest pause between them", Metrics.LongestPause), ("requests", Metrics.Requests), ("routes replaced", Metrics.RoutesReplaced), ("routes added", Metrics.RoutesAdded), ("routes removed", Metrics.RoutesRemoved),
        ("netlink messages", Metrics.NetlinkMessages), ("netlink bytes", Metrics.NetlinkBytes), ("CPU, machine", Metrics.CpuMachine),
    ];

    private static readonly (string Head, Metric Metric)[] s_replay =
    [
        ("median", Metrics.LagMedian), ("99th percentile", Metrics.LagP99), ("longest", Metrics.LagMost), ("after the end of the trace", Metrics.Behind), ("UPDATEs", Metrics.ReplayUpdates),
        ("prefixes announced or withdrawn", Metrics.ReplayChanges), ("CPU, daemon", Metrics.CpuDaemon), ("CPU, agent", Metrics.CpuAgent), ("CPU, machine", Metrics.CpuMachine),
        ("kernel memory", Metrics.KernelMemory), ("netlink messages", Metrics.NetlinkMessages), ("netlink bytes", Metrics.NetlinkBytes),
    ];

    private static readonly (string Head, Metric Metric)[] s_scan =
        [("CPU, daemon", Metrics.CpuDaemon), ("CPU, machine", Metrics.CpuMachine), ("netlink messages", Metrics.NetlinkMessages), ("netlink bytes", Metrics.NetlinkBytes)];

    /// <summary>The agent is a command of the lab’s program.</summary>
    private const string AgentProcess = "full";

    public static Section Of(DaemonView view, IReadOnlyList<PagePlot> plots) => new("daemons", "Daemons", "Real daemons", $"""
        <p class="headline">{Headline(view)}</p>
        {AnswerSection.Warnings(view.Rows.Result)}{Html.Concat(Sentences(view), sentence => $"<p>{sentence}</p>\n")}
        <p>The daemon, its configuration and its BGP sessions are the same in all ways. In mode gateway the next hop of a route chooses the peer. An agent copies each new route into AllowedIPs:
        today’s way on one device. Plain routes lead to a dummy device and to no peer; they are the baseline. CPU of the machine includes the eight spokes. Kernel memory is the growth of slabs,
        per-CPU memory and vmalloc. Netlink is all that nlmon sees: requests, answers and notifications. Ratios are medians over pairs of rounds{Rounds(view)}.</p>
        {Tables(view, "loading", Metrics.FibComplete, f => Daemons.All.Words(f.Structure), f => SchemeName.All.Words(f.Scheme), s_load)}
        <p>In the plots, orange ways keep prefixes in AllowedIPs, blue ones in routes, and grey is the baseline, as the text beside every mark says.</p>
        {Html.Concat(plots, Page.Figure)}
        <p>During a failover the hub sends 1,000 packets a second to prefixes of the spoke that fails. A packet is lost if it comes to no spoke.</p>
        {Tables(view, "failover", Metrics.LastWrong, f => Words.Capital(Failovers.All.Words(f.Item)), f => $"{Daemons.All.Words(f.Structure)}, {SchemeName.All.Words(f.Scheme)}", s_failover)}{Scans(view)}{Traces(view)}{Matrix(view)}
        """)
    {
        Parts = view.Of(Metrics.PairsPassed).Count > 0 ? [("daemon-scenes", "Which packets pass")] : [],
    };

    /// <summary>Returns the time of mode gateway compared with plain routes, for each daemon and family.</summary>
    private static Html Headline(DaemonView view)
    {
        var compared = view.Of(Metrics.FibCompleteRatio).Where(f => f.Scheme == SchemeName.Gateway)
            .Select(ratio => (Ratio: ratio, Time: view.Beside(ratio, Metrics.FibComplete))).Where(pair => pair.Time is not null).ToList();
        if (compared.Count == 0)
            return $"This run does not compare mode gateway with plain routes.";
        if (compared.Exists(pair => pair.Ratio.Flag.Length > 0))
            return $"The machine was busy: this run has no verdict on times.";
        var daemons = compared.GroupBy(pair => pair.Ratio.Structure).Select(daemon => (Html)$"{Daemons.All.Words(daemon.Key)} fills the FIB in {Html.Join(", and in ", daemon.Select(pair =>
            (Html)$"{Markup.Link(view.Rows, pair.Time!)} ({Numbers.Show(pair.Ratio.Prefixes!.Value)} IPv{pair.Ratio.Family} prefixes), {Markup.Link(view.Rows, pair.Ratio)} times the time with plain routes"))}.");
        return Html.Join(" ", daemons);
    }

    private static IEnumerable<Html> Sentences(DaemonView view)
    {
        foreach (var kind in view.Outages.Where(f => f.Flag.Length == 0).GroupBy(f => (f.Item, f.Structure, f.Family)))
        {
            var ways = kind.OrderBy(f => f.Value).Select(f => (Html)$"after {Markup.Link(view.Rows, f)} with {SchemeName.All.Words(f.Scheme)}");
            yield return $"{Daemons.All.Words(kind.Key.Structure)}, IPv{kind.Key.Family}, {Failovers.All.Words(kind.Key.Item)}: every packet reaches another spoke {Html.Join(", and ", ways)}.";
        }
    }

    private static string Rounds(DaemonView view) => view.Of(Metrics.FibComplete) is { Count: > 0 } times && times.TrueForAll(f => f.N == 1)
        ? "; this run has one round, so it does not show how much the ratios vary" : "";

    /// <summary>Returns a table for each family and number of prefixes. Each line shows a row of the first metric, and the matching rows of the
    /// other metrics.</summary>
    private static Html Tables(
        DaemonView view, string title, Metric first, Func<Figure, string> group, Func<Figure, string> line, (string Head, Metric Metric)[] columns,
        Func<Figure, bool>? isShown = null)
    {
        Html? Cell(Figure row, Metric metric) => metric != Metrics.PeakMemory ? Markup.Value(view.Rows, view.Beside(row, metric))
            : Html.Join("<br>", view.PeakMemory(row).Select(f => (Html)$"{(f.Item == AgentProcess ? "agent" : f.Item)} {Markup.Value(view.Rows, f)}"));
        return Html.Concat(view.Of(first).Where(isShown ?? (f => f.Operation != Operations.Hold)).GroupBy(f => (f.Family, f.Prefixes)), table =>
        {
            var shown = Array.FindAll(columns, column => table.Any(row => Cell(row, column.Metric) is { IsEmpty: false }));
            var body = table.GroupBy(group).Select(lines => Markup.Group(
                shown.Length + 1, lines.Key, lines.Select(row => Markup.Row(line(row), shown.Select(column => Cell(row, column.Metric))))));
            return Markup.Table(
                $"IPv{table.Key.Family}, {title}, {Numbers.Show(table.Key.Prefixes!.Value)} prefixes", Markup.Head(1, ["", .. shown.Select(column => column.Head)]), Html.Join("", body), "costs",
                Markup.BasisTags(table));
        });
    }

    private static Html Scans(DaemonView view) => Html.If(view.Of(Metrics.CpuDaemon).Exists(IsScan), $"""
        <p>BIRD reads all routes of the kernel once in each scan time, 60 s unless its configuration says otherwise. This is what one such scan takes.</p>
        {Tables(view, "one scan", Metrics.CpuDaemon, f => Daemons.All.Words(f.Structure), f => SchemeName.All.Words(f.Scheme), s_scan, IsScan)}
        """);

    private static bool IsScan(Figure row) => row.Operation == Operations.Scan;

    private static Html Traces(DaemonView view) => Html.If(view.Of(Metrics.ReplayUpdates).Count > 0, $"""
        <p>In a trace eight spokes play the updates of as many BGP peers, with their attributes, while the hub sends packets to beacons: prefixes that one spoke announces at a known time. The
        first columns show how long after its UPDATE a packet reaches a beacon. That time covers the queue of the session, the daemon, the kernel, and the agent if there is one.</p>
        {Tables(view, "trace", Metrics.ReplayUpdates, f => Words.Capital($"{f.Item} times that of the recording"), f => $"{Daemons.All.Words(f.Structure)}, {SchemeName.All.Words(f.Scheme)}", s_replay)}
        """);

    private static Html Matrix(DaemonView view)
    {
        var (first, second) = (view.Of(Metrics.PairsPassed).FindAll(f => f.Family == 4), view.Of(Metrics.PairsPassed).FindAll(f => f.Family == 6));
        Html Share(Figure f) => Markup.Link(view.Rows, f, f.Value switch { 1 => "all packets", 0 => "none", _ => $"{Phrases.Percent(f.Value)} of the pairs" });
        var scenes = first.Zip(second).GroupBy(pair => pair.First.Structure).Select(scene => Markup.Group(4, scene.Key, scene.Select(pair => Markup.Row(
            SchemeName.All.Words(pair.First.Scheme), [(Html)$"{pair.First.Item}", Share(pair.First), Share(pair.Second)]))));
        return Html.If(first.Count > 0, $"""
            <h3 id="{new Anchor("daemon-scenes")}">Which packets pass</h3>
            <p>Each scene is a small network of daemons. At each step every node sends packets to every other node. The table lists the steps in their order, and which packets pass; the run
            claims and checks exactly that.</p>
            {Markup.Table("Scenes", Markup.Head(1, ["", "settings", "IPv4", "IPv6"]), Html.Join("", scenes), "costs", Markup.BasisTags(first))}
            """);
    }
}
