// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>
/// How long a run may take, and the most that it measures: the one place where <c>--quick</c> differs from a full run. How many groups
/// of A B B A a pass has is decided while it runs; counts do not depend on it.
/// </summary>
/// <remarks>
/// Groups are the upper limits of a pass: LoadGroups in the order that was asked for, OtherLoadGroups in each other order (0: loaded once, for the counts),
/// LookupGroups for each key pattern and chain, UpdateGroups. A repetition has LookupKeys or UpdatePrefixes; TouchKeys are traced per pattern.
/// Seconds are those of the whole run, somewhat less than promised because one group is always made; SweepSeconds are those of one cache flush.
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
