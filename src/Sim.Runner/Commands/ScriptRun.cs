// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Figures.Machine;
using Sim.Lab;

namespace Sim.Runner.Commands;

/// <summary>A run of scripts of kernel-patch, which boot guests and print claims. The run shows what the scripts print, and makes a report of
/// their rows.</summary>
internal sealed class ScriptRun(ParseResult parsed, OutputFolder folder, IReadOnlyList<LoadedTable> loaded, CancellationToken cancel)
{
    /// <summary>What the guests of a script run in.</summary>
    public const string Uml = "User-Mode Linux", Qemu = "QEMU";

    /// <summary>The beginnings of two remarks of the scripts: the versions of the kernel and other programs, and other work on the
    /// machine.</summary>
    private const string VersionRemark = "# with ", BusyRemark = "# The machine was busy";

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly IReadOnlyList<NamedFact> _environment = HostFacts.Environment();
    private readonly List<string> _kernels = [];
    private readonly List<string> _warnings = [.. loaded.SelectMany(one => one.Warnings())];
    private bool _busy;

    /// <summary>Runs a script, shows what it prints, and returns whether its claims hold. <paramref name="machine"/> names what the guests run
    /// in.</summary>
    /// <exception cref="UserException">Thrown if the script refuses its arguments.</exception>
    public bool Holds(string machine, string script, IEnumerable<string> words, Action<string>? take = null)
    {
        void Show(string line)
        {
            Console.Out.WriteLine(line);
            Note(machine, line);
            take?.Invoke(line);
        }

        switch (LabScript.Run(script, words, Show, Console.Error.WriteLine, cancel))
        {
            case 0:
                return true;
            case 1:
                Console.Error.WriteLine($"Error: not all claims of {script} hold; no report was written");
                return false;
            default:
                throw new UserException($"{script} refuses these options together, for the reason above");
        }
    }

    /// <summary>Writes the report of the figures.</summary>
    /// <returns>The exit code, which says whether the input was damaged.</returns>
    /// <exception cref="ReportException">Thrown if the report could not be written. The message says where the results are.</exception>
    public int Report(IEnumerable<Figure> figures, ulong seed, bool quick)
    {
        SafeKeeping.Write(Result([.. figures.Select(Flagged)], seed, quick), folder);
        Terminal.Announce($"the report is in {folder.Name}", () =>
            Console.Out.WriteLine($"Report: {Path.Combine(folder.Name, "index.html")} ({_clock.Elapsed.TotalSeconds:N0} s)"));
        return loaded.Max(one => one.ReportDamage());
    }

    /// <summary>Saves the figures of the scripts that have run, because a later one failed, and tells where they are.</summary>
    public void Keep(IReadOnlyList<Figure> figures, ulong seed, bool quick)
    {
        if (figures.Count > 0 && SafeKeeping.Keep(Result([.. figures.Select(Flagged)], seed, quick)) is { } place)
            Console.Error.WriteLine($"The figures of the scripts before it are in {place}: 'report {ShellWords.Quote(place)}' makes a report from them");
    }

    private void Note(string machine, string line)
    {
        if (line.StartsWith(VersionRemark, StringComparison.Ordinal) && $"{machine}: {line[VersionRemark.Length..]}" is var kernel && !_kernels.Contains(kernel))
            _kernels.Add(kernel);
        if (!line.StartsWith(BusyRemark, StringComparison.Ordinal))
            return;
        _busy = true;
        _warnings.Add(line.TrimStart('#', ' '));
    }

    /// <summary>Marks times, rates, and ratios of times if the machine was busy. Counts and memory do not depend on it.</summary>
    private Figure Flagged(Figure row) => _busy && row.Metric.IsTimed ? row with { Flag = Figure.Busy } : row;

    private RunResult Result(IReadOnlyList<Figure> figures, ulong seed, bool quick) => new()
    {
        Command = RunOf.Command(parsed), Started = DateTimeOffset.Now - _clock.Elapsed, Duration = _clock.Elapsed,
        Environment = [.. _environment, .. _kernels.Count > 0 ? (NamedFact[])[new(ValidationRows.KernelFact, string.Join("; ", _kernels))] : [], new(HostFacts.LoadEndFact, HostFacts.LoadAverage())], Versions = RunOf.Versions(KernelRelease.Linux7_3),
        Table = loaded[0].Table.Facts(), Seed = seed, Quick = quick, Warnings = _warnings, Figures = figures,
    };
}
