// SPDX-License-Identifier: MIT
using System.Collections.Immutable;

namespace Sim.Workloads.Keys;

/// <summary>The patterns of addresses that are looked up. Figures for different patterns are not comparable.</summary>
public enum KeyPattern
{
    /// <summary>Uniform over the address space. IPv4 keys are from all 2^32 addresses. IPv6 keys are from global unicast 2000::/3 only: the
    /// rest is unassigned or local, so lookups there would end at the root. Many keys match no prefix.</summary>
    Uniform,

    /// <summary>Uniform over prefixes: a random prefix of the table, then random host bits. Every key matches.</summary>
    Prefixes,

    /// <summary>Zipf over prefixes: the prefix of rank r is drawn with probability proportional to 1 / (r + 1)^s, then random host bits. A
    /// random permutation gives each prefix its rank.</summary>
    Zipf,

    /// <summary>One address inside a random prefix, looked up repeatedly. Everything stays in the first-level cache.</summary>
    Hot,
}

/// <summary>Makes lookup keys for a table. The same set of prefixes, pattern and seed give the same keys. Keys of
/// <see cref="KeyPattern.Prefixes"/> and <see cref="KeyPattern.Zipf"/> lie inside the prefix drawn. Such a key may match a more specific
/// prefix inside the drawn prefix, just as traffic to a covering route does.</summary>
public static class LookupKeys
{
    private const double Exponent = 1.0;

    /// <summary>The names on the command line and in results, in the order of <see cref="KeyPattern"/>.</summary>
    public static ImmutableArray<string> Names { get; } = ["uniform", "prefixes", "zipf", "hot"];

    public static string Name(this KeyPattern pattern) => Names[(int)pattern];

    public static KeyPattern Parse(string name) =>
        Names.IndexOf(name) is >= 0 and var at ? (KeyPattern)at : throw new ArgumentException($"no such key pattern: {name}", nameof(name));

    /// <summary>Makes keys for a table's distinct prefixes, left-aligned in 128 bits: the address as a big-endian number.</summary>
    /// <exception cref="ArgumentException">Thrown if the prefixes are of both families, or the list has no prefix.</exception>
    public static UInt128[] LeftAligned(ReadOnlySpan<Prefix> prefixes, KeyPattern pattern, int count, ulong seed)
    {
        if (prefixes.IsEmpty)
            throw new ArgumentException("an empty table has no keys", nameof(prefixes));
        var family = prefixes[0].Family;
        foreach (var prefix in prefixes)
        {
            if (prefix.Family != family)
                throw new ArgumentException($"{prefix} is IPv{(int)prefix.Family}", nameof(prefixes));
        }

        var keys = new UInt128[count];
        var rng = Rng.Derive(seed, (ulong)pattern);
        var ranked = pattern == KeyPattern.Uniform ? [] : InRankOrder(prefixes, ref rng);
        var ranks = pattern == KeyPattern.Zipf ? new ZipfTable(ranked.Length, Exponent) : null;
        var hot = pattern == KeyPattern.Hot ? Inside(ranked[0], ref rng) : 0;
        foreach (ref var key in keys.AsSpan())
        {
            key = pattern switch
            {
                KeyPattern.Uniform => family == Family.IPv4 ? (UInt128)rng.NextUInt() << 96 : UInt128.One << 125 | rng.NextUInt128() >> 3,
                KeyPattern.Prefixes => Inside(ranked[rng.Below(ranked.Length)], ref rng),
                KeyPattern.Zipf => Inside(ranked[ranks!.Draw(ref rng)], ref rng),
                KeyPattern.Hot => hot,
                _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "no such pattern"),
            };
        }

        return keys;
    }

    private static UInt128 Inside(Prefix prefix, ref Rng rng)
    {
        var bits = prefix.Family == Family.IPv4 ? (UInt128)rng.NextUInt() << 96 : rng.NextUInt128();
        return prefix.Address | (bits & ~Prefix.Mask(prefix.Length));
    }

    /// <summary>Returns the prefixes in a random order that depends on their set, not on the order of the file.</summary>
    private static Prefix[] InRankOrder(ReadOnlySpan<Prefix> prefixes, ref Rng rng)
    {
        var ranked = prefixes.ToArray();
        PrefixOrder.Sort(ranked);
        rng.Shuffle(ranked.AsSpan());
        return ranked;
    }
}
