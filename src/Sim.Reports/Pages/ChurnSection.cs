// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The costs of churn for each scheme: one table per question.</summary>
internal static class ChurnSection
{
    private static readonly (string Operation, string Title)[] s_convergence =
    [
        (Operations.Load, "load"), (Operations.LoseToOne, "failover to one peer"), (Operations.ReturnToOne, "its return"),
        (Operations.LoseToAll, "failover to all peers"), (Operations.ReturnToAll, "its return"),
        (Operations.LoseToNone, "loss without failover"), (Operations.ReturnToNone, "its return"),
    ];

    /// <summary>The metrics shown by window. The costs of changes come first, then the costs on the trace’s own clock. The rows on the
    /// trace’s own clock have no operation.</summary>
    private static readonly Metric[] s_windows =
    [
        Metrics.TimePerChange, Metrics.BatchMedian, Metrics.BatchP99, Metrics.BatchWorst, Metrics.BytesPerChange, Metrics.CallsPerChange,
        Metrics.BusyShare, Metrics.WorstBacklog, Metrics.WorstStaleness, Metrics.Speed,
    ];

    private static readonly Metric[] s_kinds =
    [
        Metrics.TimePerChange, Metrics.BytesPerChange, Metrics.MessagesPerChange, Metrics.OperationsPerChange, Metrics.AllocationsPerChange,
        Metrics.FreesPerChange, Metrics.GracePeriodsPerChange, Metrics.WaitsPerChange,
    ];

    public static Section Of(ChurnView view) => new("churn-details", "Details", "Details", $"""
        {Trace(view)}{Memory(view)}{Packets(view)}{Windows(view)}{Kinds(view)}{Convergence(view)}{Observer(view)}
        """);

    private static Html Trace(ChurnView view) => $"""
        <h3>The trace</h3>
        <p>The best path over the trace’s BGP peers decides each prefix’s next hop, and with it the WireGuard peer. The shortest AS path wins, then the peer that
        appeared first. So that the trace can be repeated, it starts with these paths: those that it ends with, and those that it
        withdraws but never announces.
        “No-ops” are events that leave the next hop unchanged. “Same peer” are changes to a next hop behind the same WireGuard peer.</p>
        {Markup.Table("Events and their outcome", Markup.Head(1, ["", "count"]),
            Markup.Body(view.Figures.Where(f => f.Experiment == Experiment.Trace).Select(f => Markup.Row(f.Metric.Words, [Markup.Value(view.Rows, f)]))), "pairs", Markup.BasisTag(Basis.Counted))}
        """;

    private static Html Memory(ChurnView view)
    {
        var rows = view.Of(Experiment.BindingMemory, Metrics.PageBytes).OrderBy(f => f.Structure == Names.AllStructures).ToList();
        return Html.If(rows.Count > 0, $"""
            <h3>Memory by structure</h3>
            <p>Pages that the kernel’s allocator takes for the starting table. Peers are the same in every scheme and are left out.</p>
            {Matrix(view, Title(Metrics.PageBytes), rows, f => f.Structure, name => name)}
            """);
    }

    private static Html Packets(ChurnView view)
    {
        Html Times(Metric metric, string title) => Matrix(
            view, title, view.Of(Experiment.Packet, metric), f => (f.Operation, f.Keys), key => $"{Words.Operation(key.Operation)}, {Words.Keys(key.Keys)}");

        return Html.If(view.Of(Experiment.Packet, Metrics.Time).Any(), $"""
            <h3>A packet’s lookups</h3>
            <p>A packet to send needs a route to the device and a peer. A packet that was received and decrypted needs its source checked. rp_filter also looks up
            the route back; it compares devices, never peers. If every peer has a device of its own, the device accepts every source, so reception is quick. Each lookup
            waits for the one before. The ratio is to AllowedIPs with REMOVE_ME and a default route, interleaved (A B B A), with caches flushed before each repetition.
            The row of REMOVE_ME with a default route is the A/A row: two copies of the same structure.</p>
            {Matrix(view, Title(Metrics.PacketLookups), view.Of(Experiment.Packet, Metrics.PacketLookups).Where(f => f.Value > 0),
                f => (f.Operation, f.Structure), key => $"{Words.Operation(key.Operation)}, {key.Structure}")}{
            Times(Metrics.Time, "Time per packet")}{Times(Metrics.Ratio, "Ratio to AllowedIPs with REMOVE_ME")}
            """);
    }

    private static Html Notifications(ChurnView view)
    {
        var rows = view.Observer.Where(f => f.Operation.Length > 0).ToList();
        Html Of(Metric metric) => Matrix(view, Title(metric), rows.Where(f => f.Metric == metric), f => (f.Operation, f.X),
            key => $"{Words.Operation(key.Operation)}, {Numbers.Show(key.X!.Value)} µs per message");

        return Html.If(rows.Count > 0, $"""
            <p>A notification is lost if the socket’s buffer is full (net.core.rmem_default). All later notifications are lost, too, until the program has emptied the buffer.
            Then the program dumps the table, at the same pace per message. “Trace” stands for the trace’s changes at their own times, and “loss of a peer” for the changes
            when the largest peer is lost, as fast as the kernel makes them.</p>
            {Of(Metrics.Overruns)}{Of(Metrics.Lost)}{Of(Metrics.MeanStaleness)}
            """);
    }

