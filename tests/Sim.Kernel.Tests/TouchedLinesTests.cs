// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Kernel.Tests;

public sealed class TouchedLinesTests
{
    [Fact]
    public void A_step_counts_once_however_many_lines_it_is_the_first_to_read()
    {
        var lines = new TouchedLines();
        lines.Step();
        Assert.Equal(2, lines.Read(60, 8));
        Assert.Equal(1, lines.Read(128, 4));
        lines.Step();
        Assert.Equal(0, lines.Read(64, 64));
        lines.Step();
        Assert.Equal(1, lines.Read(640, 1));
        Assert.Equal((4, 2), (lines.Count, lines.Steps));
        Assert.Equal([0, 1, 2], lines.In(0).ToArray());
        Assert.Equal([10], lines.In(1).ToArray());
        lines.Clear();
        Assert.Equal((0, 0), (lines.Count, lines.Steps));
        Assert.Equal(1, lines.Read(0, 1));
        Assert.Equal(1, lines.Steps);
    }
}
