// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Packets through a hub: what they cost under each scheme, and the share of the choice of the peer.</summary>
internal static class HubSection
{
    private const string ToBaseline = "ratio to AllowedIPs, all routes";

    private static readonly HubColumn[] s_speed =
    [
        new("packets a second", Metrics.PacketRate), new(ToBaseline, Metrics.PacketRate.AsRatio), new("A/A", Metrics.PacketRate.AsRatio, Names.SelfItem), new("time per packet", Metrics.PacketTime),
        new("latency, median", Metrics.LatencyMedian), new("99th percentile", Metrics.LatencyP99), new("99.9th", Metrics.LatencyP999), new("latency alone, median", Metrics.AloneMedian),
        new("99th percentile", Metrics.AloneP99), new("99.9th", Metrics.AloneP999),
    ];

    private static readonly HubColumn[] s_instructions =
    [
        new("instructions per packet", Metrics.PacketInstructions), new(ToBaseline, Metrics.PacketInstructions.AsRatio), new("of the crypto", Metrics.CryptoInstructions),
        new("of routing", Metrics.RouteInstructions), new("of the peer’s choice", Metrics.ChoiceInstructions), new("share", Metrics.ChoiceShare),
        new("share of time", Metrics.ChoiceShare, Variants.Modelled),
    ];

    private static readonly HubColumn[] s_changes =
    [
        new("packets a second", Metrics.PacketRate), new("ratio to no changes", Metrics.PacketRate.AsRatio), new("latency, median", Metrics.LatencyMedian), new("99.9th percentile", Metrics.LatencyP999),
        new("changes a second", Metrics.RateOfChanges), new("packets meanwhile on their way", Metrics.PacketsMoving), new("packets lost", Metrics.PacketsMissing), new("dropped and counted", Metrics.PacketsDropped),
        new("at a wrong peer", Metrics.PacketsAstray), new("damaged", Metrics.PacketsAltered),
    ];

    private static readonly HubColumn[] s_unused =
    [
        new("without the series", Metrics.PacketInstructions, Variants.Stock), new("series unused", Metrics.PacketInstructions, Variants.Plain), new("more", Metrics.UnusedOverhead),
    ];

    public static Section Of(HubView view, IReadOnlyList<PagePlot> plots) => new("packets", "Packets", "What a packet costs", Html.If(view.Has(Experiment.HubPackets), $"""
        {Html.Concat(view.Families, family => $"<p class=\"headline\">{Headline(family)}</p>\n")}{AnswerSection.Warnings(view.Rows.Result)}
        {Html.Concat(view.Families.SelectMany(Sentences), sentence => $"<p>{sentence}</p>\n")}
        {Html.Concat(plots, Page.Figure)}
        <p>A hub forwards UDP packets between a veth and a WireGuard device with eight peers. It encrypts the packets that come from the veth, and decrypts those that come from peers. Packets a second, times and
        latencies are those of User-Mode Linux on one processor, where a system call costs more than natively. They are medians over rounds in which the schemes are interleaved. A ratio is the median over
        pairs of rounds, with quartiles. A/A is the ratio of a configuration to itself: a smaller difference proves nothing. Instructions are those of the hub alone, counted by function
        in QEMU with <code>-icount</code>; they do not depend on a clock, and know no caches. The choice of the peer includes WireGuard’s own FIB lookups. The share of time is modelled: one instruction a cycle, except
        for the crypto, which takes its published cost with AVX2.{Repeated(view)}</p>
        {Html.Concat(view.Families, Packets)}{Unused(view)}{Html.Concat(view.Families, Changes)}
        """));