    private static Html Windows(ChurnView view) => $"""
        <h3 id="{new Anchor("churn-windows")}">Waiting for more: coalescing windows</h3>
        <p>A window opens with its first change. When the window closes, the remaining changes are one batch. “Busy” is the share of the trace’s time in which the writer
        works. “Backlog” is the largest amount of work that was left when a batch was handed over. “Staleness” is the longest time from a window’s first change until the kernel has applied the window’s batch.</p>
        {Html.Concat(s_windows, metric => Matrix(view, Title(metric), view.Replay(metric).Where(f => f.Operation is "" || f.Operation == Operations.Update)
            .OrderBy(f => f.X), f => f.X!.Value, ms => $"{Numbers.Show(ms)} ms"))}
        """;

    private static Html Kinds(ChurnView view)
    {
        Html Of(Term kind) => Matrix(view, kind.Words, s_kinds.SelectMany(metric => view.Uncoalesced(metric, kind)), f => f.Metric, metric => metric.Words);
        Term[] compared = [Operations.Update, Operations.Insert, Operations.Move, Operations.Delete];
        var ratios = compared.SelectMany(operation => new[] { false, true }.SelectMany(warm => view.UpdateRatios(operation, warm)));
        return $"""
            <h3>The cost of one change in the kernel</h3>
            <p>Each change is made alone, without a window. Operations are those of tries. “Grace periods” are those that free something, and “waits” are those during which the writer does nothing else.</p>
            {Html.Concat(compared[1..], Of)}{
            Matrix(view, "Time per change: interleaved ratio to AllowedIPs with REMOVE_ME, by the state of the caches", ratios,
                f => (f.Operation, f.Metric), column => $"{Words.Operation(column.Operation)}, {(column.Metric == Metrics.WarmRatio ? "warm" : "cold")}")}
            """;
    }

    private static Html Convergence(ChurnView view)
    {
        Html Of(Metric metric, string title) => Matrix(
            view, title, s_convergence.SelectMany(column => view.Of(Experiment.Convergence, metric).Where(f => f.Operation == column.Operation)), f => (f.Operation, f.Order),
            column => s_convergence.First(known => known.Operation == column.Operation).Title + (column.Order.Length > 0 ? $", {Words.Order(column.Order)}" : ""));
        return $"""
            <h3>Convergence</h3>
            <p>The peer with the most prefixes fails and returns, each as one batch. Tables are loaded in the order of the file unless the column says
            otherwise.</p>
            {Of(Metrics.Time, "Time")}{Of(Metrics.Ratio, "Time: interleaved ratio to AllowedIPs with REMOVE_ME")}{Of(Metrics.Messages, Title(Metrics.Messages))}{Of(Metrics.MessageBytes, Title(Metrics.MessageBytes))}
            """;
    }

    private static Html Observer(ChurnView view)
    {
        var sizes = view.Observer.Where(f => f.X is null).ToList();
        var scans = view.Observer.Where(f => f.X is not null && f.Operation.Length == 0).ToList();
        return Html.If(view.Observer.Count > 0, $"""
            <h3>Noticing the changes of others</h3>
            <p>AllowedIPs announce no change, so an observer scans. A change during a scan cuts off the rest of the current peer’s list, and the scan starts again, as in wg(8).
            The simulated scan lasts as long as walking the lists in the port, without system calls; a real scan lasts longer and is cut off more often. Routes are announced:
            each change is one notification.</p>
            {Matrix(view, "Size of scans and notifications", sizes, f => f.Metric, metric => metric.Words, [.. sizes.Select(f => f.Scheme).Distinct()])}{
            Notifications(view)}{
            Markup.Matrix(
                view.Rows, "Periodic scans of AllowedIPs on the trace’s own clock", "", scans.OrderBy(f => f.X),
                f => f.X!.Value, interval => $"every {Numbers.Show(interval)} s", f => f.Metric, metric => metric.Words)}
            """);
    }

    private static string Title(Metric metric) => Words.Capital(metric.Words);

    /// <summary>Returns a table with a line for each scheme. The columns are the distinct keys of the rows, in order of first
    /// appearance.</summary>
    private static Html Matrix<TKey>(
        ChurnView view, string caption, IEnumerable<Figure> figures, Func<Figure, TKey> keyOf, Func<TKey, string> title,
        IReadOnlyList<string>? schemes = null) =>
        Markup.Matrix(view.Rows, caption, "scheme", figures, f => f.Scheme, scheme => scheme, keyOf, title, schemes ?? view.Schemes);
}
