// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Lab.Tests;

/// <summary>The words of lanes, which are build.sh's names of their kernels as well.</summary>
public sealed class LanesTests
{
    [Fact]
    public void Every_lane_is_found_by_its_word()
    {
        foreach (var lane in Enum.GetValues<LaneKind>())
            Assert.Equal(lane, Lanes.Of(lane.Word()));
        Assert.Equal(Enum.GetValues<LaneKind>().Length, Enum.GetValues<LaneKind>().Select(lane => lane.Word()).Distinct().Count());
    }

    [Theory]
    [InlineData(LaneKind.Uml, true, false)]
    [InlineData(LaneKind.UmlPatched, true, true)]
    [InlineData(LaneKind.UmlUnhashed, true, true)]
    [InlineData(LaneKind.UmlSmp, true, true)]
    [InlineData(LaneKind.Qemu, false, false)]
    [InlineData(LaneKind.Host, false, false)]
    public void Only_kernels_that_the_lab_builds_can_be_patched(LaneKind lane, bool uml, bool patched) =>
        Assert.Equal((uml, patched), (lane.IsUml(), lane.IsPatched()));
}
