// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Runtime.InteropServices;
using Sim.Lab;

namespace Sim.Runner.Commands;

/// <summary>Runs a command and turns what can go wrong into one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The program's commands.</summary>
    public static RootCommand Root() => new(
        """
        Should WireGuard's AllowedIPs be replaced by an IP route attribute? Loads a routing table into ports of the
        kernel's allowedips trie and fib_trie, and measures memory, lookup and update cost.

        Examples:
          bench                                    the embedded table, all experiments, a report in reports/latest
          bench --table ris-dump.mrt.bz2 --quick   a real dump, in under a minute
          stat --table prefixes.txt --order sorted --json
          lookup --table ris-dump.mrt 192.0.2.1
          table info updates.20260222.1530.bz2
          report --compare reports/old reports/new
        """)
    {
        BenchCommand.Create(),
        ChurnCommand.Create(),
        ScaleCommand.Create(),
        StatCommand.Create(),
        LookupCommand.Create(),
        ValidateCommand.Create(),
        ReportCommand.Create(),
        TableCommand.Create(),
        TraceCommand.Create(),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C ends the work in order; the second one ends the process.
            pressed.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        };
        // The same order when the system asks: a VM that runs is ended, folders that are half made go.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        });

        try
        {
            var parsed = Root().Parse(args);
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(configuration, interrupted.Token);
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted: nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (LabException error)
        {
            await Console.Error.WriteLineAsync($"Error: {error.Message}");
            foreach (var line in error.LogTail)
                await Console.Error.WriteLineAsync($"    {line}");
            return error.Kind is LabFailure.MissingPackage or LabFailure.NotRoot or LabFailure.NotEnoughMemory ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (UserException error)
        {
            await Console.Error.WriteLineAsync($"Error: {error.Message}");
            return ExitCode.Usage;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Error: {error.Message}");
            return ExitCode.Failed;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"This is a defect of the program; please report it.\n{error}");
            return ExitCode.Failed;
        }
    }
}
