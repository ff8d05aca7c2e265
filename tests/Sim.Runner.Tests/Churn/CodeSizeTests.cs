// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Schemes;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class CodeSizeTests
{
    [Fact]
    public void Every_scheme_is_told_by_lines_that_were_counted_and_what_Linux_has_needs_none()
    {
        foreach (var kind in SchemeKind.All)
        {
            var (added, removed) = CodeSize.Of(kind);
            Assert.Equal(kind.Word is "replace" or "dummy" or "remove-me" or "device", added == 0);
            Assert.True(added >= 0 && removed >= 0, kind.Name);
        }
    }
}
