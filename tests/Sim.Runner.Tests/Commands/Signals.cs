// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>Interrupts the program at a moment that it shows by itself, never after a time.</summary>
internal static partial class Signals
{
    private const int SigInt = 2;

    /// <summary>Far longer than the program takes to end on a busy machine; only a hang gets there.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts the program so that Ctrl-C reaches it.</summary>
    public static Process Start(params string[] args)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends SIGINT with kill(2), and starts with env of GNU coreutils");
        return Program.StartInterruptible(args);
    }

    /// <summary>Makes a FIFO, which the program opens as it would a file.</summary>
    public static string Fifo(string path)
    {
        Assert.Equal(0, MakeFifo(path, 0x180)); // 0600
        return path;
    }

    /// <summary>Writes a FIFO. Opening it waits for the program to open its end: by then the program handles signals.</summary>
    public static async Task Feed(Process process, string fifo, string content)
    {
        var written = Task.Run(() => File.WriteAllText(fifo, content));
        await Task.WhenAny(written, process.WaitForExitAsync()).WaitAsync(s_patience);
        Assert.False(process.HasExited);
        await written;
    }

    /// <summary>Sends SIGINT to a program that runs, and holds it to what an interrupted program does.</summary>
    /// <returns>What it wrote on standard output and on standard error.</returns>
    public static async Task<(string Out, string Error)> Interrupt(Process process)
    {
        Assert.False(process.HasExited);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.Equal(0, Kill(process.Id, SigInt));
        await process.WaitForExitAsync().WaitAsync(s_patience);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Interrupted", await error);
        return (await output, await error);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFifo(string path, uint mode);
}
