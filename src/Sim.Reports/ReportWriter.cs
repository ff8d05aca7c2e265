// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures.Results;
using Sim.Reports.Pages;

namespace Sim.Reports;

/// <summary>Writes a run's report: index.html, results.csv, results.json and each plot as PNG.</summary>
/// <remarks>
/// Everything is first written to a folder of its own inside the target and moved when it is complete. index.html is
/// taken away first and comes back last: a folder that has one holds a whole report, whenever a run was interrupted.
/// Files in the target that are not a report's are left alone.
/// </remarks>
public static class ReportWriter
{
    /// <summary>Begins the name of the folder that the report is put together in; 32 hexadecimal digits follow, so that it is nobody else's.</summary>
    internal const string PartialPrefix = ".report-partial-";

    public const string PageName = "index.html", ResultsName = "results.json";

    private const string TableName = "results.csv", PlotPrefix = "plot-";

    private static readonly string[] s_plots =
        [.. PlotSet.AllNames, .. ValidationPlots.AllNames, .. ChurnPlots.AllNames, .. ScalingPlots.AllNames, .. ComparePlots.AllNames];

    private const int WidePixels = 820, NarrowPixels = 370;

    /// <summary>Takes the folder for a run, and sees that a file can be written in it, before minutes of measuring.</summary>
    /// <exception cref="UnusableOutputException">
    /// A file is in the way, or no file where the report will have one; another run writes there, or the disk or permissions refuse.
    /// </exception>
    public static OutputFolder Prepare(string outDir)
    {
        var folder = OutputFolder.Take(outDir);
        try
        {
            foreach (var name in OlderNames(folder.RealName))
                TargetOf(folder.RealName, name);
            var partial = MakePartial(folder);
            File.WriteAllText(Path.Combine(partial, PageName), "");
            Directory.Delete(partial, recursive: true);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw error as UnusableOutputException ?? new UnusableOutputException($"{outDir} cannot be written ({error.Message}); name another folder", error);
        }
    }

    /// <summary>
    /// Writes the report and replaces an older one. What missing rows would have shown is left out, or said to be missing. The name of
    /// each file is told before the file is written or moved.
    /// </summary>
    /// <exception cref="IOException">As of <see cref="Prepare"/>; an older report is then still whole.</exception>
    public static void Write(RunResult result, OutputFolder folder, Action<string> reached) => WriteAndPublish(folder, reached, partial =>
    {
        WriteResults(result, partial, reached);
        WritePage(result, partial, reached);
    });

    /// <summary>Writes results.csv and results.json without a page, and removes an older report.</summary>
    internal static void WriteResults(RunResult result, OutputFolder folder) =>
        WriteAndPublish(folder, static _ => { }, partial => WriteResults(result, partial, static _ => { }));

    internal static void WriteResults(RunResult result, string folder, Action<string> reached)
    {
        reached(TableName);
        CsvResults.Write(Path.Combine(folder, TableName), new Rows(result));
        reached(ResultsName);
        ResultsJson.Write(Path.Combine(folder, ResultsName), result);
    }

    private static void WriteAndPublish(OutputFolder folder, Action<string> reached, Action<string> write)
    {
        folder.Confirm();
        var partial = MakePartial(folder);
        try
        {
            write(partial);
            folder.Confirm();
            Publish(partial, folder.RealName, reached);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    /// <summary>An empty folder to put a report together in; those that killed runs left behind go: the lock says that no other runs.</summary>
    private static string MakePartial(OutputFolder folder)
    {
        var left = Directory.GetDirectories(folder.RealName, $"{PartialPrefix}*");
        foreach (var path in left.Where(path => Guid.TryParseExact(Path.GetFileName(path)[PartialPrefix.Length..], "N", out _)))
            Directory.Delete(path, recursive: true);
        return Directory.CreateDirectory(Path.Combine(folder.RealName, $"{PartialPrefix}{Guid.NewGuid():N}")).FullName;
    }

    private static void WritePage(RunResult result, string folder, Action<string> reached)
    {
        var rows = new Rows(result);
        string At(string name)
        {
            reached(name);
            return Path.Combine(folder, name);
        }

        // The wide drawing serves the page and, with its title, the PNG.
        PagePlot Draw(PlotSpec spec, string suffix)
        {
            var file = $"{PlotPrefix}{spec.Name}{suffix}";
            using var wide = ChartRenderer.Draw(spec.Chart, WidePixels);
            using var narrow = ChartRenderer.Draw(spec.Chart, NarrowPixels);
            var plot = new PagePlot(
                spec, file, SvgFile.Inline(wide, $"{file}-wide", "wide", spec.Description), SvgFile.Inline(narrow, $"{file}-narrow", "narrow", spec.Description));
            wide.WithTitle(spec.Question).SavePng(At($"{file}.png"));
            return plot;
        }

        var page = new PageComposer(Draw).Render(rows).ToString();
        File.WriteAllText(At(PageName), page, new UTF8Encoding(false));
    }

    private static void Publish(string partial, string outDir, Action<string> reached)
    {
        reached($"publish {PageName}");
        var names = Directory.EnumerateFiles(partial).Select(path => Path.GetFileName(path)!).OrderBy(name => name == PageName).ToList();
        // All are looked at before one is touched: an older report stays whole where this one cannot be written.
        foreach (var name in names)
            TargetOf(outDir, name);
        var page = TargetOf(outDir, PageName);
        Remove(outDir, PageName);
        // Plots of an older report that this run has no rows for would look like its own.
        foreach (var name in OlderNames(outDir).Where(name => name != PageName && !names.Contains(name)).ToList())
            Remove(outDir, name);
        foreach (var name in names)
        {
            reached($"move {name}");
            (name == PageName ? page : TargetOf(outDir, name)).Publish(Path.Combine(partial, name));
        }
    }

    /// <summary>Names in the folder that a report may have.</summary>
    private static IEnumerable<string> OlderNames(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)
            .Where(name => name is PageName or TableName or ResultsName || s_plots.Any(plot => IsPlot(name, PlotPrefix + plot)));

    private static bool IsPlot(string name, string plot) =>
        name == $"{plot}.png" || name == $"{plot}.svg" || name.StartsWith(plot + PageComposer.PartSuffix, StringComparison.Ordinal);

    /// <summary>The place of a file of the report.</summary>
    /// <exception cref="UnusableOutputException">A folder, FIFO, device or socket has its name, or the file there may not be written.</exception>
    private static OutputTarget TargetOf(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        var isFile = FileStatus.Of(path) is null or { Kind: PathKind.File };
        return isFile && OutputTarget.Of(path) is { IsInPlace: false } target ? target
            : throw new UnusableOutputException($"{path} is no regular file, but the report writes a file of that name; remove it, or name another folder");
    }

    /// <summary>
    /// Takes a file away. Where a link leads to it, the link stays; a page with other names, which are not the report's, keeps them and is
    /// emptied, so that it shows nothing of an older report.
    /// </summary>
    private static void Remove(string folder, string name)
    {
        var file = RealPath.Of(Path.Combine(folder, name));
        if (FileStatus.Of(file) is not { Kind: PathKind.File } status)
            return;
        if (status.Links > 1 && name == PageName)
            File.WriteAllBytes(file, []);
        else
            File.Delete(file);
    }
}