    /// <summary>Returns sentences that compare mode gateway with AllowedIPs, for the largest table and the smallest packets.</summary>
    private static Html Headline(HubView view)
    {
        var ratios = view.Main(Metrics.PacketRate.AsRatio).Where(f => f.Scheme == SchemeName.Gateway).ToList();
        if (ratios.Count == 0)
            return $"IPv{view.Family}: this run does not compare mode gateway with AllowedIPs.";
        if (view.Noise(ratios[0]) is not { } noise)
            return $"IPv{view.Family}: without an A/A row this run has no verdict on packets a second.";
        if (ratios.Exists(f => f.Flag.Length > 0))
            return $"IPv{view.Family}: the machine was busy, so this run has no verdict on packets a second.";
        return $"""
            IPv{view.Family}, {Case(ratios[0])}: compared with AllowedIPs and a route per prefix, a hub in mode gateway {Html.Join(" and ", ratios.Select(f =>
                (Html)$"{Verb(f)} {HubView.Speed(f, noise, 1 / f.Value)} (ratio {Markup.Link(view.Rows, f, Scale.Ratio)})"))}. The noise is {Numbers.Percent(noise)}.
            """;
    }

    private static string Verb(Figure f) => f.Operation == Operations.Decrypt ? "decrypts" : "encrypts";

    private static string Case(Figure f) => $"{Numbers.Show(f.Prefixes ?? 0)} prefixes, {Bytes(f.X)}";

    private static string Bytes(double? size) => $"packets of {Numbers.Show(size ?? 0)} bytes";

    private static IEnumerable<Html> Sentences(HubView view)
    {
        foreach (var row in view.Main(Metrics.PacketInstructions).Where(f => f.Scheme == SchemeName.Gateway))
        {
            if (view.Beside(row, Metrics.PacketInstructions, scheme: SchemeName.FullAllowedIps) is not { } baseline)
                continue;
            yield return $"""
                IPv{view.Family}, {Case(row)}: a packet that the hub {Verb(row)} takes {Markup.Link(view.Rows, row, HubTables.ScaleOf(row))} instructions in mode gateway, and
                {Markup.Link(view.Rows, baseline, HubTables.ScaleOf(baseline))} with AllowedIPs and a route per prefix. {Shares(view, row, baseline)}
                """;
        }

        if (Delivered(view) is { IsEmpty: false } delivered)
            yield return delivered;
    }

    private static Html Shares(HubView view, Figure gateway, Figure allowedIps)
    {
        Html? Both(string? variant) => view.Beside(gateway, Metrics.ChoiceShare, variant) is { } one && view.Beside(allowedIps, Metrics.ChoiceShare, variant) is { } other
            ? (Html)$"{HubTables.Share(view, one)} and {HubTables.Share(view, other)}" : null;
        return $"""
            {(Both(null) is { } counted ? (Html)$"The choice of the peer is {counted} of them." : null)}{(Both(Variants.Modelled) is { } modelled
                ? (Html)$" With crypto at its published cost, it is {modelled} of the time {Markup.BasisTag(Basis.Modelled)}." : null)}
            """;
    }

    /// <summary>Returns a sentence on the packets that did not arrive where they should.</summary>
    private static Html Delivered(HubView view)
    {
        double Sum(Metric metric) => view.Of(metric).Sum(f => f.Value);
        var (lost, bad) = (Sum(Metrics.PacketsMissing), Sum(Metrics.PacketsAstray) + Sum(Metrics.PacketsAltered));
        return !view.Of(Metrics.PacketsAstray).Any() ? new Html() : bad > 0
            ? (Html)$"<strong class=\"bad\">IPv{view.Family}: {Numbers.Show(bad)} packets reached a wrong peer or were damaged.</strong>"
            : $"IPv{view.Family}: no packet reached a wrong peer or was damaged. {(lost > 0 ? $"Beside changes, packets were lost: {Numbers.Show(lost)}." : "None was lost.")}";
    }

