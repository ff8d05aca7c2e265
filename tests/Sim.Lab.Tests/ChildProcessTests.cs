// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Lab.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public void A_process_is_ended_although_it_does_not_lead_its_group_yet()
    {
        // Without setsid it never will.
        using var child = new ChildProcess(["sleep", "600"], [], _ => { }, _ => { });
        child.Kill();
        Assert.True(child.WaitForEnd(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_process_that_does_not_read_its_input_ends_like_any_other()
    {
        using var isDeaf = new ManualResetEventSlim();
        using var child = new ChildProcess(["setsid", "sh", "-c", "exec <&-; echo deaf; exec sleep 600"], [], _ => isDeaf.Set(), _ => { });
        isDeaf.Wait(TestContext.Current.CancellationToken);
        child.SendLine("nobody reads this");
        child.Kill();
        Assert.True(child.WaitForEnd(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }
}
