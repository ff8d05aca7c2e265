// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class ValidationRowsTests
{
    [Theory]
    [InlineData(10, 10, 0, true)]
    [InlineData(10, 11, 0, false)]
    [InlineData(10, 9, 0, false)]
    [InlineData(10, 12, 2, true)]
    [InlineData(12, 10, 2, true)]
    [InlineData(10, 13, 2, false)]
    [InlineData(13, 10, 2, false)]
    [InlineData(double.NaN, 10, 2, false)]
    public void Sides_agree_where_they_are_no_further_apart_than_the_bound(double port, double kernel, double bound, bool agree) =>
        Assert.Equal(agree, new Check(Row("port", port, null), Row("kernel", kernel, bound)).Agrees);

    [Fact]
    public void A_check_is_a_row_with_a_bound_and_the_port_s_row_before_it()
    {
        Figure[] rows =
        [
            Row("port", 1, null), Row("kernel", 1, 0),
            Row("port", 50, null), Row("kernel", 60, null), // times: nothing is demanded
            Row("kernel", 61, null), // the kernel alone
            Row("", 0.8, null), // a ratio
            Row("port", 2, null), Row("kernel", 3, 0.5),
        ];
        Assert.Equal([(1, 1), (2, 3)], ValidationRows.Checks(rows).Select(check => ((int)check.Port.Value, (int)check.Kernel.Value)));
        Assert.Empty(ValidationRows.Checks([]));
        Assert.Empty(ValidationRows.Checks([Row("kernel", 1, 0)]));
    }

    private static Figure Row(string side, double value, double? bound) => new()
    {
        Experiment = "validate", Family = 4, Metric = Metrics.Nodes, Unit = "count", Value = value, Basis = Basis.Counted, Side = side, Bound = bound,
    };
}
