// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>AllowedIPs and the route attribute side by side in the patched kernel. All figures are the kernel's own.</summary>
internal static class PeerSection
{
    /// <summary>The tables, one per metric. Each table has words to add to the metric's name. Rows are operations, and columns are
    /// structures.</summary>
    private static readonly (Metric Metric, string More)[] s_matrices =
    [
        (Metrics.Time, " per single update, without netlink"), (Metrics.TimeWithNetlink, " (for an object: per message)"), (Metrics.BytesSent, ""),
        (Metrics.SlabBytes, ""), (Metrics.VmallocBytes, ""),
    ];

    public static Html Of(ValidationView view)
    {
        var rows = view.Figures.Where(f => f.Experiment == Experiment.Peers && double.IsFinite(f.Value)).ToList();
        Html Family(IGrouping<int, Figure> family) => $"""
            {Paths(view, $"IPv{family.Key}: time to find the peer of a packet", [.. family.Where(IsPath)])}{
            Html.Concat(s_matrices, table => Matrix(view, $"IPv{family.Key}: {table.Metric.Words}{table.More}", [.. family.Where(f => f.Metric == table.Metric && !IsPath(f) && f.X is null)]))}{
            Sweep(view, $"IPv{family.Key}: time to insert a route among many peers, without netlink", [.. family.Where(f => f.X is not null)])}
            """;
        return Html.If(rows.Count > 0, $"""
            <h3 id="{new Anchor("peers")}">The route attribute beside AllowedIPs</h3>
            <p>These figures are the patched kernel’s own; the model has no part in them. A module inside the kernel takes these figures, or the agent takes them around its system calls.
            Ratios are route attribute / AllowedIPs, medians over neighbouring pairs (A B B A); quartiles stand below each median. Under User-Mode Linux a system call costs about 14 µs more
            than natively, and a grace period costs nothing.</p>
            {Html.Concat(rows.GroupBy(f => f.Family).OrderBy(g => g.Key), Family)}
            """);
    }

    private static bool IsPath(Figure f) => Steps.RouteWays.Contains(f.Operation);

    private static Html Paths(ValidationView view, string caption, List<Figure> rows)
    {
        var scale = Scale.For("ns", rows.Where(f => f.Metric == Metrics.Time).Select(f => f.Value));
        Html Path(IGrouping<(string Structure, string Operation), Figure> path) => Markup.Group(
            4, $"{path.Key.Structure}, {Words.Step(path.Key.Operation)}", path.GroupBy(f => (f.Keys, f.Chain)).Select(keys => Markup.Row(
                Words.Case(keys.Key.Keys, keys.Key.Chain, ""),
                [
                    Markup.Value(view.Rows, rows.Find(f => f.Structure == Names.AllowedIps && f.Item == path.Key.Structure && f.Operation == path.Key.Operation && (f.Keys, f.Chain) == keys.Key), scale),
                    Markup.Value(view.Rows, keys.FirstOrDefault(f => f.Metric == Metrics.Time), scale), Markup.Value(view.Rows, keys.FirstOrDefault(f => f.Metric == Metrics.Ratio), Scale.Ratio),
                ])));
        return Html.If(rows.Count > 0, Markup.Table(caption, Markup.Head(1, ["", "AllowedIPs", "route", "route / AllowedIPs"]), Html.Concat(
            rows.Where(f => f.Structure != Names.AllowedIps).GroupBy(f => (f.Structure, f.Operation)), Path), "costs", Markup.BasisTags(rows)));
    }

    private static Html Matrix(ValidationView view, string caption, List<Figure> rows)
    {
        var structures = rows.Select(f => f.Structure).Distinct().ToList();
        Html Line(IGrouping<string, Figure> operation)
        {
            var scale = Scale.For(rows[0].Unit, operation.Select(f => f.Value));
            return Markup.Row(Words.Step(operation.Key), structures.Select(structure => Markup.Value(view.Rows, operation.FirstOrDefault(f => f.Structure == structure), scale)));
        }

        return Markup.Costs(caption, ["", .. structures], rows.GroupBy(f => f.Operation).Select(Line), rows);
    }

    private static Html Sweep(ValidationView view, string caption, List<Figure> rows)
    {
        var structures = rows.Select(f => f.Structure).Distinct().ToList();
        var scale = Scale.For("ns", rows.Where(f => f.Metric == Metrics.Time).Select(f => f.Value));
        var lines = rows.GroupBy(f => f.X!.Value).OrderBy(g => g.Key).Select(peers => Markup.Row(Numbers.Count((int)peers.Key, "peer"), structures.SelectMany(structure => new[]
        {
            Markup.Value(view.Rows, peers.FirstOrDefault(f => f.Structure == structure && f.Metric == Metrics.Time), scale),
            Markup.Value(view.Rows, peers.FirstOrDefault(f => f.Structure == structure && f.Metric == Metrics.Ratio), Scale.Ratio),
        })));
        return Markup.Costs(caption, ["", .. structures.SelectMany(structure => new[] { structure, "/ 1 peer" })], lines, rows);
    }
}
