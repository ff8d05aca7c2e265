// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Sim.Lab;

/// <summary>A kernel that runs with the lab's agent as its process 1 (or, in the host lane, the agent alone). Commands go to the agent, one
/// at a time (kernel-patch/vm/README.md). The VM ends at <see cref="Dispose"/>, at the cancellation, or when this process ends.</summary>
public sealed partial class Vm : IDisposable
{
    private const string Ready = "= ready", Done = "=ok", Error = "=err", RowMarker = "= ";
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(3);

    private readonly BlockingCollection<string> _protocol = [];
    private readonly ConsoleLog _log = new();
    private readonly ChildProcess _process;
    private string? _privateFolder;
    private readonly TimeSpan _commandTimeout;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _killOnCancellation;
    private readonly Lock _disposing = new();
    private bool _disposed;

    private Vm(Launch launch, VmOptions options, string? privateFolder, CancellationToken cancellation)
    {
        (Lane, Description, _privateFolder) = (options.Lane, launch.Name, privateFolder);
        CountsInstructions = options is { Lane: LaneKind.Qemu, InstructionCount: true };
        (_commandTimeout, _cancellation) = (options.CommandTimeout, cancellation);
        _process = new ChildProcess(launch.FullCommand(options.Cpu), launch.Environment, TakeLine, _log.Add, _protocol.CompleteAdding);
        _killOnCancellation = cancellation.Register(_process.Kill);
        AppDomain.CurrentDomain.ProcessExit += DisposeAtExit;
    }

    public LaneKind Lane { get; }

    /// <summary>Whether each nanosecond of the guest's clock stands for one executed instruction.</summary>
    public bool CountsInstructions { get; }

    /// <summary>The machine and its kernel, such as "User-Mode Linux 6.12.117, 1 CPU".</summary>
    public string Description { get; private set; }

    /// <summary>The last 1,000 lines of the console, oldest first. Lines of the protocol are left out.</summary>
    public IReadOnlyList<string> Log => _log.Lines;

    internal int ProcessId => _process.Id;

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="LabException">Thrown with one of these. <see cref="LabFailure.Refused"/>: the agent could not execute the command,
    /// but still runs. <see cref="LabFailure.Died"/> and <see cref="LabFailure.TimedOut"/>: the VM has ended.
    /// <see cref="LabFailure.Protocol"/>: the answer is malformed.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the run was cancelled and the VM was ended.</exception>
    public Reply Command(string line)
    {
        if (line.Contains('\n') || line.Contains('\r'))
            throw new ArgumentException("A command is one line.", nameof(line));
        ObjectDisposedException.ThrowIf(_disposed, this);
        _process.SendLine(line);
        var rows = new List<string>();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = Next(_commandTimeout - Stopwatch.GetElapsedTime(since), timedOut => Lost(line, timedOut));
            if (answer.StartsWith(RowMarker, StringComparison.Ordinal))
                rows.Add(answer[RowMarker.Length..]);
            else if (answer.StartsWith(Done, StringComparison.Ordinal))
                return new Reply(line, [.. rows.Select(row => new Row(line, row))]);
            else
                throw new LabException(LabFailure.Refused,
                    $"The agent could not do '{line}': {answer[Error.Length..].Trim()}. The VM goes on; its log may say more.", _log.Tail);
        }
    }

    /// <summary>Ends the VM: asks the VM to power off, and kills it if it still runs after three seconds.</summary>
    public void Dispose()
    {
        lock (_disposing)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        AppDomain.CurrentDomain.ProcessExit -= DisposeAtExit;
        if (!_protocol.IsAddingCompleted && !_cancellation.IsCancellationRequested)
        {
            _process.SendLine("quit");
            _process.WaitForEnd(QuitTimeout);
        }

        _process.Dispose();
        _killOnCancellation.Dispose();
        if (_privateFolder is not null)
            DeleteFolder(_privateFolder);
        // The collection is not disposed: it holds no handles, and at the process's exit another thread may still wait
        // for an answer.
    }

    private void DisposeAtExit(object? sender, EventArgs e) => Dispose();

    /// <summary>Takes a line of the console. Lines with a marker of the protocol are queued, and all other lines are logged.</summary>
    private void TakeLine(string line)
    {
        if (IsProtocol(line))
            _protocol.Add(line, CancellationToken.None);
        else
            _log.Add(line);
    }

    private static bool IsProtocol(string line) =>
        line.StartsWith(RowMarker, StringComparison.Ordinal) || line is Done or Error
        || line.StartsWith(Done + " ", StringComparison.Ordinal) || line.StartsWith(Error + " ", StringComparison.Ordinal);

    /// <summary>Waits for the next line of the protocol. If no line comes in time, ends the VM and throws.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="lost">Makes the exception. The argument says whether the time ran out.</param>
    private string Next(TimeSpan timeout, Func<bool, LabException> lost)
    {
        var milliseconds = (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue);
        if (_protocol.TryTake(out var line, milliseconds, _cancellation))
            return line;
        // The cancellation kills the VM: this is no failure to report.
        _cancellation.ThrowIfCancellationRequested();
        var timedOut = !_protocol.IsCompleted;
        _process.Kill();
        throw lost(timedOut);
    }

    private LabException Lost(string command, bool timedOut) => timedOut
        ? new LabException(LabFailure.TimedOut,
            $"The VM ({Description}) did not finish '{command}' within {_commandTimeout.TotalSeconds:N0} s and was ended. Allow it more time, or give it less to do.", _log.Tail)
        : new LabException(LabFailure.Died,
            $"The VM ({Description}) ended during '{command}'{HowItEnded()}. If it ran out of memory, give it more; otherwise the last lines of its console say why.", _log.Tail);

    /// <summary>Returns the exit code, and the reason of a kernel panic. The whole log is searched for the reason, because a stack trace
    /// may follow the reason.</summary>
    private string HowItEnded()
    {
        var code = _process.WaitForEnd(TimeSpan.Zero) ? $" with code {_process.ExitCode}" : "";
        var reason = _log.Lines.LastOrDefault(line => line.Contains("Kernel panic", StringComparison.Ordinal));
        return reason is null ? code : $"{code} ({reason.Trim()})";
    }

    private static void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A leftover in the folder for temporary files is no reason to fail a run that is over.
        }
    }
}
