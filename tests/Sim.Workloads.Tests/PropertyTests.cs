// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Testing;
using Xunit;

namespace Sim.Workloads.Tests;

public sealed class PropertyTests
{
    [Fact, Property]
    public void A_property_sees_the_same_cases_every_time_and_they_differ()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("SIM_SOAK") is { Length: > 0 }, "a soak has no number of cases");
        static List<ulong> Cases()
        {
            var cases = new List<ulong>();
            Gen.ULong.Check(cases.Add, iter: 50, threads: 1);
            return cases;
        }

        var first = Cases();
        Assert.Equal(first, Cases());
        Assert.Equal(50, first.Count);
        Assert.InRange(first.Distinct().Count(), 40, 50); // CsCheck draws small values often
    }
}