    /// <summary>Returns tables of speed and of instructions for each direction and payload. Those of random prefixes are shown, and the others are
    /// folded.</summary>
    private static Html Packets(HubView view)
    {
        Html Tables(bool isMain, string title, HubColumn[] columns) => Html.Concat(
            view.Cases([columns[0].Metric]).Where(f => IsMain(f) == isMain && Variants.Rate.PartOf(f.Item) is null && f.Item != Variants.Stock).OrderBy(f => f.X).GroupBy(f => (f.Operation, f.X)),
            table => HubTables.Of(
                view, $"IPv{view.Family}, {Words.Operation(table.Key.Operation)}, {Bytes(table.Key.X)}: {title}",
                [.. table.OrderBy(f => f.Keys).ThenBy(f => f.Item).ThenBy(f => f.Prefixes)],
                f => Words.Listed($"{Numbers.Show(f.Prefixes ?? 0)} prefixes", isMain ? "" : Words.Keys(f.Keys), Variants.Words(f.Item)), f => SchemeName.All.Words(f.Scheme), columns));
        Html Both(bool isMain) => $"{Tables(isMain, "rate and latency", s_speed)}{Tables(isMain, "instructions", s_instructions)}";
        return $"{Both(true)}{HubTables.Folded($"IPv{view.Family}: other keys, GSO, rp_filter and generic crypto", Both(false))}";
    }

    private static Html Repeated(HubView view) => view.Of(Metrics.RepeatDifference).MaxBy(f => f.Value) is { } most
        ? (Html)$" The instructions of two runs differ by {HubTables.Share(view, most)} at most." : new Html();

    private static bool IsMain(Figure f) => f.Keys == KeyPatterns.Prefixes && f.Item == Variants.Plain;

    private static Html Unused(HubView view)
    {
        var cases = view.Of(Metrics.UnusedOverhead).ToList();
        return Html.If(cases.Count > 0, $"""
            <h3 id="{new Anchor("unused")}">Compiled in and unused</h3>
            <p>{Html.Join(" ", cases.GroupBy(f => f.Family).Select(family => family.MaxBy(f => f.Value)!).Select(most =>
                (Html)$"IPv{most.Family}: if no route names a peer, the series adds {HubTables.Share(view, most)} to the instructions of a packet at most, compared with Linux without the series."))}</p>
            {HubTables.Of(
                view, "Instructions per packet, Linux 7.3 without the series and with the series unused", cases,
                f => $"IPv{f.Family}, {Words.Operation(f.Operation)}, {Bytes(f.X)}", f => $"{SchemeName.All.Words(f.Scheme)}, {Numbers.Show(f.Prefixes ?? 0)} prefixes, {Words.Keys(f.Keys)}", s_unused)}
            """);
    }

    private static Html Changes(HubView view)
    {
        var cases = view.Cases([Metrics.PacketRate]).FindAll(f => Variants.Rate.PartOf(f.Item) is not null);
        var slowest = cases.Select(f => view.Beside(f, Metrics.PacketRate.AsRatio)).OfType<Figure>().Where(f => f.Flag.Length == 0).MinBy(f => f.Value);
        return Html.If(cases.Count > 0, $"""
            <h3 id="{new Anchor($"changes-{view.Family}")}">IPv{view.Family}: changes by another processor</h3>
            <p>One processor forwards packets while the other moves prefixes from peer to peer: in AllowedIPs, or by replacing routes.{(slowest is null ? null : (Html)$" At worst {SchemeName.All.Words(slowest.Scheme)} keeps {Markup.Link(view.Rows, slowest, Phrases.Percent(slowest.Value))} of the packets a second.")}
            A packet may go to the peer of before or of after a change.</p>
            {Html.Concat(cases.GroupBy(f => (f.Operation, f.X)), table => HubTables.Of(
                view, $"IPv{view.Family}, {Words.Operation(table.Key.Operation)}, {Bytes(table.Key.X)}, two processors", [.. table],
                f => $"{SchemeName.All.Words(f.Scheme)}, {Numbers.Show(f.Prefixes ?? 0)} prefixes, {Words.Keys(f.Keys)}", f => Variants.Words(f.Item), s_changes))}
            """);
    }
}
