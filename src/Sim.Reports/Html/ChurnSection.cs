// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>What churn costs each scheme: a table a question.</summary>
internal static class ChurnSection
{
    private const string Update = ChurnView.Update;

    private static readonly (string Operation, string Title)[] s_convergence =
    [
        ("load", "load"), ("lose-to-one", "lose a peer, to one other"), ("return-to-one", "its return"),
        ("lose-to-all", "lose it, to all others"), ("return-to-all", "its return"),
        ("lose-to-none", "lose it, to none"), ("return-to-none", "its return"),
    ];

    /// <summary>Everything else: the trace, windows, kinds of change, convergence.</summary>
    public static void AppendDetails(StringBuilder html, ChurnView view)
    {
        html.Append("<section id=\"churn-details\">\n<h2>Details</h2>\n");
        AppendTrace(html, view);
        AppendMemory(html, view);
        AppendPackets(html, view);
        AppendWindows(html, view);
        AppendKinds(html, view);
        AppendConvergence(html, view);
        AppendObserver(html, view);
        html.Append("</section>\n");
    }

    /// <summary>A value linked to its row; one that is estimated says so.</summary>
    public static string Shown(ChurnView view, Figure figure, Scale scale, bool best = false) =>
        Markup.Value(view.Rows, figure, scale, best) + (figure.Basis == Basis.Estimated ? " " + Markup.BasisTag(figure.Basis) : "");

    public static string Link(ChurnView view, Figure figure) =>
        Markup.Value(view.Rows, figure, Scale.For(figure.Unit, [figure.Value]));

