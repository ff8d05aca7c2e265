// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Reflection;
using Sim.Figures.Machine;

namespace Sim.Runner.Commands;

/// <summary>A run of a measuring command. A run records the machine at its start and writes the report at its end.</summary>
internal sealed class MeasuredRun : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly DateTimeOffset _started = DateTimeOffset.Now;
    private readonly IReadOnlyList<NamedFact> _environment;
    private readonly string _command;
    private readonly OutputFolder? _folder;

    /// <summary>Begins a run. The report's folder is taken first, so that an error in writing it shows before minutes of measuring. A run
    /// without a folder writes no report.</summary>
    /// <exception cref="UserException">Thrown if the build is not optimised, so its times would mean nothing.</exception>
    /// <exception cref="UnusableOutputException">Thrown if the report's folder cannot be written, or another run writes there.</exception>
    public MeasuredRun(
        ParseResult parsed, Option<string> release, Option<ulong> seed, Option<bool> quick, Option<DirectoryInfo>? folder, Option<long> cacheSize)
    {
        if (typeof(MeasuredRun).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
            throw new UserException("this is an unoptimised build, and its times would mean nothing; build with -c Release (the default here)");
        _command = RunOf.Command(parsed);
        Kernel = KernelConfig.UsualOf(KernelReleases.Of(parsed.GetValue(release)!));
        (Seed, Quick) = (parsed.GetValue(seed), parsed.GetValue(quick));
        _folder = folder is null ? null : ReportWriter.Prepare(parsed.GetValue(folder)!.ToString());
        var given = parsed.GetValue(cacheSize);
        _environment = HostFacts.Environment(given);
        CacheBytes = given > 0 ? given : HostFacts.LastLevelCacheBytes;
        Watch = new MachineWatch(() => MachineReading.At(_clock.Elapsed.TotalSeconds), _started, Environment.ProcessorCount);
    }

    /// <summary>Bytes of the last-level cache, from the user or from the system; 0 if unknown.</summary>
    public long CacheBytes { get; }

    public MachineWatch Watch { get; }

    public ulong Seed { get; }
    public KernelConfig Kernel { get; }

    /// <summary>A remark on the input that the reader of the report must see; null without a remark.</summary>
    public string? Remark { get; set; }
    public bool Quick { get; }

    /// <summary>Returns the time budget of the whole run, counted from the start of the run.</summary>
    public TimeBudget Budget(double seconds) => new(seconds, () => _clock.Elapsed.TotalSeconds);

    public void Dispose() => _folder?.Dispose();

    /// <summary>Writes the report with further facts about the run's conditions, and prints a summary.</summary>
    /// <returns>The exit code, which says whether the input was damaged.</returns>
    /// <exception cref="ReportException">Thrown if the report could not be written. The message says where the results are.</exception>
    public int Report(
        LoadedTable loaded, IReadOnlyList<Figure> figures, Action<RunResult> printSummary, IWorkProgress progress,
        params IEnumerable<NamedFact> facts)
    {
        if (_folder is null)
            throw new InvalidOperationException("a run without a folder writes no report");
        progress.Step("report", 1, "reports");
        Watch.Sample();
        string[] remarks = [.. new[] { Watch.Warning(), Remark }.OfType<string>()];
        var result = new RunResult
        {
            Command = _command, Started = _started, Duration = _clock.Elapsed,
            Environment = [.. _environment, new(HostFacts.LoadEndFact, HostFacts.LoadAverage()), .. Watch.Facts(), .. facts],
            Versions = RunOf.Versions(Kernel.Slub.Release), Table = loaded.Table.Facts(), Seed = Seed, Quick = Quick,
            Warnings = [.. remarks, .. loaded.Warnings()], Figures = figures,
        };
        SafeKeeping.Write(result, _folder);
        Terminal.Announce($"the report is in {_folder.Name}", () =>
        {
            printSummary(result);
            foreach (var remark in remarks)
                Console.Error.WriteLine($"Warning: {remark}");
            Console.Out.WriteLine($"Report: {Path.Combine(_folder.Name, "index.html")} ({_clock.Elapsed.TotalSeconds:N0} s)");
        });
        return loaded.ReportDamage();
    }

    public static NamedFact Swept(CacheSweep sweep) => new(HostFacts.SweepFact, sweep.Fact);

    /// <summary>The fact that states the resolution of the clock. The resolution matters for operations that are timed one by
    /// one.</summary>
    public static NamedFact Tick => new("tick of the clock", $"{1e9 / Stopwatch.Frequency:N0} ns");
}
