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
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
