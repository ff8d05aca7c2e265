// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Schemes.Binding;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class CodeSizeTests
{
    [Fact]
    public void Every_scheme_is_told_by_lines_that_were_counted_and_what_Linux_has_needs_none()
    {
        foreach (var kind in BindingKind.All)
        {
            var (added, removed) = CodeSize.Of(kind);
            Assert.Equal(kind.Number is 1 or 2 or 8, added == 0);
            Assert.True(added >= 0 && removed >= 0, kind.Name);
        }
    }
}
