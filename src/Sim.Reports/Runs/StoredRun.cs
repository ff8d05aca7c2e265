// SPDX-License-Identifier: MIT
using Sim.Figures.Results;

namespace Sim.Reports.Runs;

/// <summary>A run that was read from a folder. Name is the folder's name as the user gave it.</summary>
public sealed record StoredRun(string Name, RunResult Result)
{
    /// <summary>The run's warnings for a result of several runs. Each warning begins with the run's name.</summary>
    public IEnumerable<string> Warnings => Result.Warnings.Select(warning => $"{Name}: {warning}");

    /// <summary>Reads a run from the folder of a report, or from its results.json.</summary>
    /// <exception cref="UserException">Thrown if the folder does not exist, it has no results, or another program wrote the results. The
    /// message names the file, and the place of the error.</exception>
    public static StoredRun Read(string place, Func<string, Stream> open)
    {
        var path = Directory.Exists(place) ? Path.Combine(place, "results.json") : place;
        if (Directory.Exists(path))
            throw new UserException($"{path}: this is a folder, not a file of results");
        if (!Path.Exists(path))
            throw new UserException(path == place
                ? $"{place}: no such folder"
                : $"{path}: no such file; name the folder of a report of bench, churn, scale, validate or daemons");
        try
        {
            using var stream = open(path);
            return stream.CanSeek
                ? new StoredRun(place, Remark(ResultsJson.Read(stream, path)))
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

    /// <summary>Adds a warning if the run has metrics that this version does not know. Pages show unknown metrics by name.</summary>
    private static RunResult Remark(RunResult result)
    {
        var unknown = result.Figures.Where(row => row.Experiment != Experiment.Compare && Metrics.Find(row.Metric, row.Experiment) is null)
            .Select(row => row.Metric).Distinct().ToList();
        return unknown.Count == 0 ? result : result with
        {
            Warnings = [.. result.Warnings, $"This version does not know these metrics of another version, and shows them by name: {string.Join(", ", unknown)}."],
        };
    }

    public RunFacts Facts(string side, int rows = 0) => new(
        Name, side, Result.Command, Result.Started, Result.Duration, Result.Quick, Result.Seed, Result.Table, Result.Environment,
        Result.Versions, rows);
}
