// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Shows every figure in a table for its experiment. The columns depend on the rows alone, so unknown experiments are shown,
/// too.</summary>
internal static class DetailSection
{
    private static readonly string[] Known =
        [Experiment.Memory, Experiment.Load, Experiment.Lookup, Experiment.Aa, Experiment.Update, Experiment.Shape, Experiment.Touch];

    /// <summary>A column that distinguishes rows of a table.</summary>
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

    public static Section Of(Rows rows)
    {
        var groups = rows.All.Where(f => !ValidationView.Has(f)).GroupBy(f => f.Experiment).ToDictionary(g => g.Key, g => g.ToList());
        return new("details", "Details", "Details", $"""
            <p>Every number links to its row at the end of the page. <a href="results.csv">results.csv</a> has the same rows.
            Quartiles stand beside each median.</p>
            {Html.Concat(Known.Where(groups.ContainsKey).Concat(groups.Keys.Except(Known)), experiment => Group(rows, experiment, groups[experiment]))}
            """);
    }

    private static Html Group(Rows rows, string experiment, List<Figure> figures)
    {
        var kernel = figures.FindAll(f => f.Structure != Names.Process);
        var scalars = kernel.FindAll(f => f.X is null && f.Item.Length == 0);
        return $"""
            <h3>{Words.Experiment(experiment)}</h3>
            {(Words.Method(experiment) is { Length: > 0 } method ? (Html)$"<p>{method}</p>\n" : null)}{
            (scalars.Count == 0 ? null : OnlyOrderVaries(scalars) ? ByOrder(rows, scalars) : Scalars(rows, scalars))}{
            Items(rows, kernel.FindAll(f => f.Item.Length > 0))}{
            Html.Concat(kernel.Where(f => f.X is not null && f.Item.Length == 0).GroupBy(f => f.Metric), curve => Curves(rows, [.. curve]))}{
            Process(rows, figures.FindAll(f => f.Structure == Names.Process))}
            """;
    }

