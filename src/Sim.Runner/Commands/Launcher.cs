// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Sim.Runner.Commands;

/// <summary>Starts this program again.</summary>
internal static class Launcher
{
    /// <summary>The words that start this program: its own file, or the runtime's with the program's.</summary>
    public static string[] Self => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
        ? [path]
        : [Environment.ProcessPath ?? "dotnet", typeof(Launcher).Assembly.Location];

    /// <summary>Runs a command, and returns what it writes to standard output. If this run is interrupted, the new process is killed. If this
    /// process ends in any other way, the new process learns it from its standard input (<see cref="Parent"/>).</summary>
    /// <exception cref="UserException">Thrown if the new process fails.</exception>
    public static string Run(IReadOnlyList<string> command, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string output, error;
        using (cancel.Register(() => process.Kill()))
        {
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            output = process.StandardOutput.ReadToEnd();
            error = errors.GetAwaiter().GetResult();
            process.WaitForExit();
        }

        cancel.ThrowIfCancellationRequested();
        return process.ExitCode == ExitCode.Success ? output
            : throw new UserException($"a process of --processes failed with exit code {process.ExitCode}: {error.TrimEnd()}");
    }

    /// <summary>The process that launched this one. While it lives, standard input stays open.</summary>
    public sealed class Parent : IDisposable
    {
        private readonly CancellationTokenSource _source;

        public Parent(CancellationToken cancel)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            new Thread(Watch) { IsBackground = true }.Start();
        }

        /// <summary>Cancelled by a signal, or by the end of the parent.</summary>
        public CancellationToken Cancel => _source.Token;

        public bool HasEnded { get; private set; }

        public void Dispose() => _source.Dispose();

        private void Watch()
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
                // The parent sends nothing. The loop ends with the parent.
            }

            HasEnded = true;
            try
            {
                _source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The work is done.
            }
        }
    }
}
