// SPDX-License-Identifier: MIT
using System.Globalization;
using Sim.Figures;
using Sim.Validation.Session;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class CpuPinTests
{
    [Fact]
    public void The_thread_keeps_to_the_processor_and_afterwards_to_those_it_had()
    {
        var before = Allowed();
        foreach (var cpu in before)
        {
            using (CpuPin.To(cpu))
                Assert.Equal([cpu], Allowed());
            Assert.Equal(before, Allowed());
        }
    }

    [Fact]
    public void Pins_inside_pins_are_undone_one_by_one()
    {
        var before = Allowed();
        using (CpuPin.To(before[0]))
        {
            using (CpuPin.To(before[^1]))
                Assert.Equal([before[^1]], Allowed());
            Assert.Equal([before[0]], Allowed());
        }

        Assert.Equal(before, Allowed());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1023)] // no machine that this runs on has so many
    [InlineData(100_000)]
    public void Without_such_a_processor_nothing_changes(int? cpu)
    {
        var before = Allowed();
        using (CpuPin.To(cpu))
            Assert.Equal(before, Allowed());
        Assert.Equal(before, Allowed());
    }

    /// <summary>The processors of the calling thread: <c>Cpus_allowed_list: 0-2,5</c>.</summary>
    private static int[] Allowed()
    {
        var line = File.ReadLines("/proc/thread-self/status").First(text => text.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        return [.. line.Split('\t')[1].Split(',').SelectMany(range =>
        {
            var ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        })];
    }
}
