// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Peers on one WireGuard device, and on a device each: memory, set-up, loading, failover and handshakes.</summary>
internal static class DeviceSection
{
    private static readonly HubColumn[] s_create =
    [
        new("create", Metrics.CreateTime), new("bring up", Metrics.UpTime), .. Compared("both", Metrics.SetUpTime), new("requests", Metrics.CreateMessages), new("bytes", Metrics.CreateBytes),
        new("interfaces", Metrics.Interfaces), new("sockets", Metrics.Sockets), new("ports", Metrics.Ports), new("NAPI threads", Metrics.NapiThreads),
        new("rescuer threads", Metrics.RescuerThreads), new("pool_workqueues", Metrics.PoolWorkqueues),
    ];

    private static readonly HubColumn[] s_memory =
    [
        new("all", Metrics.AllMemory), new("per peer", Metrics.AllMemory.PerPeer), new("ratio to one device", Metrics.AllMemory.AsRatio), new("slabs", Metrics.SlabMemory),
        new("objects in slabs", Metrics.SlabObjectMemory), new("vmalloc", Metrics.VmallocMemory), new("per-CPU", Metrics.PercpuMemory), new("page tables", Metrics.PageTableMemory),
        new("kernel stacks", Metrics.StackMemory), new("other", Metrics.OtherMemory),
    ];

    private static readonly HubColumn[] s_notes =
    [
        new("links", Metrics.LinkNotes), new("addresses", Metrics.AddressNotes), new("routes", Metrics.RouteNotes), new("others", Metrics.OtherNotes), new("bytes", Metrics.NoteBytes),
    ];

    /// <summary>The tables in their order: the operation, a title and the columns.</summary>
    private static readonly (string Operation, string Title, HubColumn[] Columns)[] s_tables =
    [
        (Operations.Create, "set up", s_create), (Operations.Create, "kernel memory after set-up", s_memory), (Operations.Delete, "delete", [.. Compared("delete", Metrics.DeleteTime)]),
        (Operations.Load, "load the table", [.. Compared("load", Metrics.TableTime), new("requests", Metrics.TableMessages), new("bytes", Metrics.TableBytes), .. s_memory]),
        (Operations.Failover, "failover of one peer’s share",
        [
            .. Compared("move the share", Metrics.ShareTime), new("requests", Metrics.ShareMessages), new("bytes", Metrics.ShareBytes), new("packets sent meanwhile", Metrics.SharePackets),
            new("to the lost peer", Metrics.ShareOldWay), new("to no peer", Metrics.ShareLost),
        ]),
        (Operations.Storm, "handshakes of all peers at once",
        [
            new("half have a session", Metrics.StormHalfTime), .. Compared("all have a session", Metrics.StormTime), new("CPU, machine", Metrics.StormCpu), new("initiations", Metrics.StormInitiations),
            new("responses", Metrics.StormResponses), new("cookie replies", Metrics.StormCookies), new("without an answer", Metrics.StormUnanswered), new("kernel memory", Metrics.AllMemory),
        ]),
        (Operations.Create, "notifications of set-up", s_notes), (Operations.Delete, "notifications of deletion", s_notes), (Operations.Load, "notifications of loading", s_notes),
        (Operations.Failover, "notifications of failover", s_notes), ("", "one scan by a daemon", [new("messages", Metrics.InterfaceScanMessages), new("bytes", Metrics.InterfaceScanBytes)]),
    ];

    public static Section Of(HubView view, IReadOnlyList<PagePlot> plots) => new("devices", "Peers", "One device, or a device per peer", Html.If(view.Has(Experiment.HubPeers), $"""
        {Html.Concat(view.Families, family => $"<p class=\"headline\">{Headline(family)}</p>\n")}{AnswerSection.Warnings(view.Rows.Result)}
        {Html.Concat(view.Families.SelectMany(Sentences), sentence => $"<p>{sentence}</p>\n")}
        {Html.Concat(plots, Page.Figure)}
        <p>The hub is one device with N peers, or N devices with one peer each, in a patched kernel in User-Mode Linux. One device is in mode gateway, unless a line says otherwise. Requests go to the kernel by netlink,
        many in one system call, so no time contains a program’s start. Times are medians over rounds in which the ways are interleaved. Ratios are to one device in mode gateway, medians over pairs of rounds, and A/A is
        that of one device to itself. Memory is the growth of the kernel’s memory as /proc/meminfo shows it. Notifications are those that BIRD and babeld subscribe to.</p>
        {Html.Concat(view.Families, Tables)}
        """));

    private static HubColumn[] Compared(string head, Metric metric) => [new(head, metric), new("ratio to one device", metric.AsRatio), new("A/A", metric.AsRatio, Names.SelfItem)];

