// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>
/// How long a run may take, and the most that it measures: the one place where <c>--quick</c> differs from a full run. How many groups
/// of A B B A a pass has is decided while it runs; counts do not depend on it.
/// </summary>
/// <param name="Seconds">For the whole run, reading the table included: some less than is promised, since one group is made whatever it takes.</param>
/// <param name="SweepSeconds">For emptying the caches once.</param>
/// <param name="LoadGroups">Most groups in a pass of whole-table loads, in the order that was asked for.</param>
/// <param name="OtherLoadGroups">The same for the other orders; 0 loads each once, for the counts.</param>
/// <param name="LookupKeys">Keys in one repetition.</param>
/// <param name="LookupGroups">Most groups in a pass for each key pattern and chain.</param>
/// <param name="TouchKeys">Keys whose lookup is traced, for each pattern.</param>
/// <param name="UpdatePrefixes">Prefixes deleted, inserted and moved in one repetition.</param>
/// <param name="UpdateGroups">Most groups in a pass of updates.</param>
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
