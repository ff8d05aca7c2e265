// SPDX-License-Identifier: MIT
using ScottPlot;

namespace Sim.Reports.Plots;

/// <summary>
/// Draws a <see cref="MarkChart"/>. The vertical axis is in pixels from the top, so that every mark and every label has a line of its own.
/// The horizontal axis ends where the longest label still fits.
/// </summary>
internal static class MarkRenderer
{
    private const int LineHeight = 22, GroupGap = 14, LabelOffset = 7, Margin = 14, LeastBar = 2;

    /// <returns>The height of the data, and the padding around them, in pixels.</returns>
    public static (int Content, PixelPadding Padding) Draw(Plot plot, MarkChart chart, Canvas canvas)
    {
        chart = InOneUnit(Shortened(chart, canvas));
        var labels = chart.Groups.Max(g => PlotFont.Width(g.Label, ChartRenderer.FontSize));
        var left = canvas.IsNarrow ? Margin : Margin + 10 + (int)labels;
        var width = canvas.Width - left - Margin;
        var content = ContentHeight(chart, canvas);
        var axis = ValueAxis.For(chart, width);
        plot.Axes.SetLimits(axis.Place(axis.Min), axis.PlaceMax, content, 0);
        var padding = ChartRenderer.BottomAxis(plot, canvas, (left, Margin), chart.ValueLabel, axis.Ticks());
        plot.Axes.Left.FrameLineStyle.Width = chart.Log ? 0 : 1;
        plot.Grid.YAxisStyle.IsVisible = false;
        DrawReference(plot, chart, canvas, axis, content);
        DrawGroups(plot, chart, canvas, axis);
        return (content, padding);
    }

    /// <summary>Returns the chart with shortened texts: group names that fit, and mark labels that leave a third of the remaining width to
    /// the data.</summary>
    private static MarkChart Shortened(MarkChart chart, Canvas canvas)
    {
        var inner = canvas.Width - 2 * Margin;
        string Name(string text) => PlotFont.Fit(text, ChartRenderer.FontSize, canvas.IsNarrow ? inner - 2 * LabelOffset : inner * .45f);
        var names = canvas.IsNarrow ? 0 : 10 + chart.Groups.Max(g => PlotFont.Width(Name(g.Label), ChartRenderer.FontSize));
        var room = (inner - names) * .66f - 2 * LabelOffset;
        Mark Short(Mark mark) => mark with { Label = PlotFont.Fit(mark.Label, ChartRenderer.FontSize, room) };
        return chart with { Groups = [.. chart.Groups.Select(group => new MarkGroup(Name(group.Label), [.. group.Marks.Select(Short)]))] };
    }

    /// <summary>Scales all values of a linear axis to one unit. On a logarithmic axis every place has its own unit.</summary>
    private static MarkChart InOneUnit(MarkChart chart)
    {
        if (chart.Log)
            return chart.IsRatio ? chart : chart with { ValueLabel = $"{chart.ValueLabel} (logarithmic)" };
        var scale = Scale.For(chart.Unit, chart.Groups.SelectMany(group => group.Marks).Select(mark => Math.Max(mark.Value, mark.High)));
        Mark Scaled(Mark mark) => mark with
        {
            Value = mark.Value / scale.Divisor, Low = mark.Low / scale.Divisor, High = mark.High / scale.Divisor, From = mark.From / scale.Divisor,
        };
        return chart with
        {
            Target = chart.Target / scale.Divisor,
            ValueLabel = scale.Unit.Length == 0 ? chart.ValueLabel : $"{chart.ValueLabel}, {scale.Unit}",
            Groups = [.. chart.Groups.Select(group => group with { Marks = [.. group.Marks.Select(Scaled)] })],
        };
    }

    private static int ContentHeight(MarkChart chart, Canvas canvas) => HeadLine(chart) + GroupGap
        + chart.Groups.Sum(group => GroupGap + LineHeight * (group.Marks.Count + (canvas.IsNarrow ? 1 : 0)));

    private static int HeadLine(MarkChart chart) => LineHeight * ((chart.Noise is null ? 0 : 1) + (chart.Target is null ? 0 : 1));

