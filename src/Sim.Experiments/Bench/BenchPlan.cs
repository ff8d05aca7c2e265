// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Limits the time of a run and the amount that the run measures. <c>--quick</c> changes nothing but this plan. The number of A B
/// B A groups in a pass is decided during the run. Counts do not depend on the number of groups.</summary>
/// <remarks>
/// Each number of groups is an upper limit for one pass. LoadGroups applies to the requested order. OtherLoadGroups applies to each other
/// order. If OtherLoadGroups is 0, the table is loaded once, for the counts. LookupGroups applies to each key pattern and chain, and
/// UpdateGroups to each operation. A repetition looks up LookupKeys keys or changes UpdatePrefixes prefixes. TouchKeys keys are traced per
/// pattern. Seconds limits the whole run. The help promises a longer time than Seconds, because every case measures at least one group,
/// even if time is short. SweepSeconds limits one cache flush.
/// </remarks>
public sealed record BenchPlan(
    double Seconds, double SweepSeconds, int LoadGroups, int OtherLoadGroups, int LookupKeys, int LookupGroups, int TouchKeys, int UpdatePrefixes,
    int UpdateGroups)
{
    public static BenchPlan Full { get; } = new(160, 0.05, 2, 1, 1 << 18, 5, 20_000, 20_000, 5);

    /// <summary>The plan of a full IPv6 run. IPv6 lookups take four times as long as IPv4 lookups, so a repetition has half as many
    /// keys.</summary>
    public static BenchPlan FullV6 { get; } = Full with { LookupKeys = 1 << 17 };

    public static BenchPlan Quick { get; } = new(33, 0.015, 1, 0, 1 << 16, 2, 4_000, 5_000, 2);
}
