// SPDX-License-Identifier: MIT
using ScottPlot;

namespace Sim.Reports.Plots;

/// <summary>The width of a chart, in pixels at scale 1. On a narrow chart, labels of groups stand above the marks of their group.</summary>
internal sealed record Canvas(int Width)
{
    public const int Narrow = 560;

    public bool IsNarrow => Width < Narrow;
}

/// <summary>A ScottPlot plot without a title, with its width, the height of its data, and the padding around the data, in pixels.</summary>
internal sealed record Drawing(Plot Plot, int Width, int Content, PixelPadding Padding) : IDisposable
{
    private const int PngScale = 2;

    public int Height => Content + (int)(Padding.Top + Padding.Bottom);

    /// <summary>Puts a title above the plot, for use outside a page.</summary>
    public Drawing WithTitle(string title)
    {
        var lines = ChartRenderer.Wrap(title, Width - 32, ChartRenderer.TitleSize);
        ChartRenderer.StyleLabel(Plot.Axes.Title.Label, string.Join('\n', lines));
        Plot.Axes.Title.Label.FontSize = ChartRenderer.TitleSize;
        Plot.Axes.Title.FullFigureCenter = true;
        var padding = new PixelPadding(Padding.Left, Padding.Right, Padding.Bottom, 20 + lines.Count * 20);
        Plot.Layout.Fixed(padding);
        return this with { Padding = padding };
    }

    /// <summary>Writes a PNG on a white background, at twice the plot's size.</summary>
    public void SavePng(string path)
    {
        Plot.FigureBackground.Color = Colors.White;
        Plot.ScaleFactor = PngScale;
        Plot.SavePng(path, Width * PngScale, Height * PngScale);
    }

    public void Dispose() => Plot.Dispose();
}

/// <summary>Turns charts into ScottPlot plots with a common style. The layout is in pixels, so that nothing overlaps.</summary>
internal static class ChartRenderer
{
    public const float FontSize = 13, TitleSize = 15;

    /// <summary>The pixels between the top of the picture and the data.</summary>
    public const int Head = 8;

    /// <summary>The pixels by which text is raised. ScottPlot leaves room for descenders when it centres a line, and this font hardly uses
    /// that room.</summary>
    private const float Lift = 3;

    /// <summary>The colours of the series: vermilion, blue and grey. People with common colour blindness can tell vermilion from blue. Grey
    /// is for neither structure.</summary>
    private static readonly Color[] Palette = [Color.FromHex("#d9660a"), Color.FromHex("#2f87c8"), Color.FromHex("#7d8590")];

    /// <summary>The colour of all text and lines: pure black. In an SVG the colour of the page's text replaces pure black.</summary>
    public static Color Ink => Colors.Black;

    public static Color SeriesColor(int series) => Palette[Math.Clamp(series, 0, Palette.Length - 1)];

    public static Drawing Draw(Chart chart, int width)
    {
        var canvas = new Canvas(width);
        PlotFont.Install();
        var plot = new Plot();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Color(Ink);
        plot.Grid.MajorLineColor = Ink.WithAlpha(.14);
        plot.HideLegend();
        foreach (var axis in plot.Axes.GetAxes())
        {
            axis.TickLabelStyle.FontSize = FontSize;
            axis.MajorTickStyle.Color = Ink.WithAlpha(.4);
            axis.MinorTickStyle.Length = 0;
            axis.FrameLineStyle.Color = Ink.WithAlpha(.4);
        }
        plot.Axes.Left.TickLabelStyle.OffsetY = Lift;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        var (content, padding) = chart switch
        {
            MarkChart marks => MarkRenderer.Draw(plot, marks, canvas),
            CurveChart curves => CurveRenderer.Draw(plot, curves, canvas),
            LogChart curves => LogRenderer.Draw(plot, curves, canvas),
            _ => throw new ArgumentOutOfRangeException(nameof(chart)),
        };
        return new Drawing(plot, width, content, padding);
    }

    /// <summary>
    /// Fixes the distance of the data from the sides, in pixels. Labels the bottom axis, in several lines if necessary. The limits of the
    /// axis must be set before the call. A tick is left out if its text would leave the picture or touch the previous text. Returns the
    /// padding around the data.
    /// </summary>
    public static PixelPadding BottomAxis(
        Plot plot, Canvas canvas, (int Left, int Right) sides, string label, IEnumerable<(double At, string Text)> ticks)
    {
        const int LineHeight = 17, Gap = 4;
        var width = canvas.Width - sides.Left - sides.Right;
        var limits = plot.Axes.GetLimits();
        var (inside, end) = (new List<(double At, string Text)>(), 0.0);
        foreach (var tick in ticks)
        {
            var middle = sides.Left + (tick.At - limits.Left) / (limits.Right - limits.Left) * width;
            var half = PlotFont.Width(tick.Text, FontSize) / 2;
            if (middle - half < end + 1 || middle + half > canvas.Width - 1)
                continue;
            inside.Add(tick);
            end = middle + half + Gap;
        }
        plot.Axes.Bottom.SetTicks([.. inside.Select(tick => tick.At)], [.. inside.Select(tick => tick.Text)]);
        var lines = Wrap(label, width, FontSize);
        StyleLabel(plot.Axes.Bottom.Label, string.Join('\n', lines));
        var padding = new PixelPadding(sides.Left, sides.Right, 37 + lines.Count * LineHeight, Head);
        plot.Layout.Fixed(padding);
        return padding;
    }

    /// <summary>Labels the left axis. The text runs along the axis, and is shortened to the height of the data.</summary>
    public static void LeftAxis(Plot plot, string label, int height) =>
        StyleLabel(plot.Axes.Left.Label, PlotFont.Fit(label, FontSize, height));

    public static void StyleLabel(LabelStyle style, string text)
    {
        style.Text = text;
        style.FontSize = FontSize;
        style.Bold = false;
        style.ForeColor = Ink;
    }

    public static ScottPlot.Plottables.Text Text(Plot plot, string text, double x, double y, Alignment alignment)
    {
        var label = plot.Add.Text(text, x, y);
        label.LabelFontSize = FontSize;
        label.LabelFontColor = Ink;
        label.LabelAlignment = alignment;
        label.OffsetY = Lift;
        return label;
    }

    /// <summary>Breaks text into lines, because ScottPlot would let long text run out of the picture.</summary>
    public static List<string> Wrap(string text, float width, float size)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            var longer = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (lines[^1].Length > 0 && PlotFont.Width(longer, size) > width)
                lines.Add(word);
            else
                lines[^1] = longer;
        }
        return lines.ConvertAll(line => PlotFont.Fit(line, size, width));
    }
}
