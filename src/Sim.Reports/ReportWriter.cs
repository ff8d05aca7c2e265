// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures.Results;
using Sim.Reports.Pages;

namespace Sim.Reports;

/// <summary>Writes a run's report: index.html, results.csv, results.json and each plot as PNG.</summary>
/// <remarks>
/// All files are first written to a temporary folder inside the target, and moved when all are complete. index.html is removed first and
/// written last, so a folder with an index.html holds a complete report, even after an interrupted run. Files in the target that belong to
/// no report are not touched.
/// </remarks>
public static class ReportWriter
{
    /// <summary>The beginning of the temporary folder's name. 32 hexadecimal digits follow, so that the name is unique.</summary>
    internal const string PartialPrefix = ".report-partial-";

    public const string PageName = "index.html", ResultsName = "results.json";

    private const string TableName = "results.csv", PlotPrefix = "plot-";

    private static readonly string[] s_plots =
    [
        .. PlotSet.AllNames, .. WaterfallPlots.AllNames, .. ValidationPlots.AllNames, .. ChurnPlots.AllNames, .. ScalingPlots.AllNames, .. DaemonPlots.AllNames,
        .. HubPlots.AllNames, .. ComparePlots.AllNames,
    ];

    private const int WidePixels = 820, NarrowPixels = 370;

    /// <summary>Takes the folder for a run. Before minutes of measuring, checks that a file can be written in the folder.</summary>
    /// <exception cref="UnusableOutputException">Thrown if the folder's name is that of a file, something other than a file has the name of
    /// a report's file, another run uses the folder, or the folder cannot be written.</exception>
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

    /// <summary>Writes the report and replaces an older one. Sections without rows are left out, or say that rows are missing.
    /// <paramref name="reached"/> gets the name of each file before the file is written or moved.</summary>
    /// <exception cref="IOException">Thrown if the folder cannot be written. An older report stays complete.</exception>
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
        CsvResults.Write(Path.Combine(folder, TableName), result.Figures);
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

    /// <summary>Makes an empty temporary folder, and removes the temporary folders of killed runs. The lock on the target excludes other
    /// runs.</summary>
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
        // All targets are checked before any file is changed. If the new report cannot be written, an older report stays complete.
        foreach (var name in names)
            TargetOf(outDir, name);
        var page = TargetOf(outDir, PageName);
        Remove(outDir, PageName);
        // Plots of an older report would look like plots of this run.
        foreach (var name in OlderNames(outDir).Where(name => name != PageName && !names.Contains(name)).ToList())
            Remove(outDir, name);
        foreach (var name in names)
        {
            reached($"move {name}");
            (name == PageName ? page : TargetOf(outDir, name)).Publish(Path.Combine(partial, name));
        }
    }

    private static IEnumerable<string> OlderNames(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)
            .Where(name => name is PageName or TableName or ResultsName || s_plots.Any(plot => IsPlot(name, PlotPrefix + plot)));

    private static bool IsPlot(string name, string plot) =>
        name == $"{plot}.png" || name == $"{plot}.svg" || name.StartsWith(plot + PageComposer.PartSuffix, StringComparison.Ordinal);

    /// <summary>Returns the target for a file of the report.</summary>
    /// <exception cref="UnusableOutputException">Thrown if a folder, FIFO, device or socket has the file's name, or the file may not be
    /// written.</exception>
    private static OutputTarget TargetOf(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        var isFile = FileStatus.Of(path) is null or { Kind: PathKind.File };
        return isFile && OutputTarget.Of(path) is { IsInPlace: false } target ? target
            : throw new UnusableOutputException($"{path} is no regular file, but the report writes a file of that name; remove it, or name another folder");
    }

    /// <summary>Removes a file. A symbolic link to the file stays. A page with other hard links is emptied instead, so that none of its
    /// names shows an older report.</summary>
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
