// SPDX-License-Identifier: MIT
using ScottPlot;
using SkiaSharp;

namespace Sim.Reports.Plots;

/// <summary>DejaVu Sans from this assembly’s resources. On a machine without fonts, PNGs would otherwise have no text, and no error would
/// be reported.</summary>
internal sealed class PlotFont : IFontResolver
{
    public const string Family = "DejaVu Sans";

    private static readonly Lazy<PlotFont> s_installed = new(() =>
    {
        var font = new PlotFont();
        Fonts.FontResolvers.Insert(0, font);
        Fonts.Default = Family;
        return font;
    });

    private readonly SKTypeface _face;

    private PlotFont()
    {
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")
            ?? throw new InvalidOperationException("The font DejaVuSans.ttf is missing from the assembly's resources.");
        using var data = SKData.Create(stream);
        _face = SKTypeface.FromData(data) ?? throw new InvalidOperationException("The font DejaVuSans.ttf in the assembly's resources is damaged.");
    }

    /// <summary>Makes the font ScottPlot's default, once per process.</summary>
    public static void Install() => _ = s_installed.Value;

    public static float Width(string text, float size)
    {
        using var font = new SKFont(s_installed.Value._face, size);
        return font.MeasureText(text);
    }

    /// <summary>Returns the text if it fits into the width, in pixels. Otherwise shortens the middle of the text to an ellipsis. The
    /// beginning and the end stay, because names of structures differ at the beginning, and figures stand at the end.</summary>
    public static string Fit(string text, float size, float width)
    {
        if (Width(text, size) <= width)
            return text;
        var starts = StringInfo.ParseCombiningCharacters(text);
        string Shortened(int kept)
        {
            var tail = kept / 2;
            return $"{text.AsSpan(0, starts[kept - tail])}…{text.AsSpan(tail == 0 ? text.Length : starts[^tail])}";
        }
        var (fits, tooMany) = (0, starts.Length);
        while (tooMany - fits > 1)
        {
            var kept = (fits + tooMany) / 2;
            if (Width(Shortened(kept), size) <= width)
                fits = kept;
            else
                tooMany = kept;
        }
        return Shortened(fits);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Family ? _face : null;

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Family ? _face : null;
}
