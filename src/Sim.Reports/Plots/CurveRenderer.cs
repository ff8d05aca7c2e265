// SPDX-License-Identifier: MIT
using ScottPlot;

namespace Sim.Reports.Plots;

/// <summary>Draws a <see cref="CurveChart"/>: each curve's name stands above its peak, on a line of its own.</summary>
internal static class CurveRenderer
{
    private const int DataHeight = 240, NameHeight = 22, Right = 14, NameOffset = 9;

    /// <returns>The height of the data, and the padding around them, in pixels.</returns>
    public static (int Content, PixelPadding Padding) Draw(Plot plot, CurveChart chart, Canvas canvas)
    {
        var points = chart.Curves.SelectMany(c => c.Points).Where(p => p.Y > 0).ToList();
        var (low, high) = (Math.Log10(points.Min(p => p.Y)), Math.Log10(points.Max(p => p.Y)));
        if (!(high > low))
            high = low + 1;
        var names = NameHeight * chart.Curves.Count + 8;
        var bottom = low - (high - low) * .04;
        var top = bottom + (high - bottom) * (DataHeight + names) / DataHeight;
        var (first, last) = (points.Min(p => p.X), Math.Max(points.Max(p => p.X), points.Min(p => p.X) + 2));
        plot.Axes.SetLimits(first - .5, last + .5, bottom, top);

        var ticks = Ticks.Logarithmic(Math.Pow(10, bottom), Math.Pow(10, high), 8, Scale.StepOf(chart.Unit));
        var labels = Array.ConvertAll(ticks, chart.Place);
        plot.Axes.Left.SetTicks(Array.ConvertAll(ticks, Math.Log10), labels);
        ChartRenderer.LeftAxis(plot, $"{chart.ValueLabel} (logarithmic)", DataHeight + names);
        var left = 44 + (int)labels.Max(l => PlotFont.Width(l, ChartRenderer.FontSize));
        var width = canvas.Width - left - Right;
        var places = Ticks.Linear(first, last, Math.Clamp(width / 45, Ticks.Fewest, 14)).Where(t => t == Math.Round(t));
        var padding = ChartRenderer.BottomAxis(plot, canvas, (left, Right), chart.XLabel, places.Select(t => (t, Numbers.Tick(t))));

        // Names lie in a strip above all data, so no curve crosses them.
        var perPixel = (top - bottom) / (DataHeight + names);
        for (var i = 0; i < chart.Curves.Count; i++)
            DrawCurve(plot, chart.Curves[i], top - perPixel * (NameHeight * (i + .6)), (first, last, width));
        return (DataHeight + names, padding);
    }

    private static void DrawCurve(Plot plot, Curve curve, double nameAt, (double First, double Last, int Width) x)
    {
        var points = curve.Points.Where(p => p.Y > 0).ToList();
        if (points.Count == 0)
            return;
        var color = ChartRenderer.SeriesColor(curve.Series);
        var peak = points.MaxBy(p => p.Y);
        plot.Add.Line(peak.X, Math.Log10(peak.Y), peak.X, nameAt).LineStyle = new(1, color.WithAlpha(.6));
        var line = plot.Add.Scatter(points.Select(p => p.X).ToArray(), points.Select(p => Math.Log10(p.Y)).ToArray(), color);
        line.LineWidth = 2;
        line.MarkerSize = 7;
        // Curves differ in shape as well as in colour.
        line.MarkerShape = curve.Series == 0 ? MarkerShape.FilledCircle : MarkerShape.FilledSquare;
        var perPixel = (x.Last - x.First + 1) / x.Width;
        var (before, after) = ((peak.X - x.First + .5) / perPixel, (x.Last + .5 - peak.X) / perPixel);
        var right = PlotFont.Width(curve.Label, ChartRenderer.FontSize) + NameOffset <= after || after >= before;
        var name = PlotFont.Fit(curve.Label, ChartRenderer.FontSize, (float)(right ? after : before) - NameOffset);
        var label = ChartRenderer.Text(plot, name, peak.X, nameAt, right ? Alignment.MiddleLeft : Alignment.MiddleRight);
        label.OffsetX = right ? NameOffset : -NameOffset;
        plot.Add.Marker(peak.X, nameAt, line.MarkerShape, 7, color);
    }
}
