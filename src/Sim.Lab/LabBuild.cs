// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using Sim.Kernel;

namespace Sim.Lab;

/// <summary>Makes the parts of the lab with kernel-patch/vm/build.sh, which keeps finished parts.</summary>
public static class LabBuild
{
    private const int ExitMissingPackage = 69;
    private const string Script = "kernel-patch/vm/build.sh", Prefix = "lab: ";

    // Runs a command, and kills the group when standard input ends. So the builds of a harness that is killed end too.
    private const string Watched =
        """exec 3<&0; "$@" 3<&- & child=$!; { read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 & wait "$child" """;

    /// <summary>Makes a part, unless it exists already.</summary>
    /// <param name="part">The argument of build.sh: <c>agent</c>, or a kernel by its <see cref="Lanes.Word"/>.</param>
    /// <param name="release">The release of Linux to build for.</param>
    /// <param name="progressLine">Receives each line that build.sh prints.</param>
    /// <param name="cancellation">Ends the build, and all processes that the build started.</param>
    /// <returns>The folder of the part.</returns>
    /// <exception cref="LabException">Thrown with <see cref="LabFailure.MissingPackage"/>, or with <see cref="LabFailure.BuildFailed"/>,
    /// which also stands for a missing checkout.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the build was cancelled.</exception>
    public static string Build(string part, KernelRelease release, Action<string> progressLine, CancellationToken cancellation) =>
        Build(FindCheckout(), part, release, progressLine, cancellation);

    internal static string Build(
        string checkout, string part, KernelRelease release, Action<string> progressLine, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string? folder = null, said = null;
        using var lines = new BlockingCollection<string>();
        using var build = new ChildProcess(
            ["setsid", "sh", "-c", Watched, "sh", "bash", Path.Combine(checkout, Script), part, "--release", release.Word()], [],
            line => folder = line.Length == 0 ? folder : line, line => lines.Add(line, CancellationToken.None), lines.CompleteAdding);
        var errors = new ConsoleLog();
        foreach (var line in lines.GetConsumingEnumerable(cancellation))
        {
            var isOurs = line.StartsWith(Prefix, StringComparison.Ordinal);
            var text = isOurs ? line[Prefix.Length..] : line;
            said = isOurs ? text : said;
            errors.Add(text);
            progressLine(text);
        }

        build.WaitForEnd(Timeout.InfiniteTimeSpan, cancellation);
        if (build.ExitCode == 0 && Directory.Exists(folder))
            return folder;
        if (build.ExitCode == 0)
            said = $"it printed '{folder}', which is not a folder";
        said ??= $"it ended with code {build.ExitCode}";
        throw build.ExitCode == ExitMissingPackage
            ? new LabException(LabFailure.MissingPackage,
                $"The lab's part '{part}' cannot be made because packages are not installed: {said}. Install them and start again.", errors.Tail)
            : new LabException(LabFailure.BuildFailed,
                $"The lab's part '{part}' could not be built: {said}. Correct that, or remove artifacts/vm to build from the start.", errors.Tail);
    }

    /// <summary>Finds the checkout that holds this program: the nearest folder with Sim.sln and build.sh, upwards from the given folders.
    /// If no folder is given, the search starts from the current folder and from the program's folder.</summary>
    /// <exception cref="LabException">Thrown if there is no checkout.</exception>
    internal static string FindCheckout(params string[] starts)
    {
        foreach (var start in starts is [] ? [Directory.GetCurrentDirectory(), AppContext.BaseDirectory] : starts)
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Sim.sln")) && File.Exists(Path.Combine(folder.FullName, Script)))
                    return folder.FullName;
            }
        }

        throw new LabException(LabFailure.BuildFailed,
            $"The lab is built from the source tree, and neither the current folder nor the program's is inside one (Sim.sln and {Script}). Run this from a checkout.");
    }
}
