// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;

namespace Sim.Benchmarks;

/// <summary>The table and keys that all benchmarks share: the embedded table's IPv4 half, or a part of it.</summary>
internal static class TableFixture
{
    /// <summary>Keys looked up in one invocation; a power of two.</summary>
    public const int Keys = 1 << 14;

    /// <summary>Prefixes changed in one invocation: as many as the smallest table has.</summary>
    public const int Updates = 1000;

    public const ulong Seed = 1;

    private static readonly Route[] s_shuffled =
        TableOrder.Permute(EmbeddedTable.Load(Family.IPv4), RouteOrder.Shuffled, Seed);

    /// <summary>The first <paramref name="count"/> prefixes of the shuffled table.</summary>
    public static Prefix[] Prefixes(int count) =>
        Array.ConvertAll(s_shuffled[..Math.Min(count, s_shuffled.Length)], route => route.Prefix);

    public static uint[] MakeKeys(Prefix[] prefixes, KeyPattern pattern) =>
        LookupKeys.V4(prefixes, pattern, Keys, Seed);
}
