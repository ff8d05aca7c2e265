// SPDX-License-Identifier: MIT
using System.CommandLine;

namespace Sim.Runner.Commands;

/// <summary>Runs a command and turns what can go wrong into one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C ends the work in order; the second one ends the process.
            pressed.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        };

        try
        {
            var parsed = root.Parse(args);
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
    }
}
