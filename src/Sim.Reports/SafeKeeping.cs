// SPDX-License-Identifier: MIT
namespace Sim.Reports;

/// <summary>A report could not be written. The message says why and where the results are.</summary>
public sealed class ReportException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary>Whether a defect of the program caused the failure, and not the machine.</summary>
    public bool IsDefect => InnerException is not (IOException or UnauthorizedAccessException);
}

/// <summary>Saves the results of minutes of measuring if the folder, the disk or the page fails at the end.</summary>
public static class SafeKeeping
{
    /// <summary>Writes the report. If the report cannot be written, writes only the results: to the report's folder or, if that fails too,
    /// to another folder.</summary>
    /// <exception cref="ReportException">Thrown if the report could not be written. The message says where the results are.</exception>
    public static void Write(RunResult result, OutputFolder folder) => Write(result, folder, static _ => { }, Fallbacks());

    /// <summary>Writes the report with the given fallback folders. Tests can make the writing fail at a chosen step.</summary>
    internal static void Write(RunResult result, OutputFolder folder, Action<string> reached, IEnumerable<string> fallbacks)
    {
        try
        {
            ReportWriter.Write(result, folder, reached);
        }
        catch (Exception error)
        {
            var reason = error.Message.ReplaceLineEndings(" ");
            throw new ReportException(
                $"the report could not be written to {folder.Name} ({reason}); " + (Store(result, folder, fallbacks) is { } place
                    ? $"the results are in {place}: 'report {ShellWords.Quote(place)}' makes a report from them"
                    : "the results could not be written there or elsewhere, and are lost"),
                error);
        }
    }

    /// <summary>Stores results of a run that did not come to its end, away from the report's folder, and returns where; null if they could
    /// not be written anywhere.</summary>
    public static string? Keep(RunResult result) => StoreIn(Fallbacks(), result);

    /// <summary>Returns folders to try if the report's own folder fails. The last folder is in memory, so a full disk does not affect
    /// it.</summary>
    private static IEnumerable<string> Fallbacks() =>
    [
        Path.GetTempPath(), Environment.CurrentDirectory, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "/dev/shm",
    ];

    /// <summary>Stores the results and returns their folder; null if they could not be written anywhere.</summary>
    private static string? Store(RunResult result, OutputFolder folder, IEnumerable<string> fallbacks)
    {
        return Try(() => ReportWriter.WriteResults(result, folder)) ? folder.Name : StoreIn(fallbacks, result);
    }

    private static string? StoreIn(IEnumerable<string> fallbacks, RunResult result)
    {
        foreach (var parent in fallbacks.Where(Directory.Exists))
        {
            var place = Path.Combine(parent, $"sim-results-{Guid.NewGuid():N}");
            if (Try(() => ReportWriter.WriteResults(result, Directory.CreateDirectory(place).FullName, static _ => { })))
                return place;
            Try(() => Directory.Delete(place, recursive: true));
        }

        return null;
    }

    /// <summary>Does the work and returns whether the work succeeded. The user is told of the first failure only.</summary>
    private static bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
