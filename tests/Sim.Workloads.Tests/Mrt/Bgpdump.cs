// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>Debian's bgpdump, the oracle for everything that is read from MRT.</summary>
internal static class Bgpdump
{
    private const string Missing = "bgpdump is not installed (Debian's package bgpdump)";

    private static readonly string? s_program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "bgpdump")).FirstOrDefault(File.Exists);

    private static bool IsWanted => s_program is not null || Environment.GetEnvironmentVariable("CI") is "true" or "1";

    /// <summary>The files as rows of a theory; where bgpdump is not installed, one row that says so.</summary>
    public static TheoryData<string> Rows(IEnumerable<string> files) =>
        IsWanted ? [.. files] : [new TheoryDataRow<string>("all files") { Skip = Missing }];

    /// <summary>Skips a test where bgpdump is not installed; in CI it fails.</summary>
    public static void Require()
    {
        Assert.SkipUnless(IsWanted, Missing);
        Assert.True(s_program is not null, Missing);
    }

    /// <summary>What <c>bgpdump -m</c> prints of a file.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        Require();
        using var process = Process.Start(new ProcessStartInfo(s_program!, ["-m", path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.ASCII,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }

        process.WaitForExit();
    }
}
