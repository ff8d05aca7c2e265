// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fuzz;
using Sim.Testing;
using Xunit;

namespace Sim.Workloads.Tests;

/// <summary>What the fuzz driver promises of a failure.</summary>
public sealed class FuzzRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Property]
    public void An_input_follows_from_its_seed_and_number_alone() => Gen.UInt.Check(
        index =>
        {
            foreach (var kind in FuzzKind.All)
                Assert.Equal(kind.Make(new Dice(7, index)).Bytes, kind.Make(new Dice(7, index)).Bytes);
        },
        iter: 50, threads: 1);

    [Fact]
    public void A_failing_input_is_saved_shrunk_and_named_with_the_command_that_makes_it_again()
    {
        var (run, log) = Run(new Minds42());
        var failing = Enumerable.Range(0, 60).Where(index => new Minds42().Make(new Dice(3, (uint)index)).Bytes.Contains((byte)42)).ToList();
        Assert.NotEmpty(failing);
        Assert.Equal((60, failing.Count), (run.Done, run.Failed));
        foreach (var index in failing)
        {
            Assert.Equal(new Minds42().Make(new Dice(3, (uint)index)).Bytes, File.ReadAllBytes(Path.Combine(_folder, $"fuzz-minds-3-{index}.bin")));
            Assert.Contains($"--kind minds --seed 3 --replay {index}", log);
        }

        Assert.Equal([42], File.ReadAllBytes(Path.Combine(_folder, $"fuzz-minds-3-{failing[0]}-small.bin")));
        Assert.StartsWith($"60 inputs, {failing.Count} failed, peak ", run.Summary);
    }

    [Fact]
    public void An_exception_that_nobody_declared_is_a_failure()
    {
        var (run, log) = Run(new Throws());
        Assert.Equal(60, run.Failed);
        Assert.Contains(nameof(IndexOutOfRangeException), log);
    }

    private (FuzzRun Run, string Log) Run(FuzzKind kind)
    {
        var log = new StringWriter();
        var run = new FuzzRun(3, [kind], _folder, log);
        run.Run(0, 60, () => { }, TestContext.Current.CancellationToken);
        return (run, log.ToString());
    }

    private class Minds42 : FuzzKind
    {
        public override string Name => "minds";

        public override FuzzInput Make(Dice dice) => new(dice.Bytes(20), [], Promise.None);

        public override void Check(FuzzInput input) => Hold(!input.Bytes.Contains((byte)42), "it has a 42");
    }

    private sealed class Throws : Minds42
    {
        public override void Check(FuzzInput input) => _ = input.Bytes[input.Bytes.Length];
    }
}
