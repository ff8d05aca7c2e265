// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>
/// The time that a run may take, and the most that it measures. <c>--quick</c> differs from a full run here alone. The number of A B B A
/// groups in a pass is decided while it runs; counts do not depend on it.
/// </summary>
/// <remarks>
/// The numbers of groups are upper limits for a pass. LoadGroups applies to the requested order, OtherLoadGroups to each other order (0:
/// loaded once, for the counts), LookupGroups to each key pattern and chain, and UpdateGroups to each operation. A repetition looks up
/// LookupKeys keys or changes UpdatePrefixes prefixes. TouchKeys keys are traced per pattern. Seconds limits the whole run. It is less than
/// the help promises, because one group is always made. SweepSeconds limits one cache flush.
/// </remarks>
public sealed record BenchPlan(
    double Seconds, double SweepSeconds, int LoadGroups, int OtherLoadGroups, int LookupKeys, int LookupGroups, int TouchKeys, int UpdatePrefixes,
    int UpdateGroups)
{
    public static BenchPlan Full { get; } = new(160, 0.05, 2, 1, 1 << 18, 5, 20_000, 20_000, 5);

    /// <summary>The plan of a full IPv6 run. Its lookups take four times as long, so a repetition has half as many keys.</summary>
    public static BenchPlan FullV6 { get; } = Full with { LookupKeys = 1 << 17 };

    public static BenchPlan Quick { get; } = new(33, 0.015, 1, 0, 1 << 16, 2, 4_000, 5_000, 2);
}
