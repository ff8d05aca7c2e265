// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Runner.Reports.Compare;
using Sim.Runner.Reports.Html;
using Sim.Runner.Reports.Plots;

namespace Sim.Runner.Reports;

/// <summary>Writes a run's report: index.html, results.csv, results.json and each plot as PNG and SVG.</summary>
/// <remarks>
/// Everything is first written to a folder of its own inside the target and moved when it is complete. index.html is
/// taken away first and comes back last: a folder that has one holds a whole report, whenever a run was interrupted.
/// Files in the target that are not a report's are left alone.
/// </remarks>
public static class ReportWriter
{
    /// <summary>Name of the folder the report is put together in.</summary>
    internal const string PartialName = ".report-partial";

    internal const string PageName = "index.html";

    private const string PartSuffix = "-part";

    private const int WidePixels = 820;
    private const int NarrowPixels = 370;
    private const int PngScale = 2;

    /// <summary>
    /// Makes the folder and sees that a file can be written in it: worth asking before a run that takes minutes.
    /// </summary>
    /// <param name="outDir">The folder; it and its parents are made where they are missing.</param>
    /// <exception cref="IOException">A file is in the way, or the disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Prepare(string outDir)
    {
        if (File.Exists(outDir))
            throw new IOException($"{outDir}: is a file; the report needs a folder");
        Directory.CreateDirectory(outDir);
        var partial = Path.Combine(outDir, PartialName);
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        File.WriteAllText(Path.Combine(partial, PageName), "");
        Directory.Delete(partial, recursive: true);
    }

    /// <summary>Writes the report of <paramref name="result"/> to <paramref name="outDir"/> and replaces an older one there.</summary>
    /// <param name="result">The run. Rows may be missing: what they would have shown is then left out or said to be missing.</param>
    /// <param name="outDir">The folder; made where it is missing.</param>
    /// <exception cref="IOException">As of <see cref="Prepare"/>; an older report is then still whole.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Write(RunResult result, string outDir) => Write(result, outDir, static _ => { });

    /// <summary>
    /// The same, calling <paramref name="reached"/> with the name of each file before it is written or moved: tests
    /// interrupt it there.
    /// </summary>
    internal static void Write(RunResult result, string outDir, Action<string> reached)
    {
        Prepare(outDir);
        var partial = Path.Combine(outDir, PartialName);
        Directory.CreateDirectory(partial);
        try
        {
            WriteFiles(result, partial, reached);
            Publish(partial, outDir, reached);
        }
        finally
        {
            Directory.Delete(partial, recursive: true);
        }
    }

    private static void WriteFiles(RunResult result, string folder, Action<string> reached)
    {
        var rows = new Rows(result);
        string At(string name)
        {
            reached(name);
            return Path.Combine(folder, name);
        }

        CsvResults.Write(At("results.csv"), rows);
        ResultsJson.Write(At("results.json"), result);
        PagePlot Draw(PlotSpec spec)
        {
            WritePng(At($"plot-{spec.Name}.png"), spec);
            WriteSvg(At($"plot-{spec.Name}.svg"), spec);
            return new(spec, Inline(spec, WidePixels, "wide"), Inline(spec, NarrowPixels, "narrow"));
        }

        string Compare(CompareView compared) => Page.Render(rows, new Verdict(rows), compared, [.. ComparePlots.For(compared).Select(Draw)]);
        var page = CompareView.Of(rows) is { } compared ? Compare(compared) : RenderRuns(rows, Draw);
        File.WriteAllText(At(PageName), page, new UTF8Encoding(false));
    }

    private static string RenderRuns(Rows rows, Func<PlotSpec, PagePlot> draw)
    {
        var parts = rows.Parts();
        if (parts.Count == 1)
            return RenderRun(rows, draw);
        // A plot's file has its part's number; the first part's keep their names.
        return Page.Join(rows, [.. parts.Select((part, i) => (part.Result.Runs[0],
            RenderRun(part, spec => draw(i == 0 ? spec : spec with { Name = $"{spec.Name}{PartSuffix}{i + 1}" }))))]);
    }

    private static string RenderRun(Rows rows, Func<PlotSpec, PagePlot> draw)
    {
        var verdict = new Verdict(rows);
        var view = ValidationView.Of(rows);
        var plots = PlotSet.For(rows, verdict).Select(draw).ToList();
        var validationPlots = view is null ? [] : ValidationPlots.For(view).Select(draw).ToList();
        var churn = ChurnView.Of(rows);
        var churnPlots = churn is null ? [] : ChurnPlots.For(churn).Concat(ReaderPlots.For(churn)).Select(draw).ToList();
        var scaling = ScalingView.Of(rows) is { } sizes ? new ScalingPart(sizes, [.. ScalingPlots.For(sizes).Select(draw)]) : null;
        return Page.Render(rows, verdict, view, plots, validationPlots, churn, churnPlots, scaling);
    }

    private static void Publish(string partial, string outDir, Action<string> reached)
    {
        reached($"publish {PageName}");
        File.Delete(Path.Combine(outDir, PageName));
        // Plots of an older report that this run has no rows for would look like its own.
        foreach (var name in PlotSet.AllNames.Concat(ValidationPlots.AllNames).Concat(ChurnPlots.AllNames).Concat(ReaderPlots.AllNames).Concat(ScalingPlots.AllNames).Concat(ComparePlots.AllNames))
        {
            File.Delete(Path.Combine(outDir, $"plot-{name}.png"));
            File.Delete(Path.Combine(outDir, $"plot-{name}.svg"));
            foreach (var path in Directory.EnumerateFiles(outDir, $"plot-{name}{PartSuffix}*").ToList())
                File.Delete(path);
        }
        foreach (var path in Directory.EnumerateFiles(partial).OrderBy(p => Path.GetFileName(p) == PageName).ToList())
        {
            var name = Path.GetFileName(path);
            reached($"move {name}");
            File.Move(path, Path.Combine(outDir, name), overwrite: true);
        }
    }

    private static string Inline(PlotSpec spec, int width, string cssClass)
    {
        using var drawing = ChartRenderer.Draw(spec.Chart, new(width, Title: null, Opaque: false));
        return SvgFile.Inline(drawing, $"{spec.Name}-{cssClass}", cssClass, $"{spec.Question} {spec.Reading}");
    }

    private static void WriteSvg(string path, PlotSpec spec)
    {
        using var drawing = ChartRenderer.Draw(spec.Chart, new(WidePixels, spec.Question, Opaque: false));
        File.WriteAllText(path, SvgFile.Standalone(drawing, spec.Question));
    }

    private static void WritePng(string path, PlotSpec spec)
    {
        using var drawing = ChartRenderer.Draw(spec.Chart, new(WidePixels, spec.Question, Opaque: true));
        drawing.Plot.ScaleFactor = PngScale;
        drawing.Plot.SavePng(path, drawing.Width * PngScale, drawing.Height * PngScale);
    }
}
