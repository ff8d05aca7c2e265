// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Sim.Lab;
using Sim.Runner.Commands;
using Sim.Runner.Experiments;

namespace Sim.Runner.Validation;

/// <summary>
/// What an operation of the ports costs in instructions, for the rows of a kernel that was counted with -icount. A
/// process of its own counts (<see cref="CountPortCommand"/>): with the processor's counter where there is one, else
/// under valgrind, and with all code fully optimised at its first call, so that every run executes the same. Instructions do
/// not depend on what else the machine does, so that it works while the kernel does.
/// </summary>
internal sealed class PortInstructions : IDisposable
{
    private const string NotCounted = "The port's instructions were not counted";

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(20);

    /// <summary>One compilation, the optimising one, of the framework's code too.</summary>
    private static readonly KeyValuePair<string, string>[] s_runtime =
    [
        new("DOTNET_TieredCompilation", "0"), new("DOTNET_TieredPGO", "0"), new("DOTNET_ReadyToRun", "0"),
        new("DOTNET_EnableWriteXorExecute", "0"), new("DOTNET_gcServer", "0"), new("DOTNET_gcConcurrent", "0"),
    ];

    private readonly DirectoryInfo _dumps = Directory.CreateTempSubdirectory("sim-count-");
    private readonly ConcurrentQueue<string> _output = new(), _errors = new();
    private readonly ChildProcess? _process;
    private readonly string? _problem;

    private PortInstructions(string folder, ValidationPlan plan, int peers)
    {
        using var counter = PerfCounter.TryOpen();
        var dumps = Path.Combine(_dumps.FullName, "counts");
        string[] valgrind =
        [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", $"--callgrind-out-file={dumps}", $"--log-file={dumps}.log",
        ];
        string[] program =
        [
            DotnetHost(), typeof(PortInstructions).Assembly.Location, CountPortCommand.Name, "--data", folder, "--dumps", dumps,
            "--keys", Text(plan.TimedKeys), "--peers", Text(peers), "--runs", Text(plan.UpdateGroups * 2),
        ];
        try
        {
            string[] command = [.. Launch.Leash, .. counter is null ? valgrind : [], .. program];
            _process = new ChildProcess(command, s_runtime, _output.Enqueue, _errors.Enqueue);
        }
        catch (LabException error)
        {
            _problem = error.Message;
        }
    }

    /// <summary>Begins to count; ends when disposed of, whatever the state.</summary>
    /// <param name="folder">Where the inputs were written.</param>
    /// <param name="plan">How many keys and runs.</param>
    /// <param name="peers">Number of peers.</param>
    public static PortInstructions Start(string folder, ValidationPlan plan, int peers) => new(folder, plan, peers);

    /// <summary>The process that counts; null where none could be started.</summary>
    internal int? ProcessId => _process?.Id;

    /// <summary>Waits for the end, and adds the port's row and the ratio for each of the kernel's that was counted too.</summary>
    /// <returns>What counted, and what the reader must know; null where all is well.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left running after disposal.</exception>
    public (string? Counter, string? Warning) AddTo(List<Figure> figures, CancellationToken cancel)
    {
        if (Wait(cancel) is { } problem)
            return (null, $"{NotCounted}: {problem}");
        var counts = _output.Select(PortCount.Parse).OfType<PortCount>().ToList();
        foreach (var kernel in figures.Where(IsCounted).ToList())
        {
            if (counts.Find(count => IsOf(count, kernel)) is { } count)
                AddRows(figures, kernel, Spread.Of(count.Runs));
        }

        var mark = CountPortCommand.CounterMark;
        var counter = _output.FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal));
        return (counter?[mark.Length..], null);
    }

    public void Dispose()
    {
        _process?.Dispose();
        _dumps.Delete(recursive: true);
    }

    /// <summary>The kernel's rows that have a port's beside them.</summary>
    internal static bool IsCounted(Figure row) => row is { Side: ValidationContext.Kernel, Metric: "time", Unit: "instructions" };

    internal static bool IsOf(PortCount count, Figure row) =>
        count.Structure == row.Structure && count.Family == row.Family && count.Operation == row.Operation
        && count.Keys == row.Keys && count.Chain == row.Chain;

    private static void AddRows(List<Figure> figures, Figure kernel, Spread port)
    {
        var row = kernel with { Basis = Basis.Counted, N = port.N };
        figures.Add(row with { Side = ValidationContext.Port, Value = port.Median, Low = port.Low, High = port.High });
        var ratio = port.Scale(1 / kernel.Value);
        figures.Add(row with { Side = "", Metric = "ratio", Unit = "ratio", Value = ratio.Median, Low = ratio.Low, High = ratio.High });
    }

    /// <summary>Waits until the process has ended; says why, where it has not ended well.</summary>
    private string? Wait(CancellationToken cancel)
    {
        if (_process is null)
            return _problem;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_longest);
        try
        {
            _process.WaitForEnd(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"counting took longer than {s_longest.TotalMinutes} minutes";
        }

        if (_process.ExitCode == 0)
            return null;
        var said = string.Join(' ', _errors.Take(2));
        if (said.Length == 0)
            return $"the process that counts ended with code {_process.ExitCode}";
        return said.Contains("failed to execute valgrind", StringComparison.Ordinal)
            ? "neither the processor's counters nor valgrind are there; on Debian: sudo apt-get install valgrind"
            : said;
    }

    /// <summary>The dotnet that runs this program: two folders above the runtime's, as it is installed everywhere.</summary>
    private static string DotnetHost() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
