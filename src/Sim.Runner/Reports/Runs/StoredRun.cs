// SPDX-License-Identifier: MIT
using Sim.Runner.Commands;

namespace Sim.Runner.Reports.Runs;

/// <summary>A run that was read back.</summary>
/// <param name="Name">The folder as the user named it.</param>
/// <param name="Result">What its results.json holds.</param>
internal sealed record StoredRun(string Name, RunResult Result)
{
    /// <summary>Reads what a command has written.</summary>
    /// <param name="place">The folder of a report, or its results.json itself.</param>
    /// <param name="progress">Told what is done.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="UserException">No such folder, no results in it, or none that this program wrote; names file and place.</exception>
    public static StoredRun Read(string place, IWorkProgress progress, CancellationToken cancel)
    {
        var path = Directory.Exists(place) ? Path.Combine(place, "results.json") : place;
        if (Directory.Exists(path))
            throw new UserException($"{path}: is a folder; results are a file");
        if (!Path.Exists(path))
            throw new UserException(path == place
                ? $"{place}: no such folder"
                : $"{path}: no such file; the folder of a report of bench, churn or validate has it");
        try
        {
            using var stream = new InputFile(new FileInfo(path), again: false, progress, cancel).Open();
            return stream.CanSeek
                ? new StoredRun(place, ResultsJson.Read(stream, path))
                : throw new UserException($"{path} is a pipe; report takes folders with a results.json");
        }
        catch (InvalidDataException error)
        {
            throw new UserException(error.Message);
        }
        catch (IOException error)
        {
            throw new UserException($"{path}: {error.Message}");
        }
    }

    /// <summary>Where the run comes from, for the page of what is made of it.</summary>
    public RunFacts Facts(string side, int rows = 0) => new(
        Name, side, Result.Command, Result.Started, Result.Duration, Result.Quick, Result.Seed, Result.Table, Result.Environment,
        Result.Versions, rows);
}
