// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>
/// Every figure in a table of its experiment. Which columns a table has follows from the rows, so that rows of an
/// experiment this report does not know are shown as well.
/// </summary>
internal static class DetailSection
{
    private static readonly string[] Known = ["memory", "load", "lookup", Names.AaExperiment, "update", "shape", "touch"];

    /// <summary>A parameter that tells rows of a table apart.</summary>
    private sealed record Parameter(string Title, Func<Figure, string> Value, bool OnlyIfVaried = false);

    private static readonly Parameter[] Parameters =
    [
        new("family", f => $"IPv{f.Family}", OnlyIfVaried: true),
        new("order", f => Words.Order(f.Order)),
        new("keys", f => Words.Keys(f.Keys)),
        new("chain", f => Words.Chain(f.Chain)),
        new("operation", f => Words.Operation(f.Operation)),
        new("peers", f => f.Peers is { } peers ? Numbers.Show(peers) : "", OnlyIfVaried: true),
    ];

    public static void Append(StringBuilder html, Rows rows)
    {
        html.Append("""
            <section id="details">
            <h2>Details</h2>
            <p>Every number leads to its row at the end of the page, which is also a line of <a href="results.csv">results.csv</a>.
            Beside a median stand its quartiles.</p>

            """);
        var groups = rows.All.Where(f => !ValidationView.Has(f)).GroupBy(f => f.Experiment).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var experiment in Known.Where(groups.ContainsKey).Concat(groups.Keys.Except(Known)))
            AppendExperiment(html, rows, experiment, groups[experiment]);
        html.Append("</section>\n");
    }

    private static void AppendExperiment(StringBuilder html, Rows rows, string experiment, List<Figure> figures)
    {
        html.Append($"<h3>{Markup.Text(Words.Experiment(experiment))}</h3>\n");
        if (Words.Method(experiment) is { Length: > 0 } method)
            html.Append($"<p>{Markup.Text(method)}</p>\n");
        var kernel = figures.Where(f => f.Structure != Names.Process).ToList();
        var scalars = kernel.Where(f => f.X is null && f.Item.Length == 0).ToList();
        if (scalars.Count > 0)
            html.Append(OnlyOrderVaries(scalars) ? ByOrder(rows, scalars) : Scalars(rows, scalars));
        var items = kernel.Where(f => f.Item.Length > 0).ToList();
        if (items.Count > 0)
            html.Append(Items(rows, items));
        foreach (var curve in kernel.Where(f => f.X is not null && f.Item.Length == 0).GroupBy(f => f.Metric))
            html.Append(Curves(rows, [.. curve]));
        var process = figures.Where(f => f.Structure == Names.Process).ToList();
        if (process.Count > 0)
            html.Append(ProcessTable(rows, process));
    }

    /// <summary>Metrics one under the other, structures side by side.</summary>
    private static string Scalars(Rows rows, List<Figure> figures)
    {
        var parameters = ParametersOf(figures);
        var columns = Columns(figures);
        var body = new StringBuilder();
        // A paired ratio belongs beside the two times it was taken with.
        var paired = figures.Exists(f => f.Metric == Names.Time);
        foreach (var metric in figures.GroupBy(f => paired && f.Metric == Names.Ratio ? Names.Time : f.Metric))
        {
            var title = Markup.Text(Words.Metric(metric.Key));
            var span = parameters.Count + columns.Count + 1;
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{span}\">{title}</th></tr>\n");
            foreach (var row in metric.GroupBy(f => string.Join('\0', parameters.Select(p => p.Value(f)))))
            {
                body.Append("<tr>").Append(ParameterCells(parameters, row.First()));
                foreach (var column in columns)
                    body.Append(Cells(rows, row.Where(f => ColumnOf(f) == column), ScaleOf(row)));
                body.Append($"<td>{Markup.BasisTags(row)}</td></tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}: all cases",
            Markup.Head(parameters.Count, [.. parameters.Select(p => p.Title), .. columns, ""]), body.ToString());
    }

    private static bool OnlyOrderVaries(List<Figure> figures) =>
        ParametersOf(figures) is [{ Title: "order" }] && figures.Select(f => f.Order).Distinct().Count() > 1;

    /// <summary>Metrics and structures one under the other, orders of insertion side by side.</summary>
    private static string ByOrder(Rows rows, List<Figure> figures)
    {
        var orders = figures.Select(f => f.Order).Distinct().ToList();
        var body = new StringBuilder();
        foreach (var metric in figures.GroupBy(f => f.Metric))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{orders.Count + 2}\">")
                .Append($"{Markup.Text(Words.Metric(metric.Key))}</th></tr>\n");
            var scale = ScaleOf(metric);
            foreach (var column in Columns([.. metric]))
            {
                var row = metric.Where(f => ColumnOf(f) == column).ToList();
                body.Append($"<tr><th scope=\"row\">{Markup.Text(column)}</th>");
                foreach (var order in orders)
                    body.Append(Cells(rows, row.Where(f => f.Order == order), scale));
                body.Append($"<td>{Markup.BasisTags(row)}</td></tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}, by order of insertion",
            Markup.Head(1, ["structure", .. orders.Select(Words.Order), ""]), body.ToString());
    }

    /// <summary>Named places (slab caches) one under the other, metrics side by side.</summary>
    private static string Items(Rows rows, List<Figure> figures)
    {
        var parameters = ParametersOf(figures);
        var metrics = figures.Select(f => f.Metric).Distinct().ToList();
        var body = new StringBuilder("<tbody>\n");
        string Case(Figure f) => string.Join('\0', parameters.Select(p => p.Value(f)));
        foreach (var row in figures.GroupBy(f => (f.Structure, f.Item, Case: Case(f), f.X)))
        {
            body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(row.Key.Item)}</th>")
                .Append($"<td class=\"text\">{Markup.Text(row.Key.Structure)}</td>")
                .Append(ParameterCells(parameters, row.First()))
                .Append($"<td>{(row.Key.X is { } x ? Numbers.Show(x) : "")}</td>");
            foreach (var metric in metrics)
            {
                var cells = row.Where(f => f.Metric == metric).ToList();
                body.Append(Cells(rows, cells, cells.Count > 0 ? ScaleOf(cells) : default));
            }
            body.Append($"<td>{Markup.BasisTags(row)}</td></tr>\n");
        }
        string[] columns =
            ["cache", "structure", .. parameters.Select(p => p.Title), "object size", .. metrics.Select(Words.Metric), ""];
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}: by cache",
            Markup.Head(2 + parameters.Count, columns), body.Append("</tbody>").ToString());
    }

    /// <summary>Points of one metric's curves: places one under the other, a column for each curve.</summary>
    private static string Curves(Rows rows, List<Figure> figures)
    {
        var parameters = ParametersOf(figures);
        string Column(Figure f) => string.Join(", ", parameters.Select(p => p.Value(f)).Prepend(ColumnOf(f)).Where(t => t.Length > 0));
        var columns = figures.Select(Column).Distinct().ToList();
        var body = new StringBuilder("<tbody>\n");
        foreach (var row in figures.GroupBy(f => f.X!.Value).OrderBy(g => g.Key))
        {
            body.Append($"<tr><th scope=\"row\">{Numbers.Show(row.Key)}</th>");
            foreach (var column in columns)
                body.Append(Cells(rows, row.Where(f => Column(f) == column), ScaleOf(row)));
            body.Append("</tr>\n");
        }
        var first = figures[0].Metric switch { "node-size" => "bits", "depth-histogram" => "depth", _ => "x" };
        return Markup.Table(Words.Metric(figures[0].Metric),
            Markup.Head(1, [first, .. columns]), body.Append("</tbody>").ToString(), tags: Markup.BasisTags(figures));
    }

    private static string ProcessTable(Rows rows, List<Figure> figures)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var f in figures)
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Metric(f.Metric))}</th>")
                .Append($"<td>{Markup.Value(rows, f, Scale.For(f.Unit, [f.Value]))}</td><td>{Markup.BasisTag(f.Basis)}</td></tr>\n");
        }
        return "<p id=\"process-memory\">The process that ran this needs memory of its own: the table, keys, the .NET runtime. It is "
            + "shown so that nobody takes it for the kernel’s, and enters no comparison.</p>\n"
            + Markup.Table("Memory of the .NET process, not of the kernel", Markup.Head(1, ["", "value", ""]),
                body.Append("</tbody>").ToString());
    }

    private static List<Parameter> ParametersOf(List<Figure> figures) =>
        [.. Parameters.Where(p => p.OnlyIfVaried
            ? figures.Select(p.Value).Distinct().Count() > 1
            : figures.Exists(f => p.Value(f).Length > 0))];

    private static List<string> Columns(List<Figure> figures) =>
        [.. figures.Select(ColumnOf).Distinct().OrderBy(c => Array.IndexOf(Names.Structures, c) is >= 0 and var i ? i : 9)];

    private static string ColumnOf(Figure f) => f.Structure.Length > 0 ? f.Structure : "value";

    private static Scale ScaleOf(IEnumerable<Figure> figures)
    {
        var list = figures.OrderBy(f => f.Unit == "ratio").ToList();
        return Scale.For(list[0].Unit, list.Where(f => f.Unit == list[0].Unit).Select(f => f.Value));
    }

    private static string ParameterCells(List<Parameter> parameters, Figure f) =>
        string.Concat(parameters.Select((p, i) => i == 0
            ? $"<th scope=\"row\" class=\"text\">{Markup.Text(p.Value(f))}</th>"
            : $"<td class=\"text\">{Markup.Text(p.Value(f))}</td>"));

    private static string Cells(Rows rows, IEnumerable<Figure> figures, Scale scale) =>
        $"<td>{string.Join("<br>", figures.Select(f => Markup.Value(rows, f, ScaleFor(f, scale))))}</td>";

    // A ratio keeps its own scale beside nanoseconds.
    private static Scale ScaleFor(Figure f, Scale scale) => f.Unit == "ratio" ? Scale.Ratio : scale;
}
