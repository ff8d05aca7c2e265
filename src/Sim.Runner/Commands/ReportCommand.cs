// SPDX-License-Identifier: MIT
using Sim.Reports.Compare;
using Sim.Reports.Runs;

namespace Sim.Runner.Commands;

internal static class ReportCommand
{
    private sealed record Settings(string Command, string[] Folders, bool Compares, string[] Before, string[] After, double? Noise, DirectoryInfo? Out);

    public static Command Create()
    {
        var folders = new Argument<string[]>("DIR")
        {
            Description = "Folders with the results.json of a bench, churn, scale, validate or daemons.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var compare = new Option<bool>("--compare") { Description = "Compares two runs: the first DIR is before the change." };
        var before = CommonOptions.Many<string>("--before", "DIR...", "Runs before the change; with --after, instead of DIR.");
        var after = CommonOptions.Many<string>("--after", "DIR...", "Runs after the change.");
        var noise = CommonOptions.Of<double?>("--noise", "PERCENT", "Noise in percent, for sides of one run. Without it: the noise of the A/A rows, or 5.")
            .Decimal("a percentage from 0 to 1000", percent => percent <= 1000);
        var output = CommonOptions.Of<DirectoryInfo?>("--out", "DIR", "Folder of the report. Without it: the DIR if only one is given, else reports/merged or reports/compared.");
        var command = new Command(
            "report",
            """
            Renders one run again, merges several, or compares runs before and after a change.
            Merging takes medians of measured rows; counted rows must be equal. A comparison of single runs leaves much open: use four runs per side.

            Examples:
              report reports/run1 reports/run2 reports/run3 --out reports/merged
              report --compare reports/old reports/new
              report --before b1 b2 b3 b4 --after a1 a2 a3 a4 --out reports/change
            """)
        {
            folders, compare, before, after, noise, output,
        };
        command.Validators.Add(result => Check(result, result.GetValue(folders) ?? [], result.GetValue(compare),
            result.GetValue(before) ?? [], result.GetValue(after) ?? []));
        return command.Does((parsed, progress, cancel) => Run(
            new Settings(
                RunOf.Command(parsed), parsed.GetValue(folders) ?? [],
                parsed.GetValue(compare), parsed.GetValue(before) ?? [], parsed.GetValue(after) ?? [], parsed.GetValue(noise), parsed.GetValue(output)),
            progress, cancel));
    }

    private static void Check(CommandResult result, string[] folders, bool compares, string[] before, string[] after)
    {
        if (before.Length + after.Length > 0)
        {
            if (folders.Length > 0)
                result.AddError("either folders or --before and --after, not both");
            else if (before.Length == 0 || after.Length == 0)
                result.AddError("--before and --after go together: each names one run or more");
        }
        else if (compares && folders.Length != 2)
            result.AddError($"--compare takes two folders, before and after, not {folders.Length}; for several runs per side use --before and --after");
        else if (folders.Length == 0)
            result.AddError("report needs a folder with results");
    }

    private static int Run(Settings settings, IWorkProgress progress, CancellationToken cancel)
    {
        var (before, after) = settings.Compares ? ([settings.Folders[0]], [settings.Folders[1]]) : (settings.Before, settings.After);
        string[] folders = before.Length > 0 ? [.. before, .. after] : settings.Folders;
        var place = OutputFor(settings, folders, before.Length > 0);
        progress.Step("read results", folders.Length, "runs");
        var runs = new List<StoredRun>();
        foreach (var folder in folders)
        {
            cancel.ThrowIfCancellationRequested();
            runs.Add(StoredRun.Read(folder, path => new InputFile(new FileInfo(path), again: false, progress, cancel).Open()));
            progress.Done(runs.Count);
        }

        using var output = ReportWriter.Prepare(place);
        progress.Step("report", 1, "reports");
        double? noise = settings.Noise is { } percent ? 1 + percent / 100 : null;
        var result = before.Length > 0
            ? RunComparison.Of(runs[..before.Length], runs[before.Length..], noise, settings.Command)
            : runs.Count > 1 ? Merger.Merge(runs, settings.Command) : runs[0].Result;
        // While files are moved into place, finishing is quicker than stopping.
        ReportWriter.Write(result, output, step =>
        {
            if (!step.StartsWith("move ", StringComparison.Ordinal))
                cancel.ThrowIfCancellationRequested();
        });
        Terminal.Announce($"the report is in {output.Name}", () =>
        {
            ReportSummary.Print(result);
            Console.Out.WriteLine($"Report: {Path.Combine(output.Name, "index.html")}");
        });
        return ExitCode.Success;
    }

    /// <exception cref="UserException">Thrown if the report would replace the results from which it is made.</exception>
    private static string OutputFor(Settings settings, string[] folders, bool compares)
    {
        if (folders.Length == 1)
            return settings.Out?.ToString() ?? (File.Exists(folders[0]) ? Path.GetDirectoryName(folders[0]) is { Length: > 0 } parent ? parent : "." : folders[0]);
        var output = settings.Out?.ToString() ?? CommonOptions.ReportFolder(compares ? "compared" : "merged");
        if (folders.FirstOrDefault(folder => IsResultOf(output, folder)) is { } taken)
            throw new UserException($"{output} holds the results of {taken}, which would be lost; --out takes another folder");
        return output;
    }

    /// <summary>Returns whether a report in <paramref name="output"/> would replace the results in <paramref name="folder"/>, even through
    /// links.</summary>
    private static bool IsResultOf(string output, string folder)
    {
        var results = RealPath.Of(File.Exists(folder) ? folder : Path.Combine(folder, ReportWriter.ResultsName));
        var replaced = RealPath.Of(Path.Combine(output, ReportWriter.ResultsName));
        return results == replaced || FileStatus.Of(results)?.IsSameFile(FileStatus.Of(replaced)) == true;
    }
}
