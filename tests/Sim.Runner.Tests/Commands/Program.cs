// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Figures;
using Sim.Testing;

namespace Sim.Runner.Tests.Commands;

/// <summary>What a run of the program said and how it ended.</summary>
internal sealed record Ran(int Code, string Out, string Error);

/// <summary>Runs the program as its users do: in a process of its own.</summary>
internal static class Program
{
    public static Ran Run(params string[] args) => RunWith("", args);

    public static Ran RunWith(string input, params string[] args)
    {
        using var process = Start("dotnet", args);
        return Finish(process, input);
    }

    /// <summary>Runs the program in a folder, which may be another checkout.</summary>
    public static Ran RunIn(string folder, params string[] args)
    {
        using var process = Start("dotnet", [], args, folder);
        return Finish(process, "");
    }

    /// <summary>Runs another program, which may start this one as <see cref="Words"/> say.</summary>
    public static Ran RunOther(string command, params string[] args)
    {
        using var process = Process.Start(Info(command, args))!;
        return Finish(process, "");
    }

    /// <summary>What starts the program.</summary>
    public static string[] Words => ["dotnet", Path.Combine(SharedData.Root, "artifacts", "bin", "Sim.Runner", "release", "wg-sim.dll")];

    private static Ran Finish(Process process, string input)
    {
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>
    /// Starts the program so that signals reach it: a test run in the background of a shell has SIGINT ignored, one under
    /// nohup SIGHUP, and their children inherit that.
    /// </summary>
    public static Process StartInterruptible(params string[] args) => StartInterruptibleIn("", args);

    /// <summary>Starts the program in a folder, so that signals reach it.</summary>
    public static Process StartInterruptibleIn(string folder, params string[] args) => Start("env", ["--default-signal=INT,HUP,TERM", "dotnet"], args, folder);

    private static Process Start(string command, string[] args) => Start(command, [], args);

    private static Process Start(string command, string[] before, string[] args, string folder = "")
    {
        var start = Info(command, [.. before, Words[1], .. args]);
        start.WorkingDirectory = folder;
        return Process.Start(start)!;
    }

    private static ProcessStartInfo Info(string command, IEnumerable<string> args) => new(command, args)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}

/// <summary>A folder for one test, gone when the test is over.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch() => Folder = Directory.CreateTempSubdirectory("sim-runner-tests-").FullName;

    public string Folder { get; }

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