    private static void DrawReference(Plot plot, MarkChart chart, Canvas canvas, ValueAxis axis, int content)
    {
        if (chart.Noise is { } noise)
        {
            var span = plot.Add.HorizontalSpan(axis.Place(1 / noise), axis.Place(noise), ChartRenderer.Ink.WithAlpha(.13));
            span.LineStyle.Width = 0;
            Annotate(plot, $"shaded: {chart.NoiseName} {Numbers.Percent(noise)}", axis, noise, LineHeight * .7);
        }
        if (chart.Target is { } target)
            Annotate(plot, $"dashed: {(chart.TargetName.Length > 0 ? chart.TargetName : $"target {Numbers.Ratio(target)}")}", axis, target, HeadLine(chart) - LineHeight * .3);
        if (!canvas.IsNarrow)
            DrawLines(plot, chart, axis, HeadLine(chart), content);
    }

    /// <summary>Writes a note to the right of its place if there is room, otherwise at the right end.</summary>
    private static void Annotate(Plot plot, string label, ValueAxis axis, double value, double y)
    {
        label = PlotFont.Fit(label, ChartRenderer.FontSize, axis.Width - 2 * LabelOffset);
        var text = PlotFont.Width(label, ChartRenderer.FontSize) + 2 * LabelOffset;
        if (text <= axis.PixelsRightOf(value))
            ChartRenderer.Text(plot, label, axis.Place(value), y, Alignment.MiddleLeft).OffsetX = LabelOffset;
        else
            ChartRenderer.Text(plot, label, axis.PlaceMax, y, Alignment.MiddleRight).OffsetX = -LabelOffset;
    }

    private static void DrawLines(Plot plot, MarkChart chart, ValueAxis axis, double top, double bottom)
    {
        const double Dash = 6, Gap = 5;
        if (chart.IsRatio)
            plot.Add.Line(axis.Place(1), bottom, axis.Place(1), top).LineStyle = new(1.5f, ChartRenderer.Ink.WithAlpha(.6));
        if (chart.Target is null)
            return;
        // Each dash is drawn as a line: Skia cannot write a dashed line to an SVG, and complains on standard error.
        var at = axis.Place(chart.Target.Value);
        for (var y = top; y < bottom; y += Dash + Gap)
            plot.Add.Line(at, y, at, Math.Min(bottom, y + Dash)).LineStyle = new(1.5f, ChartRenderer.Ink.WithAlpha(.75));
    }

    private static void DrawGroups(Plot plot, MarkChart chart, Canvas canvas, ValueAxis axis)
    {
        double y = HeadLine(chart);
        var middles = new List<double>();
        foreach (var group in chart.Groups)
        {
            y += GroupGap;
            if (canvas.IsNarrow)
            {
                ChartRenderer.Text(plot, group.Label, axis.Place(axis.Min), y + LineHeight * .5, Alignment.MiddleLeft).OffsetX = 4;
                y += LineHeight;
                // The lines do not cross the labels.
                DrawLines(plot, chart, axis, y, y + group.Marks.Count * LineHeight);
            }
            middles.Add(y + group.Marks.Count * LineHeight * .5);
            foreach (var mark in group.Marks)
            {
                DrawMark(plot, chart, mark, axis, y + LineHeight * .5);
                y += LineHeight;
            }
        }
        var labels = canvas.IsNarrow ? [] : chart.Groups.Select(g => g.Label).ToArray();
        plot.Axes.Left.SetTicks(canvas.IsNarrow ? [] : [.. middles], labels);
        plot.Axes.Left.MajorTickStyle.Length = 0;
    }

    private static void DrawMark(Plot plot, MarkChart chart, Mark mark, ValueAxis axis, double y)
    {
        var color = ChartRenderer.SeriesColor(mark.Series);
        var at = axis.Place(mark.Value);
        if (!chart.Log)
        {
            // A bar above 0 has a visible length, and so has a step.
            var (from, least) = (axis.Place(mark.From), LeastBar * axis.PerPixel);
            var length = mark.Value > 0 && Math.Abs(at - from) < least ? from + least : at;
            plot.Add.Bar(new Bar
            {
                Position = y, ValueBase = from, Value = length, Size = LineHeight * .72, Orientation = Orientation.Horizontal, FillColor = color, LineWidth = 0,
            });
        }
        if (mark.High > mark.Low)
            DrawQuartiles(plot, axis.Place(mark.Low), axis.Place(mark.High), y, chart.Log ? color : ChartRenderer.Ink);
        if (chart.Log)
            plot.Add.Marker(at, y, MarkerShape.FilledCircle, 9, color);
        // A label beside a ratio's mark would cross the line at 1, so these labels stand in a column at the right end.
        var end = chart.IsRatio ? axis.PlaceLabels : Math.Max(at, axis.Place(Math.Max(Math.Max(mark.High, mark.From), axis.Min)));
        ChartRenderer.Text(plot, mark.Label, end, y, Alignment.MiddleLeft).OffsetX = LabelOffset;
    }

