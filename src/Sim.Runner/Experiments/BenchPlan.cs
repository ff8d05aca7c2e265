// SPDX-License-Identifier: MIT
namespace Sim.Runner.Experiments;

/// <summary>How much a run measures: the one place where <c>--quick</c> differs from a full run.</summary>
/// <param name="LoadGroups">Groups of A B B A whole-table loads in the order that was asked for.</param>
/// <param name="OtherLoadGroups">The same for the other orders; 0 loads each once, for the counts.</param>
/// <param name="LookupKeys">Keys in one repetition.</param>
/// <param name="LookupGroups">Groups of A B B A for each key pattern and chain.</param>
/// <param name="TouchKeys">Keys whose lookup is traced, for each pattern.</param>
/// <param name="UpdatePrefixes">Prefixes deleted, inserted and moved in one repetition.</param>
/// <param name="UpdateGroups">Groups of A B B A of updates.</param>
internal sealed record BenchPlan(
    int LoadGroups, int OtherLoadGroups, int LookupKeys, int LookupGroups, int TouchKeys, int UpdatePrefixes, int UpdateGroups)
{
    public static BenchPlan Full { get; } = new(3, 2, 1 << 18, 5, 20_000, 20_000, 5);

    /// <summary>A full run of IPv6, whose lookups take four times as long: half the keys in a repetition, as many repetitions.</summary>
    public static BenchPlan FullV6 { get; } = Full with { LookupKeys = 1 << 17 };

    public static BenchPlan Quick { get; } = new(2, 0, 1 << 16, 2, 4_000, 5_000, 2);
}