    /// <summary>Returns the memory and the set-up time of a device per peer, for the most peers that have both.</summary>
    private static Html Headline(HubView view)
    {
        if (Largest(view, Metrics.AllMemory.AsRatio, Operations.Create) is not { } memory)
            return $"IPv{view.Family}: this run does not compare one device with a device per peer.";
        Html text = $"IPv{view.Family}, {Numbers.Show(memory.Peers!.Value)} peers: a device per peer takes {Phrases.Amount(memory.Value, "kernel memory", "one device")} (ratio {Markup.Link(view.Rows, memory, Scale.Ratio)})";
        return Largest(view, Metrics.SetUpTime.AsRatio, Operations.Create) switch
        {
            null => text.Append($"."),
            { Flag.Length: > 0 } => text.Append($". The machine was busy, so there is no verdict on times."),
            var time => text.Append($", and its set-up is {Speed(view, time)}."),
        };
    }

    private static IEnumerable<Html> Sentences(HubView view)
    {
        if (Largest(view, Metrics.AllMemory.PerPeer, Operations.Create) is { } memory && view.Beside(memory, Metrics.AllMemory.PerPeer, scheme: SchemeName.Gateway) is { } one)
        {
            yield return $"""
                IPv{view.Family}, {Numbers.Show(memory.Peers!.Value)} peers: each peer takes {Markup.Link(view.Rows, memory)} of kernel memory with a device of its own, and {Markup.Link(view.Rows, one)} on one
                device.{Things(view, memory)}
                """;
        }

        var times = new[] { (Operations.Delete, Metrics.DeleteTime, "deletion"), (Operations.Load, Metrics.TableTime, "loading a table"), (Operations.Storm, Metrics.StormTime, "a handshake with every peer at once") }
            .Select(cost => (Words: cost.Item3, Ratio: Largest(view, cost.Item2.AsRatio, cost.Item1))).Where(cost => cost.Ratio is { Flag: "" }).ToList();
        if (times.Count > 0)
            yield return $"IPv{view.Family}, a device per peer compared with one device: {Html.Join("; ", times.Select(cost => (Html)$"{cost.Words} is {Speed(view, cost.Ratio!)} with {Numbers.Show(cost.Ratio!.Peers!.Value)} peers"))}.";
    }

    /// <summary>Returns a sentence on what a daemon and an administrator see of the devices.</summary>
    private static Html Things(HubView view, Figure row)
    {
        var parts = new[] { Metrics.Interfaces, Metrics.Sockets, Metrics.NapiThreads, Metrics.RescuerThreads }
            .Select(metric => (metric.Words, Many: view.Beside(row, metric), One: view.Beside(row, metric, scheme: SchemeName.Gateway))).Where(part => part is { Many: not null, One: not null } && part.Many.Value > part.One.Value)
            .Select(part => (Html)$"{Markup.Link(view.Rows, part.Many!)} {part.Words} instead of {Markup.Link(view.Rows, part.One!)}").ToList();
        return Html.If(parts.Count > 0, $" There are {Html.Join(", ", parts)}.");
    }

    /// <summary>Returns a ratio of times in words, with its noise: the ratio of one device to itself.</summary>
    private static Html Speed(HubView view, Figure ratio) => view.Noise(ratio) is not { } noise
        ? (Html)$"not compared, without an A/A row (ratio {Markup.Link(view.Rows, ratio, Scale.Ratio)})"
        : (Html)$"{HubView.Speed(ratio, noise, ratio.Value)} (ratio {Markup.Link(view.Rows, ratio, Scale.Ratio)}, noise {Numbers.Percent(noise)})";

    /// <summary>Returns the row of a device per peer with the most peers; null if there is none.</summary>
    private static Figure? Largest(HubView view, Metric metric, string operation) =>
        view.Of(metric).Where(f => f.Scheme == SchemeName.Devices && f.Operation == operation && f.Structure.Length == 0 && f.Item == Variants.Plain).MaxBy(f => f.Peers);

    private static Html Tables(HubView view) => Html.Concat(s_tables, table => HubTables.Of(
        view, $"IPv{view.Family}, {table.Title}",
        [.. view.Cases([.. table.Columns.Select(column => column.Metric)]).FindAll(f => f.Experiment == Experiment.HubPeers && f.Operation == table.Operation).OrderBy(f => f.Peers)],
        f => Words.Listed(f.Peers == 1 ? "1 peer" : $"{Numbers.Show(f.Peers ?? 0)} peers", f.Prefixes is { } prefixes ? $"{Numbers.Show(prefixes)} prefixes" : "", f.Structure),
        f => Words.Listed(SchemeName.All.Words(f.Scheme), Variants.Words(f.Item)), table.Columns));
}
