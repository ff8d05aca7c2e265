// SPDX-License-Identifier: MIT
using System.Diagnostics;
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
    /// Starts the program so that Ctrl-C reaches it: a test run in the background of a shell has SIGINT ignored, and
    /// its children inherit that.
    /// </summary>
    public static Process StartInterruptible(params string[] args) => Start("env", ["--default-signal=INT", "dotnet"], args);

    private static Process Start(string command, string[] args) => Start(command, [], args);

    private static Process Start(string command, string[] before, string[] args, string folder = "")
    {
        var start = new ProcessStartInfo(command)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var arg in before)
            start.ArgumentList.Add(arg);
        start.ArgumentList.Add(Path.Combine(SharedData.Root, "artifacts", "bin", "Sim.Runner", "release", "Sim.Runner.dll"));
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }
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
