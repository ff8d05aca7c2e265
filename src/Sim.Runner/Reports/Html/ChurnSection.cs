// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Runner.Reports.Html;

/// <summary>What churn costs each scheme: the answer in sentences and one table, then a table a question.</summary>
internal static class ChurnSection
{
    private const string Update = ChurnView.Update;

    private static readonly (string Operation, string Title)[] s_convergence =
    [
        ("load", "load"), ("lose-to-one", "lose a peer, to one other"), ("return-to-one", "its return"),
        ("lose-to-all", "lose it, to all others"), ("return-to-all", "its return"),
        ("lose-to-none", "lose it, to none"), ("return-to-none", "its return"),
    ];

    /// <summary>The first screen: the sentences and the one table.</summary>
    public static void AppendAnswer(StringBuilder html, ChurnView view)
    {
        html.Append("<section id=\"churn\">\n<h2>The answer</h2>\n");
        foreach (var sentence in Sentences(view))
            html.Append($"<p>{sentence}</p>\n");
        html.Append(Summary(view));
        html.Append("""
            <p>Times are those of the kernel’s structures alone, in ports that run in this program: system calls, copying, parsing and
            locking are not in them; the counts of messages, bytes and calls stand for those. AllowedIPs need routes to the device
            as well: one default route, or, marked “+ routes”, one for each prefix.</p>
            </section>

            """);
    }

    /// <summary>Everything else: the trace, windows, kinds of change, convergence.</summary>
    public static void AppendDetails(StringBuilder html, ChurnView view)
    {
        html.Append("<section id=\"churn-details\">\n<h2>Details</h2>\n");
        AppendTrace(html, view);
        AppendWindows(html, view);
        AppendKinds(html, view);
        AppendConvergence(html, view);
        AppendObserver(html, view);
        html.Append("</section>\n");
    }

    private static IEnumerable<string> Sentences(ChurnView view)
    {
        var times = view.Uncoalesced("time-per-change").OrderBy(f => f.Value).ToList();
        if (times.Count > 1)
        {
            yield return $"A change of one prefix costs the kernel’s structures {Link(view, times[0])} under {Markup.Text(times[0].Scheme)}, the "
                + $"least, and {Link(view, times[^1])} under {Markup.Text(times[^1].Scheme)}, the most; the trace’s own clock runs "
                + $"{Numbers.Show(Math.Floor(view.Uncoalesced("speed", "").Min(f => f.Value)))} times slower than the slowest.";
        }

        var deletes = view.Uncoalesced("time-per-change", "delete").ToList();
        var wholesale = deletes.Find(f => f.Scheme.Contains("REPLACE", StringComparison.Ordinal));
        var others = deletes.Where(f => !f.Scheme.Contains("REPLACE", StringComparison.Ordinal)).OrderBy(f => f.Value).ToList();
        if (wholesale is not null && others.Count > 0)
        {
            yield return $"The RFC’s complaint that a peer’s set is replaced wholesale: taking one prefix away costs {Link(view, wholesale)} "
                + $"that way {Markup.BasisTag(wholesale.Basis)}, against {Link(view, others[0])} to {Link(view, others[^1])} in every other.";
        }

        if (Observing(view) is { } observing)
            yield return observing;
    }

    private static string? Observing(ChurnView view)
    {
        var scan = view.Observer.FirstOrDefault(f => f.Metric == "scan-bytes" && f.Scheme == "AllowedIPs");
        var told = view.Observer.Where(f => f.Metric == "notification-bytes").MinBy(f => f.Value);
        if (scan is null || told is null)
            return null;
        return $"Its complaint that nobody is told of changes of AllowedIPs: who wants to know scans {Link(view, scan)} each time, where a "
            + $"route’s notification has {Link(view, told)}.";
    }

    private static string Summary(ChurnView view)
    {
        (string Title, List<Figure> Rows)[] columns =
        [
            ("memory, pages", Memory(view)),
            ("lookups to send", Lookups(view, "transmit")),
            ("to receive", Lookups(view, "receive")),
            ("a change", [.. view.Uncoalesced("time-per-change")]),
            ("99% of batches", [.. view.Uncoalesced("batch-p99")]),
            ("bytes a change", [.. view.Uncoalesced("bytes-per-change")]),
            ("loss of a peer", [.. view.Convergence("time").Where(f => f.Operation == "lose-to-one")]),
        ];
        var body = new StringBuilder("<tbody>\n");
        foreach (var scheme in view.Schemes)
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(scheme)}</th>");
            foreach (var (_, rows) in columns)
                body.Append(Cell(view, rows, rows.FindAll(f => f.Scheme == scheme)));
            body.Append("</tr>\n");
        }

        return Markup.Table(
            "Each scheme; the best of a column is marked", Markup.Head(1, ["scheme", .. columns.Select(column => column.Title)]),
            body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(columns.SelectMany(column => column.Rows)));
    }

    /// <summary>A cell whose value may be a sum of several rows: each is linked then.</summary>
    private static string Cell(ChurnView view, List<Figure> column, List<Figure> rows)
    {
        if (rows.Count == 0)
            return "<td>–</td>";
        double Total(string scheme) => column.Where(f => f.Scheme == scheme).Sum(f => f.Value);
        var best = Total(rows[0].Scheme) <= column.Select(f => Total(f.Scheme)).Min();
        var scale = Scale.For(rows[0].Unit, rows.Select(f => f.Value));
        return $"<td>{string.Join(" + ", rows.Select(f => Shown(view, f, scale, best)))}</td>";
    }

    private static string Shown(ChurnView view, Figure figure, Scale scale, bool best = false) =>
        Markup.Value(view.Rows, figure, scale, best) + (figure.Basis == Basis.Estimated ? " " + Markup.BasisTag(figure.Basis) : "");

    private static List<Figure> Memory(ChurnView view) => [.. view.Of("binding-memory", "page-bytes")];

    private static List<Figure> Lookups(ChurnView view, string operation) =>
        [.. view.Of("packet", "lookups").Where(f => f.Operation == operation && f.Value > 0)];

    private static string Link(ChurnView view, Figure figure) =>
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

    private static void AppendWindows(StringBuilder html, ChurnView view)
    {
        html.Append("""
            <h3>Waiting for more: windows of coalescing</h3>
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
    }

    private static void AppendConvergence(StringBuilder html, ChurnView view)
    {
        html.Append("<h3>Convergence</h3>\n<p>The peer with the most prefixes is lost and comes back, each as one batch; "
            + "loads are in the order of the file, or as the column says.</p>\n");
        foreach (var (metric, title) in new[] { ("time", "Time"), ("messages", "Messages"), ("message-bytes", "Bytes") })
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
        var scans = view.Observer.Where(f => f.X is not null).ToList();
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
