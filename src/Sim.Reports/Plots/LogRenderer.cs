// SPDX-License-Identifier: MIT
using ScottPlot;

namespace Sim.Reports.Plots;

/// <summary>
/// Draws a <see cref="LogChart"/>: the curves, and above them a strip with the shape and name of each curve, in as many columns as fit into
/// the width. Coordinates are logarithms to base 10, as ScottPlot needs them; those of a linear value axis are the values.
/// </summary>
internal static class LogRenderer
{
    private const int DataHeight = 300, NameHeight = 20, NameOffset = 12, ColumnGap = 22, Right = 28;

    private static readonly (MarkerShape Filled, MarkerShape Open)[] s_shapes =
    [
        (MarkerShape.FilledCircle, MarkerShape.OpenCircle), (MarkerShape.FilledSquare, MarkerShape.OpenSquare),
        (MarkerShape.FilledTriangleUp, MarkerShape.OpenTriangleUp), (MarkerShape.FilledDiamond, MarkerShape.OpenDiamond),
        (MarkerShape.FilledTriangleDown, MarkerShape.OpenTriangleDown), (MarkerShape.Eks, MarkerShape.Eks),
        (MarkerShape.Cross, MarkerShape.Cross), (MarkerShape.Asterisk, MarkerShape.Asterisk),
    ];

    /// <returns>The height of the data, and the padding around them, in pixels.</returns>
    public static (int Content, PixelPadding Padding) Draw(Plot plot, LogChart chart, Canvas canvas)
    {
        var points = chart.Curves.SelectMany(curve => curve.Points).ToList();
        var (low, high) = chart.IsLinear ? (0, points.Max(p => p.Y) * 1.04) : Wide(points.Min(p => p.Y), points.Max(p => p.Y));
        var ticks = chart.IsLinear ? Ticks.Linear(low, high, 8) : Ticks.Logarithmic(low, high, 8, Scale.StepOf(chart.Unit));
        var labels = Array.ConvertAll(ticks, tick => chart.IsLinear ? Numbers.Tick(tick) : chart.Unit.Length > 0 ? chart.Place(tick) : Tick(tick));
        var left = 44 + (int)labels.Max(label => PlotFont.Width(label, ChartRenderer.FontSize));
        var width = canvas.Width - left - Right;

        var (columns, lines) = Columns(chart, width);
        var names = NameHeight * lines + 10;
        var (bottom, ceiling) = (chart.PlaceOf(low), chart.PlaceOf(high));
        var perPixel = (ceiling - bottom) / DataHeight;
        var top = ceiling + perPixel * names;
        var (first, last) = (Math.Log10(points.Min(p => p.X)), Math.Log10(points.Max(p => p.X)));
        if (!(last > first))
            last = first + 1;
        // The sides keep room for half a point.
        var across = (last - first) / (width - 16);
        plot.Axes.SetLimits(first - across * 8, last + across * 8, bottom, top);
        plot.Axes.Left.SetTicks(Array.ConvertAll(ticks, chart.PlaceOf), labels);
        ChartRenderer.LeftAxis(plot, chart.ValueLabel, DataHeight + names);
        var places = Ticks.Logarithmic(Math.Pow(10, first), Math.Pow(10, last), Math.Clamp(width / 80, Ticks.Fewest, 10));
        var padding = ChartRenderer.BottomAxis(plot, canvas, (left, Right), chart.XLabel, places.Select(place => (Math.Log10(place), Tick(place))));
        for (var i = 0; i < chart.Curves.Count; i++)
        {
            DrawCurve(plot, chart, chart.Curves[i]);
            var (column, line) = (i / lines, i % lines);
            var x = first - across * 8 + across * (14 + (double)width / columns * column);
            DrawName(plot, chart.Curves[i], x, top - perPixel * (NameHeight * (line + .7)), width / columns - NameOffset - 14);
        }

        return (DataHeight + names, padding);
    }

    /// <summary>Returns a range that is wider than the given one, and spans at least a factor of two.</summary>
    private static (double Low, double High) Wide(double low, double high)
    {
        var reach = Math.Max(Math.Pow(high / low, .06), high / low < 1.5 ? 1.5 : 1);
        return (low / reach, high * reach);
    }

    /// <summary>Returns a tick's label. Numbers from a million on are shown as powers of ten, because narrow screens have no room for long
    /// labels.</summary>
    private static string Tick(double value)
    {
        const string superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        if (value < 1e6)
            return Numbers.Tick(value);
        var power = (int)Math.Floor(Math.Log10(value) + 1e-9);
        var digit = Math.Round(value / Math.Pow(10, power));
        var raised = string.Concat(Numbers.Tick(power).Select(figure => superscripts[figure - '0']));
        return digit == 1 ? $"10{raised}" : $"{digit}·10{raised}";
    }

    private static (int Columns, int Lines) Columns(LogChart chart, int width)
    {
        var widest = chart.Curves.Max(curve => PlotFont.Width(curve.Label, ChartRenderer.FontSize)) + NameOffset + ColumnGap;
        var columns = Math.Clamp((int)(width / widest), 1, 4);
        return (columns, (chart.Curves.Count + columns - 1) / columns);
    }

    private static void DrawCurve(Plot plot, LogChart chart, LogCurve curve)
    {
        var color = ChartRenderer.SeriesColor(curve.Series);
        var line = plot.Add.Scatter(
            curve.Points.Select(p => Math.Log10(p.X)).ToArray(), curve.Points.Select(p => chart.PlaceOf(p.Y)).ToArray(), color);
        line.LineWidth = 1.4f;
        if (curve.Open)
            line.LinePattern = LinePattern.Dashed;
        line.MarkerShape = Shape(curve);
        line.MarkerSize = 7;
        line.MarkerLineWidth = 1.4f;
        line.MarkerLineColor = color;
    }

    private static void DrawName(Plot plot, LogCurve curve, double x, double y, int room)
    {
        var color = ChartRenderer.SeriesColor(curve.Series);
        var marker = plot.Add.Marker(x, y, Shape(curve), 8, color);
        marker.MarkerLineWidth = 1.4f;
        marker.MarkerLineColor = color;
        ChartRenderer.Text(plot, PlotFont.Fit(curve.Label, ChartRenderer.FontSize, room), x, y, Alignment.MiddleLeft).OffsetX = NameOffset;
    }

    private static MarkerShape Shape(LogCurve curve) =>
        curve.Open ? s_shapes[curve.Shape % s_shapes.Length].Open : s_shapes[curve.Shape % s_shapes.Length].Filled;
}
