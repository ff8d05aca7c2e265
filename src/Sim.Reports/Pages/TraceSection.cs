// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The replay of a trace under every scheme that the kernel can run: the cost of a change in the kernel and in the
/// model.</summary>
internal static class TraceSection
{
    public static Html Of(ValidationView view)
    {
        var rows = view.Figures.Where(f => f.Experiment == Experiment.TraceReplay && double.IsFinite(f.Value)).ToList();
        return Html.If(rows.Count > 0, $"""
            <h3 id="{new Anchor("trace")}">A trace under every scheme</h3>
            <p>The first changes of a trace of BGP updates go to the schemes of <code>churn</code> and to this kernel, as a routing daemon sends them. Each scheme gets a
            kernel that has just started. Messages and bytes sent, tries, memory and the final dump of the binding are compared (above). The times here come from later replays, and are not checked. The kernel’s times include system calls and netlink; the model’s are those of the structures alone. Compare the
            ratios between schemes, not the times. Under User-Mode Linux a system call costs about 14 µs (natively 0.5 µs), which is most of a single change’s time. The longer the window,
            the larger the share of the kernel’s own work. Ratios are medians over rounds; quartiles stand below.</p>
            {Html.Concat(rows.GroupBy(f => f.Family).OrderBy(g => g.Key), family => Table(view, family.Key, [.. family]))}
            """);
    }

    private static Html Table(ValidationView view, int family, List<Figure> rows)
    {
        var scale = Scale.For("ns", rows.Where(f => f.Metric == Metrics.TimePerChange && f.Side == Sides.Port).Select(f => f.Value));
        Html Window(IGrouping<double, Figure> window)
        {
            var kernelTimes = window.Where(f => f.Metric == Metrics.TimePerChange && f.Side == Sides.Kernel).ToList();
            var kernelScale = Scale.For(kernelTimes[0].Unit, kernelTimes.Select(f => f.Value));
            Html Line(IGrouping<string, Figure> scheme)
            {
                Html? Value(Metric metric, string side, Scale cell) => Markup.Value(view.Rows, scheme.FirstOrDefault(f => f.Metric == metric && f.Side == side), cell);
                return Markup.Row(scheme.Key,
                [
                    Value(Metrics.BytesPerChange, "", Scale.For("bytes", [1])), Value(Metrics.CallsPerChange, "", Scale.For("count", [1])),
                    Value(Metrics.TimePerChange, Sides.Kernel, kernelScale), Value(Metrics.TimePerChange, Sides.Port, scale),
                    Value(Metrics.Ratio, Sides.Kernel, Scale.Ratio), Value(Metrics.Ratio, Sides.Port, Scale.Ratio),
                ]);
            }

            return Markup.Group(7, Heading(window.Key, window.First(f => f.Metric == Metrics.Ratio).Item), window.GroupBy(f => f.Scheme).Select(Line));
        }

        return Markup.Table(
            $"IPv{family}: per change",
            Markup.Head(1, ["scheme", "bytes", "calls", "kernel, with netlink", "model, structures", "ratio, kernel", "ratio, model"]),
            Html.Concat(rows.GroupBy(f => f.X!.Value).OrderBy(g => g.Key), Window), "costs", Markup.BasisTags(rows));
    }

    private static string Heading(double window, string baseline) =>
        (window == 0 ? "each change sent alone" : $"sent every {Numbers.Show(window)} ms") + $"; ratios to {baseline}";
}
