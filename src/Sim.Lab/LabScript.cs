// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;

namespace Sim.Lab;

/// <summary>Runs a script of kernel-patch that boots guests of its own.</summary>
public static class LabScript
{
    private const int ExitFailed = 1, ExitUsage = 64, ExitMissingPackage = 69;

    /// <summary>The number of times that an interrupted script is asked to end, once a second. The script waits up to 5 s for a
    /// guest.</summary>
    private const int MostRequests = 60;

    // The guests are sessions of their own. If this program is killed, the script is asked to end, and ends them.
    private static readonly string[] s_leash = ["setpriv", "--pdeathsig", "TERM", "setsid", "bash"];

    /// <summary>Runs a script until it ends.</summary>
    /// <param name="script">The script's path in the checkout.</param>
    /// <param name="arguments">The arguments of the script.</param>
    /// <param name="outputLine">Receives each line of standard output, on the calling thread.</param>
    /// <param name="errorLine">Receives each line of standard error, on the calling thread.</param>
    /// <param name="cancellation">Asks the script to end, and waits until it has ended its guests.</param>
    /// <returns>The exit code: 0 if the script's claims hold, 1 if one does not, 64 if the script refuses its arguments.</returns>
    /// <exception cref="LabException">Thrown if the script could not run, or ended with another exit code.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the script was cancelled.</exception>
    public static int Run(
        string script, IEnumerable<string> arguments, Action<string> outputLine, Action<string> errorLine, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var lines = new BlockingCollection<(string Text, bool IsError)>();
        using var running = new ChildProcess(
            [.. s_leash, Path.Combine(LabBuild.FindCheckout(), script), .. arguments], [], line => lines.Add((line, false), CancellationToken.None),
            line => lines.Add((line, true), CancellationToken.None), lines.CompleteAdding);
        try
        {
            foreach (var (text, isError) in lines.GetConsumingEnumerable(cancellation))
                (isError ? errorLine : outputLine)(text);
        }
        finally
        {
            // In its first moments the script leads no group yet, and a signal to the group would reach nobody.
            for (var asked = 0; asked < MostRequests; asked++)
            {
                running.End();
                if (running.WaitForEnd(TimeSpan.FromSeconds(1), CancellationToken.None))
                    break;
            }
        }

        return running.ExitCode is 0 or ExitFailed or ExitUsage ? running.ExitCode : throw new LabException(
            running.ExitCode == ExitMissingPackage ? LabFailure.MissingPackage : LabFailure.BuildFailed, $"{script} ended with code {running.ExitCode}; its messages say why");
    }
}