    private static void AppendTrace(StringBuilder html, ChurnView view)
    {
        html.Append("""
            <h3>The trace</h3>
            <p>Best path over the trace’s BGP peers (shortest AS path, then the peer that appeared first) decides each prefix’s next
            hop, and with it the WireGuard peer. The trace goes round: it begins with the paths that it ends with, and with those that
            it withdraws without having announced them. No-ops are events that leave the next hop as it was; “same peer” are those
            that change it to one behind the same WireGuard peer.</p>

            """);
        var body = new StringBuilder("<tbody>\n");
        foreach (var figure in view.Figures.Where(f => f.Experiment == "trace"))
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Metric(figure.Metric))}</th><td>{Link(view, figure)}</td></tr>\n");
        }

        html.Append(Markup.Table("Events and what became of them", Markup.Head(1, ["", "count"]), body.Append("</tbody>").ToString(), "pairs",
            Markup.BasisTag(Basis.Counted)));
    }

    private static void AppendMemory(StringBuilder html, ChurnView view)
    {
        var rows = view.Of("binding-memory", "page-bytes").ToList();
        if (rows.Count == 0)
            return;
        html.Append("<h3>Memory by structure</h3>\n<p>Pages that the kernel’s allocator takes for the starting table; peers, the same in every scheme, are left out.</p>\n");
        var structures = rows.Select(f => f.Structure).Distinct().OrderBy(name => name == Names.AllStructures).ToList();
        html.Append(Matrix(view, "Bytes in pages", rows, structures, f => f.Structure, name => name));
    }

    /// <summary>What a packet meets: counted, measured, and against the reference.</summary>
    private static void AppendPackets(StringBuilder html, ChurnView view)
    {
        var times = view.Of("packet", "time").ToList();
        if (times.Count == 0)
            return;
        html.Append("""
            <h3>A packet’s lookups</h3>
            <p>A packet to be sent needs a route to the device and a peer; one that was received and decrypted needs its source checked.
            rp_filter looks up the route back as well; it compares devices and never peers. A device of the peer’s own lets every
            source through, which is why it is quick to receive. Each lookup waits for the one before. The ratio is to AllowedIPs with
            REMOVE_ME and a default route, in turns A B B A, with empty caches before each; the row of that scheme is the A/A row, two copies of the same.</p>

            """);
        var counts = view.Of("packet", "lookups").Where(f => f.Value > 0).ToList();
        html.Append(Matrix(view, "Lookups a packet", counts, [.. counts.Select(f => (f.Operation, f.Structure)).Distinct()],
            f => (f.Operation, f.Structure), key => $"{Words.Operation(key.Operation)}, {key.Structure}"));
        foreach (var (metric, title) in new[] { ("time", "Time a packet"), ("ratio", "Ratio to AllowedIPs with REMOVE_ME") })
        {
            var rows = view.Of("packet", metric).ToList();
            html.Append(Matrix(view, title, rows, [.. rows.Select(f => (f.Operation, f.Keys)).Distinct()],
                f => (f.Operation, f.Keys), key => $"{Words.Operation(key.Operation)}, {Words.Keys(key.Keys)}"));
        }
    }

    /// <summary>What becomes of notifications that come faster than they are read.</summary>
    private static void AppendNotifications(StringBuilder html, ChurnView view)
    {
        var rows = view.Observer.Where(f => f.Operation.Length > 0).ToList();
        if (rows.Count == 0)
            return;
        html.Append("""
            <p>A notification that finds the socket’s buffer full (net.core.rmem_default) is lost, and so are all that follow until the
            program has read the buffer empty; then it dumps the table, at the same pace a message. “Trace” are the trace’s changes at
            their times, “loss of a peer” those of the largest peer’s share, as fast as the kernel makes them.</p>

            """);
        foreach (var (metric, title) in new[] { ("overruns", "Buffer overruns, and dumps that follow"), ("lost", "Changes whose notification was lost"), ("staleness-mean", "Mean staleness") })
        {
            var some = rows.Where(f => f.Metric == metric).ToList();
            html.Append(Matrix(view, title, some, [.. some.Select(f => (f.Operation, f.X)).Distinct()], f => (f.Operation, f.X),
                key => $"{Words.Operation(key.Operation)}, {Numbers.Show(key.X!.Value)} µs a message"));
        }
    }

    private static void AppendWindows(StringBuilder html, ChurnView view)
    {
        html.Append("""
            <h3 id="churn-windows">Waiting for more: windows of coalescing</h3>
            <p>A window opens with its first change; what is left when it closes is one batch. Busy is the share of the trace’s own time
            that the writer works, the backlog the most work that was ever left when a batch was handed over, and staleness the longest
            time from a window’s first change to its end in the kernel, window included.</p>

            """);
        foreach (var (metric, operation, title) in new[]
        {
            ("time-per-change", Update, "Time a change"), ("batch-median", Update, "Time a batch, median"),
            ("batch-p99", Update, "Time a batch, 99th percentile"), ("batch-worst", Update, "Time a batch, worst"),
            ("bytes-per-change", Update, "Bytes a change"), ("calls-per-change", Update, "System calls a change"),
            ("busy", "", "Share of real time that the writer is busy"), ("backlog-worst", "", "Worst backlog"),
            ("staleness-worst", "", "Worst staleness"), ("speed", "", "Times faster than the trace’s own clock"),
        })
        {
            var rows = view.Replay(metric).Where(f => f.Operation == operation).ToList();
            html.Append(Matrix(view, title, rows, view.Windows, f => f.X!.Value, ms => $"{Numbers.Show(ms)} ms"));
        }
    }

    private static void AppendKinds(StringBuilder html, ChurnView view)
    {
        html.Append("<h3>What one change is to the kernel</h3>\n<p>Alone, without a window. Operations are those of tries; grace periods "
            + "end with something to free, and waits are those that the writer sits out.</p>\n");
        string[] metrics = ["time-per-change", "bytes-per-change", "messages-per-change", "operations-per-change", "allocations-per-change",
            "frees-per-change", "grace-periods-per-change", "waits-per-change"];
        foreach (var kind in (string[])["insert", "move", "delete"])
        {
            var rows = metrics.SelectMany(metric => view.Uncoalesced(metric, kind)).ToList();
            html.Append(Matrix(view, Words.Operation(kind), rows, metrics, f => f.Metric, metric => Words.Metric(metric)));
        }

        string[] compared = [Update, "insert", "move", "delete"];
        var caches = new[] { (Metric: Names.Ratio, Name: "cold"), (Metric: Names.WarmRatio, Name: "warm") };
        var ratios = caches.SelectMany(cache => view.Replay(cache.Metric)).ToList();
        var columns = compared.SelectMany(operation => caches.Select(cache => (Operation: operation, cache.Metric)))
            .Where(column => ratios.Exists(f => f.Operation == column.Operation && f.Metric == column.Metric)).ToList();
        html.Append(Matrix(view, "Time a change, in turns with AllowedIPs with REMOVE_ME: the ratio to it, by the state of the caches", ratios, columns,
            f => (f.Operation, f.Metric), column => (column.Operation == Update ? "any change" : Words.Operation(column.Operation))
                + ", " + caches.First(cache => cache.Metric == column.Metric).Name));
    }

    private static void AppendConvergence(StringBuilder html, ChurnView view)
    {
        html.Append("<h3>Convergence</h3>\n<p>The peer with the most prefixes is lost and comes back, each as one batch; "
            + "loads are in the order of the file, or as the column says.</p>\n");
        foreach (var (metric, title) in new[] { ("time", "Time"), ("ratio", "Time, in turns with AllowedIPs with REMOVE_ME: the ratio to it"), ("messages", "Messages"), ("message-bytes", "Bytes") })
        {
            var rows = view.Convergence(metric).ToList();
            var columns = s_convergence.SelectMany(column => rows.Where(f => f.Operation == column.Operation)
                .Select(f => (column.Operation, f.Order)).Distinct()).ToList();
            html.Append(Matrix(view, title, rows, columns, f => (f.Operation, f.Order), column =>
                s_convergence.First(known => known.Operation == column.Operation).Title + (column.Order.Length > 0 ? $", {Words.Order(column.Order)}" : "")));
        }
    }

    private static void AppendObserver(StringBuilder html, ChurnView view)
    {
        if (view.Observer.Count == 0)
            return;
        html.Append("""
            <h3>Noticing what others change</h3>
            <p>AllowedIPs tell nobody of a change: an observer scans. A change during a scan cuts the rest of that peer’s list off, and the
            scan begins again, as wg(8) does it. A scan lasts as long as walking the lists takes in the port, system calls left out, so
            that a real one is cut off more often. Routes are announced: each change is one notification.</p>

            """);
        var sizes = view.Observer.Where(f => f.X is null).ToList();
        var schemes = sizes.Select(f => f.Scheme).Distinct().ToList();
        html.Append(Matrix(view, "What is received", sizes, [.. sizes.Select(f => f.Metric).Distinct()], f => f.Metric, Words.Metric, schemes));
        AppendNotifications(html, view);
        var scans = view.Observer.Where(f => f.X is not null && f.Operation.Length == 0).ToList();
        var body = new StringBuilder("<tbody>\n");
        var metrics = scans.Select(f => f.Metric).Distinct().ToList();
        foreach (var interval in scans.GroupBy(f => f.X!.Value).OrderBy(group => group.Key))
        {
            body.Append($"<tr><th scope=\"row\">every {Numbers.Show(interval.Key)} s</th>");
            foreach (var metric in metrics)
                body.Append(interval.FirstOrDefault(f => f.Metric == metric) is { } figure ? $"<td>{Link(view, figure)}</td>" : "<td>–</td>");
            body.Append("</tr>\n");
        }

        html.Append(Markup.Table("Periodic scans of AllowedIPs on the trace’s own clock", Markup.Head(1, ["", .. metrics.Select(Words.Metric)]),
            body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(scans)));
    }

    private static string Matrix<TKey>(
        ChurnView view, string caption, List<Figure> rows, IReadOnlyList<TKey> keys, Func<Figure, TKey> keyOf, Func<TKey, string> title,
        IReadOnlyList<string>? schemes = null)
    {
        if (rows.Count == 0)
            return "";
        var body = new StringBuilder("<tbody>\n");
        foreach (var scheme in (schemes ?? view.Schemes).Where(scheme => rows.Exists(f => f.Scheme == scheme)))
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(scheme)}</th>");
            foreach (var key in keys)
            {
                var figure = rows.Find(f => f.Scheme == scheme && Equals(keyOf(f), key));
                body.Append(figure is null ? "<td>–</td>" : $"<td>{Shown(view, figure, Scale.For(figure.Unit, [figure.Value]))}</td>");
            }

            body.Append("</tr>\n");
        }

        return Markup.Table(caption, Markup.Head(1, ["scheme", .. keys.Select(title)]), body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(rows));
    }
}
