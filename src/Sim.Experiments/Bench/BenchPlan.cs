// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>
/// How long a run may take, and the most that it measures: the one place where <c>--quick</c> differs from a full run. How many groups
/// of A B B A a pass has is decided while it runs; counts do not depend on it.
/// </summary>
/// <remarks>
/// Groups are the most in a pass: of loads in the order that was asked for, of loads in each other order (0 loads it once, for the counts), of lookups
/// for each key pattern and chain, of updates. A repetition looks so many keys up, and deletes, inserts and moves so many prefixes. Of each pattern so many keys are traced.
/// The seconds are those of the whole run, some less than is promised because one group is made whatever it takes, and those of one cache sweep.
/// </remarks>
public sealed record BenchPlan(
    double Seconds, double SweepSeconds, int LoadGroups, int OtherLoadGroups, int LookupKeys, int LookupGroups, int TouchKeys, int UpdatePrefixes,
    int UpdateGroups)
{
    /// <summary>Seconds that the report takes, and what else comes last.</summary>
    public const double ReportSeconds = 4;

    public static BenchPlan Full { get; } = new(160, 0.05, 2, 1, 1 << 18, 5, 20_000, 20_000, 5);

    /// <summary>A full run of IPv6, whose lookups take four times as long: half the keys in a repetition, as many repetitions.</summary>
    public static BenchPlan FullV6 { get; } = Full with { LookupKeys = 1 << 17 };

    public static BenchPlan Quick { get; } = new(33, 0.015, 1, 0, 1 << 16, 2, 4_000, 5_000, 2);
}