    /// <summary>Returns a table with metrics as rows and structures as columns.</summary>
    private static Html Scalars(Rows rows, List<Figure> figures)
    {
        var parameters = ParametersOf(figures);
        var columns = Columns(figures);
        // A paired ratio stands beside its two times.
        var paired = figures.Exists(f => f.Metric == Metrics.Time);
        Html Line(IGrouping<string, Figure> row) => $"""
            <tr>{ParameterCells(parameters, row.First())}{Html.Concat(columns, column => Cells(rows, row.Where(f => ColumnOf(f) == column), ScaleOf(row)))}<td>{Markup.BasisTags(row)}</td></tr>

            """;
        var body = figures.GroupBy(f => paired && f.Metric == Metrics.Ratio ? Metrics.Time : f.Metric).Select(metric => Markup.Group(
            parameters.Count + columns.Count + 1, metric.Key.Words, metric.GroupBy(f => Case(parameters, f)).Select(Line)));
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}: all cases",
            Markup.Head(parameters.Count, [.. parameters.Select(p => p.Title), .. columns, ""]), Html.Join("", body));
    }

    private static bool OnlyOrderVaries(List<Figure> figures) =>
        ParametersOf(figures) is [{ Title: "order" }] && figures.Select(f => f.Order).Distinct().Count() > 1;

    /// <summary>Returns a table with metrics and structures as rows and orders of insertion as columns.</summary>
    private static Html ByOrder(Rows rows, List<Figure> figures)
    {
        var orders = figures.Select(f => f.Order).Distinct().ToList();
        Html Line(IGrouping<Metric, Figure> metric, string column)
        {
            var row = metric.Where(f => ColumnOf(f) == column).ToList();
            return $"<tr><th scope=\"row\">{column}</th>{Html.Concat(orders, order => Cells(rows, row.Where(f => f.Order == order), ScaleOf(metric)))}<td>{Markup.BasisTags(row)}</td></tr>\n";
        }

        var body = figures.GroupBy(f => f.Metric).Select(metric =>
            Markup.Group(orders.Count + 2, metric.Key.Words, Columns([.. metric]).Select(column => Line(metric, column))));
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}, by order of insertion",
            Markup.Head(1, ["structure", .. orders.Select(Words.Order), ""]), Html.Join("", body));
    }

    /// <summary>Returns a table with slab caches as rows and metrics as columns.</summary>
    private static Html Items(Rows rows, List<Figure> figures)
    {
        if (figures.Count == 0)
            return new Html();
        var parameters = ParametersOf(figures);
        var metrics = figures.Select(f => f.Metric).Distinct().ToList();
        var lines = figures.GroupBy(f => (f.Structure, f.Item, Case: Case(parameters, f), f.X)).Select(row => (Html)$"""
            <tr><th scope="row" class="text">{row.Key.Item}</th><td class="text">{row.Key.Structure}</td>{ParameterCells(parameters, row.First())}<td>{(row.Key.X is { } x ? Numbers.Show(x) : "")}</td>{
            Html.Concat(metrics, metric => Cells(rows, [.. row.Where(f => f.Metric == metric)]))}<td>{Markup.BasisTags(row)}</td></tr>

            """);
        string[] columns =
            ["cache", "structure", .. parameters.Select(p => p.Title), "object size", .. metrics.Select(metric => metric.Words), ""];
        return Markup.Table($"{Words.Experiment(figures[0].Experiment)}: by cache", Markup.Head(2 + parameters.Count, columns), Markup.Body(lines));
    }

    /// <summary>Returns a table of one metric's curves, with places as rows and curves as columns.</summary>
    private static Html Curves(Rows rows, List<Figure> figures)
    {
        var parameters = ParametersOf(figures);
        string Column(Figure f) => string.Join(", ", parameters.Select(p => p.Value(f)).Prepend(ColumnOf(f)).Where(t => t.Length > 0));
        var columns = figures.Select(Column).Distinct().ToList();
        var lines = figures.GroupBy(f => f.X!.Value).OrderBy(g => g.Key).Select(row => (Html)$"""
            <tr><th scope="row">{Numbers.Show(row.Key)}</th>{Html.Concat(columns, column => Cells(rows, row.Where(f => Column(f) == column), ScaleOf(row)))}</tr>

            """);
        var first = figures[0].Metric == Metrics.NodeSize ? "bits" : figures[0].Metric == Metrics.DepthHistogram ? "depth" : "x";
        return Markup.Table(figures[0].Metric.Words, Markup.Head(1, [first, .. columns]), Markup.Body(lines), tags: Markup.BasisTags(figures));
    }

    private static Html Process(Rows rows, List<Figure> figures) => figures.Count == 0 ? new Html() : $"""
        <p id="{new Anchor("process-memory")}">The measuring process needs memory of its own, for the table, keys and the .NET runtime. This memory is not kernel memory, and enters no comparison.</p>
        {Markup.Table("Memory of the .NET process, not of the kernel", Markup.Head(1, ["", "value", ""]), Markup.Body(figures.Select(f => Markup.Row(
            f.Metric.Words, [Markup.Value(rows, f), Markup.BasisTag(f.Basis)]))))}
        """;

    private static string Case(List<Parameter> parameters, Figure f) => string.Join('\0', parameters.Select(p => p.Value(f)));

    private static List<Parameter> ParametersOf(List<Figure> figures) =>
        [.. Parameters.Where(p => p.OnlyIfVaried
            ? figures.Select(p.Value).Distinct().Count() > 1
            : figures.Exists(f => p.Value(f).Length > 0))];

    private static List<string> Columns(List<Figure> figures) =>
        [.. figures.Select(ColumnOf).Distinct().OrderBy(c => Array.IndexOf(Names.Structures, c) is >= 0 and var i ? i : 9)];

    private static string ColumnOf(Figure f) => f.Structure.Length > 0 ? f.Structure : "value";

    private static Scale ScaleOf(IEnumerable<Figure> figures)
    {
        var list = figures.OrderBy(f => f.Unit == Units.Ratio).ToList();
        return Scale.For(list[0].Unit, list.Where(f => f.Unit == list[0].Unit).Select(f => f.Value));
    }

    private static Html ParameterCells(List<Parameter> parameters, Figure f) => Html.Concat(parameters.Index(), p => p.Index == 0
        ? (Html)$"<th scope=\"row\" class=\"text\">{p.Item.Value(f)}</th>"
        : $"<td class=\"text\">{p.Item.Value(f)}</td>");

    private static Html Cells(Rows rows, List<Figure> figures) => figures.Count == 0 ? $"<td></td>" : Cells(rows, figures, ScaleOf(figures));

    // A ratio keeps its own scale beside nanoseconds.
    private static Html Cells(Rows rows, IEnumerable<Figure> figures, Scale scale) =>
        $"<td>{Html.Join("<br>", figures.Select(f => Markup.Value(rows, f, f.Unit == Units.Ratio ? Scale.Ratio : scale)))}</td>";
}
