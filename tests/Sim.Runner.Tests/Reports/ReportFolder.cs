// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Reports;

namespace Sim.Runner.Tests.Reports;

/// <summary>A report in a folder that goes away with the test.</summary>
internal sealed class ReportFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sim-report-").FullName;

    public string Html => Read("index.html");

    public static ReportFolder Of(RunResult result)
    {
        var folder = new ReportFolder();
        Write(result, folder.Path);
        return folder;
    }

    /// <summary>Writes a report; the name of each file is told before the file is written or moved.</summary>
    public static void Write(RunResult result, string place, Action<string>? reached = null)
    {
        using var folder = ReportWriter.Prepare(place);
        ReportWriter.Write(result, folder, reached ?? (static _ => { }));
    }

    /// <summary>The run in a results.json.</summary>
    public static RunResult Results(string path)
    {
        using var stream = File.OpenRead(path);
        return ResultsJson.Read(stream, path);
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string Read(string name) => File.ReadAllText(At(name));

    public string[] Files => [.. Directory.EnumerateFileSystemEntries(Path).Select(p => System.IO.Path.GetFileName(p)).Order()];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>The report of a full run, written once for all tests of a class that only read it.</summary>
public sealed class FullReport : IDisposable
{
    public FullReport()
    {
        Run = new FabricatedRun().Build();
        Folder = ReportFolder.Of(Run);
    }

    internal RunResult Run { get; }

    internal ReportFolder Folder { get; }

    public void Dispose() => Folder.Dispose();
}
