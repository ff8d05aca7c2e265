// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Kernel;
using Sim.Lab;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Churn;
using Sim.Runner.Tests.Commands;
using Sim.Runner.Tests.Reports;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary>The whole way, against Linux 7.3 under User-Mode Linux, where the lab was built before.</summary>
public sealed class RealKernelTests
{
    [Theory]
    [InlineData("uml")]
    [InlineData("uml-patched")]
    public void A_table_of_500_prefixes_of_both_families_agrees_with_linux_in_every_row(string kernel)
    {
        SkipUnlessBuilt(kernel);
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", Text(Family.IPv4) + Text(Family.IPv6));
        var ran = Commands.Program.RunIn(SharedData.Root, "validate", "--quick", "--kernel", kernel, "--parts", "counts", "--table", table, "--out", scratch["report"]);
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(scratch["report"], "results.json"));
        var checks = ValidationRows.Checks(run.Figures).ToList();
        Assert.InRange(checks.Count, 1_000, int.MaxValue);
        Assert.All(checks, check => Assert.True(check.Agrees, ValidationSummary.Place(check.Port)));
        Assert.Contains(run.Environment, fact => fact.Value.StartsWith("User-Mode Linux 7.3", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(scratch["report"], "index.html")));
    }

    /// <summary>Every scheme that the kernel can run: each byte, each node, and the binding that the trace implies.</summary>
    [Theory]
    [InlineData("uml", 9)]
    [InlineData("uml-patched", 10)]
    public void A_trace_agrees_with_linux_under_every_scheme(string kernel, int schemes)
    {
        SkipUnlessBuilt(kernel);
        using var scratch = new Scratch();
        var ran = Commands.Program.RunIn(
            SharedData.Root, "validate", "--quick", "--kernel", kernel, "--parts", "trace", "--table", scratch.Write("table.txt", Text(Family.IPv4)),
            "--updates", ChurnCommandTests.Updates(scratch["updates.mrt"], Family.IPv4), "--peers", "5", "--batch", "0,100", "--out", scratch["report"]);
        Assert.DoesNotContain("Differs", ran.Error, StringComparison.Ordinal);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(scratch["report"], "results.json"));
        var checks = ValidationRows.Checks(run.Figures).ToList();
        Assert.Equal(schemes, checks.Select(check => check.Port.Scheme).Distinct().Count());
        Assert.All(checks, check => Assert.True(check.Agrees, ValidationSummary.Place(check.Port)));
    }

    /// <summary>Kernel threads on all processors: no lookup is wrong, no move is refused, and every figure is there.</summary>
    [Fact]
    public void Readers_beside_a_writer_find_no_wrong_peer_in_linux_with_several_processors()
    {
        SkipUnlessBuilt("uml-smp");
        if (Environment.ProcessorCount < 2)
            Assert.Skip("one processor");
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", Text(Family.IPv4) + Text(Family.IPv6));
        var ran = Commands.Program.RunIn(
            SharedData.Root, "validate", "--quick", "--kernel", "uml-smp", "--parts", "readers", "--table", table, "--out", scratch["report"]);
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
        ReaderBenchmarkTests.AssertWhole(ReportFolder.Results(Path.Combine(scratch["report"], "results.json")).Figures, Math.Min(Environment.ProcessorCount, Lanes.MostProcessors));
    }

    private static string Text(Family family) => string.Concat(Tables.Random(family, 500).Routes.Select(route => $"{route.Prefix}\n"));

    /// <summary>Building takes minutes and packages: that is for whoever runs <c>validate</c>.</summary>
    private static void SkipUnlessBuilt(string kernel)
    {
        var cache = Environment.GetEnvironmentVariable("SIM_VM_CACHE") is { Length: > 0 } set ? set : Path.Combine(SharedData.Root, "artifacts", "vm");
        var built = Directory.Exists(cache) && Directory.EnumerateFiles(cache, "wgval.ko", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Any(file => Path.GetFileName(Path.GetDirectoryName(file)!)is var folder && folder.StartsWith(kernel + "-", StringComparison.Ordinal)
                && !folder[(kernel.Length + 1)..].Contains('-', StringComparison.Ordinal));
        if (!built)
            Assert.Skip($"the lab's {kernel} is not built in {cache}; 'validate --kernel {kernel}' builds it");
    }
}
