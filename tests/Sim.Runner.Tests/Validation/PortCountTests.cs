// SPDX-License-Identifier: MIT
using Sim.Runner.Validation;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class PortCountTests
{
    [Fact]
    public void The_total_of_a_dump_is_the_sum_that_callgrind_wrote_last()
    {
        string[] dump =
        [
            "# callgrind format", "version: 1", "part: 1", "desc: Trigger: Client Request: counted", "positions: line", "events: Ir",
            "summary: 472614945", "", "fn=(1) totals", "0 4", "", "totals: 472614945",
        ];
        Assert.Equal(472_614_945, CallgrindCounter.TotalOf(dump));
    }

    [Theory]
    [InlineData("")]
    [InlineData("totals:")]
    [InlineData("totals: 12 34")]
    public void A_dump_without_one_total_is_refused(string line) =>
        Assert.Throws<InvalidDataException>(() => CallgrindCounter.TotalOf(["events: Ir", line]));

    [Fact]
    public void A_count_is_read_back_from_its_line()
    {
        PortCount[] counts =
        [
            new("allowedips", 6, "lookup", "zipf", "dependent", [671.7204132080078, 1.0 / 3]),
            new("fib", 4, "delete", "", "", [1652]),
        ];
        foreach (var count in counts)
        {
            var read = PortCount.Parse(count.ToString());
            Assert.NotNull(read);
            Assert.Equal(count.Runs, read.Runs);
            Assert.Equal(count, read with { Runs = count.Runs });
        }
    }

    [Theory]
    [InlineData("counter\tcallgrind")]
    [InlineData("check\t289\t2000287")]
    [InlineData("instructions\tfib\t4\tdelete\t\t")]
    [InlineData("instructions\tfib\tfour\tdelete\t\t\t1")]
    [InlineData("instructions\tfib\t4\tdelete\t\t\tmany")]
    public void Any_other_line_is_no_count(string line) => Assert.Null(PortCount.Parse(line));

    [Fact]
    public void The_sequence_that_valgrind_knows_leaves_its_register_as_it_was()
    {
        // rol rdi, n is 48 C1 C7 n: what the four rotate by must be a multiple of 64.
        var code = MachineCode.Request;
        var (rotations, places) = (0, 0);
        for (var i = 0; i + 3 < code.Length; i++)
        {
            if (!code.Slice(i, 3).SequenceEqual<byte>([0x48, 0xC1, 0xC7]))
                continue;
            rotations++;
            places += code[i + 3];
        }

        Assert.Equal(4, rotations);
        Assert.Equal(0, places % 64);
    }

    [Fact]
    public void Without_valgrind_a_request_is_answered_by_the_default()
    {
        using var code = new MachineCode();
        Assert.False(CallgrindCounter.IsThere(code));
        code.RunLoop(1000);
    }

    [Fact]
    public void The_processors_counter_counts_known_work_exactly_enough()
    {
        using var counter = PerfCounter.TryOpen();
        Assert.SkipWhen(counter is null, "perf_event_open gives no instruction counter here");
        using var code = new MachineCode();
        var (nothing, loop) = counter!.Check(code);
        Assert.InRange(loop - nothing, 1_998_000, 2_002_000);
    }
}
