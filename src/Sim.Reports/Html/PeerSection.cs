// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>AllowedIPs and the route attribute side by side in the patched kernel: its own figures, no model in them.</summary>
internal static class PeerSection
{
    /// <summary>Tables of one metric: an operation a row, a structure a column.</summary>
    private static readonly (string Metric, string Caption)[] s_matrices =
    [
        ("time", "Single updates without netlink, time each"), ("time-with-netlink", "With netlink, a prefix (of one object: the message)"),
        ("bytes-sent", "Bytes sent"), ("slab-bytes", "Slab pages that loading the table added"), ("vmalloc-bytes", "vmalloc that loading the table added"),
    ];

    public static bool Has(ValidationView view) => view.Figures.Any(IsOurs);

    public static void Append(StringBuilder html, ValidationView view)
    {
        var rows = view.Figures.Where(IsOurs).ToList();
        if (rows.Count == 0)
            return;
        html.Append("""
            <h3 id="peers">The route attribute beside AllowedIPs</h3>
            <p>What the patched kernel itself shows, measured by a module inside it, or around its system calls; the model has no part in it. Ratios
            are route attribute / AllowedIPs, the median over neighbouring pairs (A B B A); small beside each median: its quartiles. Under User-Mode
            Linux a system call costs some 14 µs more than elsewhere, and a grace period nothing.</p>

            """);
        foreach (var family in rows.GroupBy(f => f.Family).OrderBy(g => g.Key))
        {
            html.Append(PathTable(view, $"IPv{family.Key}: the peer of a packet, time each", [.. family.Where(IsPath)]));
            foreach (var (metric, caption) in s_matrices)
                html.Append(Matrix(view, $"IPv{family.Key}: {caption}", [.. family.Where(f => f.Metric == metric && !IsPath(f) && f.X is null)]));
            html.Append(Sweep(view, $"IPv{family.Key}: insert a route among so many peers, without netlink", [.. family.Where(f => f.X is not null)]));
        }
    }

    private static bool IsOurs(Figure f) => f.Experiment == ValidationRows.PeersExperiment && double.IsFinite(f.Value);

    private static bool IsPath(Figure f) => f.Operation is "tx" or "dst" or "rx";

    private static string PathTable(ValidationView view, string caption, List<Figure> rows)
    {
        if (rows.Count == 0)
            return "";
        var scale = Scale.For("ns", rows.Where(f => f.Metric == "time").Select(f => f.Value));
        var body = new StringBuilder();
        foreach (var group in rows.Where(f => f.Structure != Names.AllowedIps).GroupBy(f => (f.Structure, f.Operation)))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"4\">{Markup.Text($"{group.Key.Structure}, {Words.Step(group.Key.Operation)}")}</th></tr>\n");
            foreach (var keys in group.GroupBy(f => (f.Keys, f.Chain)))
            {
                var before = rows.Find(f => f.Structure == Names.AllowedIps && f.Item == group.Key.Structure && f.Operation == group.Key.Operation
                    && (f.Keys, f.Chain) == keys.Key);
                body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Case(keys.Key.Keys, keys.Key.Chain, ""))}</th>{Cell(view, before, scale)}")
                    .Append(Cell(view, keys.FirstOrDefault(f => f.Metric == "time"), scale))
                    .Append(Cell(view, keys.FirstOrDefault(f => f.Metric == "ratio"), Scale.Ratio)).Append("</tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table(caption, Markup.Head(1, ["", "AllowedIPs", "route", "route / AllowedIPs"]), body.ToString(), "costs", Markup.BasisTags(rows));
    }

    private static string Matrix(ValidationView view, string caption, List<Figure> rows)
    {
        if (rows.Count == 0)
            return "";
        var structures = rows.Select(f => f.Structure).Distinct().ToList();
        var body = new StringBuilder("<tbody>\n");
        foreach (var operation in rows.GroupBy(f => f.Operation))
        {
            var scale = Scale.For(rows[0].Unit, operation.Select(f => f.Value));
            var cells = structures.Select(structure => Cell(view, operation.FirstOrDefault(f => f.Structure == structure), scale));
            body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Step(operation.Key))}</th>{string.Concat(cells)}</tr>\n");
        }
        return Markup.Table(caption, Markup.Head(1, ["", .. structures]), body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(rows));
    }

    private static string Sweep(ValidationView view, string caption, List<Figure> rows)
    {
        if (rows.Count == 0)
            return "";
        var structures = rows.Select(f => f.Structure).Distinct().ToList();
        var scale = Scale.For("ns", rows.Where(f => f.Metric == "time").Select(f => f.Value));
        var body = new StringBuilder("<tbody>\n");
        foreach (var peers in rows.GroupBy(f => f.X!.Value).OrderBy(g => g.Key))
        {
            var cells = structures.Select(structure => Cell(view, peers.FirstOrDefault(f => f.Structure == structure && f.Metric == "time"), scale)
                + Cell(view, peers.FirstOrDefault(f => f.Structure == structure && f.Metric == "ratio"), Scale.Ratio));
            body.Append($"<tr><th scope=\"row\">{Numbers.Count((int)peers.Key, "peer")}</th>{string.Concat(cells)}</tr>\n");
        }
        var columns = structures.SelectMany(structure => new[] { structure, "/ 1 peer" });
        return Markup.Table(caption, Markup.Head(1, ["", .. columns]), body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(rows));
    }

    private static string Cell(ValidationView view, Figure? figure, Scale scale) =>
        figure is null ? "<td>–</td>" : $"<td>{Markup.Value(view.Rows, figure, scale)}</td>";
}
