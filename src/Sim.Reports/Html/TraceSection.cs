// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>A trace under every scheme that the kernel can run: what a change costs the kernel, and what the model says of it.</summary>
internal static class TraceSection
{
    public static bool Has(ValidationView view) => view.Figures.Any(IsOurs);

    public static void Append(StringBuilder html, ValidationView view)
    {
        var rows = view.Figures.Where(IsOurs).ToList();
        if (rows.Count == 0)
            return;
        html.Append("""
            <h3 id="trace">A trace under every scheme</h3>
            <p>The first changes of a trace of BGP updates, handed over as a routing daemon does: to the schemes of <code>churn</code>, and to this kernel,
            each scheme in a kernel that has just started. What was sent is compared message by message and byte by byte, and so are the tries, the memory
            and the binding that is dumped in the end (above). The times here are of replays that follow, and nothing is demanded of them: the kernel’s are
            those of its system calls, netlink included, the model’s those of the structures alone; compare the ratios between schemes, not the times
            with each other. Under User-Mode Linux a system call costs some 14 µs (natively 0.5 µs), which is most of what a change alone takes there: the
            longer the window, the more of the time is the kernel’s own work. Ratios are those of the medians’ rounds, small beside each: its quartiles.</p>

            """);
        foreach (var family in rows.GroupBy(f => f.Family).OrderBy(g => g.Key))
            html.Append(Table(view, family.Key, [.. family]));
    }

    private static bool IsOurs(Figure f) => f.Experiment == ValidationRows.ReplayExperiment && double.IsFinite(f.Value);

    private static string Table(ValidationView view, int family, List<Figure> rows)
    {
        var body = new StringBuilder();
        var scale = Scale.For("ns", rows.Where(f => f is { Metric: ReplayMetrics.Time, Side: ValidationRows.Port }).Select(f => f.Value));
        foreach (var window in rows.GroupBy(f => f.X!.Value).OrderBy(g => g.Key))
        {
            var baseline = window.First(f => f.Metric == ReplayMetrics.Ratio).Item;
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"7\">{Markup.Text(Heading(window.Key, baseline))}</th></tr>\n");
            var kernelTimes = window.Where(f => f is { Metric: ReplayMetrics.Time, Side: ValidationRows.Kernel }).ToList();
            var kernelScale = Scale.For(kernelTimes[0].Unit, kernelTimes.Select(f => f.Value));
            foreach (var scheme in window.GroupBy(f => f.Scheme))
            {
                string Cell(string metric, string side, Scale cell) =>
                    scheme.FirstOrDefault(f => f.Metric == metric && f.Side == side) is { } figure ? $"<td>{Markup.Value(view.Rows, figure, cell)}</td>" : "<td>–</td>";
                string Counted(string metric) => Cell(metric, "", Scale.For(metric == ReplayMetrics.Bytes ? "bytes" : "count", [1]));

                body.Append($"<tr><th scope=\"row\">{Markup.Text(scheme.Key)}</th>{Counted(ReplayMetrics.Bytes)}{Counted(ReplayMetrics.Calls)}")
                    .Append(Cell(ReplayMetrics.Time, ValidationRows.Kernel, kernelScale)).Append(Cell(ReplayMetrics.Time, ValidationRows.Port, scale))
                    .Append(Cell(ReplayMetrics.Ratio, ValidationRows.Kernel, Scale.Ratio)).Append(Cell(ReplayMetrics.Ratio, ValidationRows.Port, Scale.Ratio))
                    .Append("</tr>\n");
            }

            body.Append("</tbody>\n");
        }

        return Markup.Table(
            $"IPv{family}: each change that is handed over",
            Markup.Head(1, ["scheme", "bytes", "calls", "kernel, with netlink", "model, structures", "ratio, kernel", "ratio, model"]),
            body.ToString(), "costs", Markup.BasisTags(rows));
    }

    private static string Heading(double window, string baseline) =>
        (window == 0 ? "each change handed over alone" : $"handed over every {Numbers.Show(window)} ms") + $"; ratios to {baseline}";
}
