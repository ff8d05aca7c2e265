// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Workloads.Tests.Churn;

public sealed class ChangeSpoolTests
{
    [Fact]
    public void Every_change_comes_back_as_it_was_however_often_it_is_read()
    {
        var rng = new Rng(7);
        var changes = new BindingChange[10_000];
        for (var i = 0; i < changes.Length; i++)
        {
            var prefix = i % 3 == 0 ? Prefix.OfV6(rng.NextUInt128(), rng.Below(129)) : Prefix.OfV4(rng.NextUInt(), rng.Below(33));
            changes[i] = new BindingChange((long)(rng.Next() >> 1), prefix, rng.Below(65_537) - 1, rng.Below(65_537) - 1);
        }

        using var spool = new ChangeSpool();
        foreach (ref readonly var change in changes.AsSpan())
            spool.Add(in change);
        Assert.Equal(changes.Length, spool.Count);
        for (var round = 0; round < 2; round++)
            Assert.Equal(changes, spool);
    }

    [Fact]
    public void An_empty_spool_has_nothing_to_read()
    {
        using var spool = new ChangeSpool();
        Assert.Empty(spool);
    }
}
