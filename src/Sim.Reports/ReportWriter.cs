// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Files;
using Sim.Reports.Compare;
using Sim.Reports.Html;
using Sim.Reports.Plots;
using Sim.Reports.Views;

namespace Sim.Reports;

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

    public const string PageName = "index.html";

    public const string ResultsName = "results.json";

    private const string PartSuffix = "-part";

    private const int WidePixels = 820;
    private const int NarrowPixels = 370;
    private const int PngScale = 2;

    /// <summary>
    /// Takes the folder for a run, and sees that a file can be written in it: worth asking before a run that takes minutes.
    /// </summary>
    /// <param name="outDir">The folder; it and its parents are made where they are missing.</param>
    /// <exception cref="UnusableOutputException">A file is in the way, another run writes there, or the disk or permissions refuse.</exception>
    public static OutputFolder Prepare(string outDir)
    {
        var folder = OutputFolder.Take(outDir);
        try
        {
            var partial = MakePartial(folder);
            File.WriteAllText(Path.Combine(partial, PageName), "");
            Directory.Delete(partial, recursive: true);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw new UnusableOutputException($"{outDir} cannot be written ({error.Message}); name another folder", error);
        }
    }

    /// <summary>Writes the report of <paramref name="result"/> to <paramref name="outDir"/> and replaces an older one there.</summary>
    /// <param name="result">The run. Rows may be missing: what they would have shown is then left out or said to be missing.</param>
    /// <param name="outDir">The folder; made where it is missing.</param>
    /// <exception cref="IOException">As of <see cref="Prepare"/>; an older report is then still whole.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Write(RunResult result, string outDir) => Write(result, outDir, static _ => { });

    /// <summary>
    /// The same, calling <paramref name="reached"/> with the name of each file before it is written or moved: tests interrupt it there.
    /// </summary>
    internal static void Write(RunResult result, string outDir, Action<string> reached)
    {
        using var folder = Prepare(outDir);
        Write(result, folder, reached);
    }

    /// <summary>The same for a folder that is taken already.</summary>
    public static void Write(RunResult result, OutputFolder folder, Action<string> reached)
    {
        WriteAndPublish(folder, reached, partial =>
        {
            WriteResults(result, partial, reached);
            WritePage(result, partial, reached);
        });
    }

    /// <summary>Writes results.csv and results.json alone, for want of a page; an older report, which is not theirs, goes.</summary>
    internal static void WriteResults(RunResult result, OutputFolder folder) =>
        WriteAndPublish(folder, static _ => { }, partial => WriteResults(result, partial, static _ => { }));

    /// <summary>results.csv and results.json, in any folder.</summary>
    internal static void WriteResults(RunResult result, string folder, Action<string> reached)
    {
        reached("results.csv");
        CsvResults.Write(Path.Combine(folder, "results.csv"), new Rows(result));
        reached(ResultsName);
        ResultsJson.Write(Path.Combine(folder, ResultsName), result);
    }

    private static void WriteAndPublish(OutputFolder folder, Action<string> reached, Action<string> write)
    {
        var partial = MakePartial(folder);
        try
        {
            write(partial);
            Publish(partial, folder.RealName, reached);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    /// <summary>An empty folder to put a report together in; one that a killed run left behind is cleared: the lock says that no other runs.</summary>
    private static string MakePartial(OutputFolder folder)
    {
        var partial = Path.Combine(folder.RealName, PartialName);
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        return Directory.CreateDirectory(partial).FullName;
    }

    private static void WritePage(RunResult result, string folder, Action<string> reached)
    {
        var rows = new Rows(result);
        string At(string name)
        {
            reached(name);
            return Path.Combine(folder, name);
        }

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
            RenderRun(part, spec => draw(i == 0 ? spec : spec with { Name = $"{spec.Name}{PartSuffix}{i + 1}" }))))], Families(rows, parts, draw));
    }

    /// <summary>Where the parts are of both families: a verdict on each, and the drawing that has both.</summary>
    private static (IReadOnlyList<string> Verdicts, PagePlot Plot)? Families(Rows rows, IReadOnlyList<Rows> parts, Func<PlotSpec, PagePlot> draw)
    {
        if (FamilyCosts.Of(rows).Count < 2)
            return null;
        var compared = parts.Where(part => FamilyCosts.Of(part).Count > 0).OrderBy(part => part.Family);
        return ([.. compared.Select(part => new Verdict(part).Headline())], draw(FamilyPlot.For(rows)! with { Name = $"{FamilyPlot.Name}{PartSuffix}s" }));
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
        var page = OutputTarget.Of(Path.Combine(outDir, PageName));
        Remove(Path.Combine(outDir, PageName));
        // Plots of an older report that this run has no rows for would look like its own.
        foreach (var name in PlotSet.AllNames.Concat(ValidationPlots.AllNames).Concat(ChurnPlots.AllNames).Concat(ReaderPlots.AllNames).Concat(ScalingPlots.AllNames).Concat(ComparePlots.AllNames))
        {
            Remove(Path.Combine(outDir, $"plot-{name}.png"));
            Remove(Path.Combine(outDir, $"plot-{name}.svg"));
            foreach (var path in Directory.EnumerateFiles(outDir, $"plot-{name}{PartSuffix}*").ToList())
                Remove(path);
        }
        foreach (var path in Directory.EnumerateFiles(partial).OrderBy(p => Path.GetFileName(p) == PageName).ToList())
        {
            var name = Path.GetFileName(path);
            reached($"move {name}");
            (name == PageName ? page : OutputTarget.Of(Path.Combine(outDir, name))).Publish(path);
        }
    }

    /// <summary>Takes a file away; where a link leads to it, the link stays, and what is no file is left alone.</summary>
    private static void Remove(string path)
    {
        var file = RealPath.Of(path);
        if (FileStatus.Of(file) is { Kind: PathKind.File })
            File.Delete(file);
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