    private static void DrawQuartiles(Plot plot, double low, double high, double y, Color color)
    {
        const double Cap = 4.5;
        plot.Add.Line(low, y, high, y).LineStyle = new(2, color);
        plot.Add.Line(low, y - Cap, low, y + Cap).LineStyle = new(2, color);
        plot.Add.Line(high, y - Cap, high, y + Cap).LineStyle = new(2, color);
    }

    /// <summary>The horizontal axis, which maps values to places. A place is the value or its logarithm.</summary>
    private sealed record ValueAxis(MarkChart Chart, double Min, double Max, double PlaceLabels, double PlaceMax, int Width)
    {
        public static ValueAxis For(MarkChart chart, int width)
        {
            var marks = chart.Groups.SelectMany(g => g.Marks).ToList();
            var min = chart.Log ? marks.Min(m => Math.Min(m.Value, m.Low)) : 0;
            var max = marks.Max(m => Math.Max(m.Value, m.High));
            if (!chart.Log)
                max = Math.Max(max, chart.Target ?? 0);
            if (chart.IsRatio)
            {
                var noise = chart.Noise ?? 1;
                (min, max) = (Math.Min(min, 1 / noise) / 1.03, Math.Max(max, Math.Max(noise, chart.Target ?? 1)) * 1.03);
            }
            if (chart.Log)
                min /= Math.Pow(Math.Max(1.05, max / min), .06);
            if (!(max > min))
                max = min + 1;
            var axis = new ValueAxis(chart, min, max, 0, 0, width);
            if (chart.IsRatio)
            {
                var column = marks.Max(m => PlotFont.Width(m.Label, ChartRenderer.FontSize)) + 2 * LabelOffset;
                var end = axis.Place(min) + (axis.Place(max) - axis.Place(min)) / (1 - column / width);
                return axis with { PlaceLabels = axis.Place(max), PlaceMax = end };
            }
            return axis with { PlaceMax = marks.Select(m => axis.EndFor(m)).Append(axis.Place(max)).Max() };
        }

        /// <summary>The width of one pixel, in units of the axis.</summary>
        public double PerPixel => (PlaceMax - Place(Min)) / Width;

        public double Place(double value) => Chart.Log ? Math.Log10(Math.Max(value, double.Epsilon)) : value;

        public double PixelsRightOf(double value) => (PlaceMax - Place(value)) / PerPixel;

        public IEnumerable<(double At, string Text)> Ticks()
        {
            double[] ticks = [];
            for (var most = 9; most >= Plots.Ticks.Fewest; most--)
            {
                ticks = !Chart.Log ? Plots.Ticks.Linear(Min, PlaceMax, most)
                    : Plots.Ticks.Logarithmic(Min, Chart.IsRatio ? Max : Math.Pow(10, Math.Min(PlaceMax, 308)), most, Scale.StepOf(Chart.Unit));
                if (HaveRoom(ticks))
                    return ticks.Select(t => (Place(t), Text(t)));
            }

            // No set of ticks has room: three ticks remain, far apart.
            var middle = (Place(ticks[0]) + Place(ticks[^1])) / 2;
            return new[] { ticks[0], ticks.MinBy(t => Math.Abs(Place(t) - middle)), ticks[^1] }.Distinct().Select(t => (Place(t), Text(t)));
        }

        private string Text(double tick) => Chart.Log ? Chart.Place(tick) : Numbers.Tick(tick);

        private float HalfWidth(double tick) => PlotFont.Width(Text(tick), ChartRenderer.FontSize) / 2;

        private bool HaveRoom(double[] ticks)
        {
            const int Gap = 14;
            return ticks.Zip(ticks.Skip(1)).All(pair =>
                Place(pair.Second) - Place(pair.First) >= (HalfWidth(pair.First) + HalfWidth(pair.Second) + Gap) * PerPixel);
        }

        /// <summary>Returns the lowest value at which the axis may end so that the mark's label fits.</summary>
        private double EndFor(Mark mark) =>
            Place(Min) + (Place(Math.Max(Math.Max(mark.Value, mark.High), mark.From)) - Place(Min))
                / (1 - (PlotFont.Width(mark.Label, ChartRenderer.FontSize) + LabelOffset + 6) / Width);
    }
}
