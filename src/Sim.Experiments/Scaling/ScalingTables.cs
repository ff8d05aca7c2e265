// SPDX-License-Identifier: MIT
using Sim.Workloads;
using Sim.Workloads.Synthesis;

namespace Sim.Experiments.Scaling;

/// <summary>A table of some size in its order of loading. Any part of the places drawn is a random sample.</summary>
public sealed record ScalingTable(Term Origin, Prefix[] Prefixes, int[] Drawn)
{
    public Family Family => Prefixes[0].Family;

    /// <summary>The peer of each prefix: dealt out along the random order, so that shares differ by one at most.</summary>
    public int[] PeerOf(int peers)
    {
        var of = new int[Prefixes.Length];
        for (var rank = 0; rank < of.Length; rank++)
            of[Drawn[rank]] = rank % peers;
        return of;
    }

    /// <summary>Random addresses of random prefixes, left-aligned: every one has a match.</summary>
    public UInt128[] Keys(int count, ulong seed)
    {
        var keys = new UInt128[count];
        var rng = Rng.Derive(seed, (ulong)Prefixes.Length);
        foreach (ref var key in keys.AsSpan())
        {
            var prefix = Prefixes[rng.Below(Prefixes.Length)];
            var bits = Family == Family.IPv4 ? (UInt128)rng.NextUInt() << 96 : rng.NextUInt128();
            key = prefix.Address | (bits & ~Prefix.Mask(prefix.Length));
        }

        return keys;
    }
}

/// <summary>
/// Tables of any size out of one. Smaller ones are random samples, nested: each is a part of every larger one, in the order of
/// the file. Larger ones are made by <see cref="TableGenerator"/> with the structure of the one.
/// </summary>
public sealed class ScalingTables(RouteTable table, ulong seed)
{
    /// <summary>Tables with fewer prefixes do not say how a larger one looks.</summary>
    public const int LeastToGrow = 100_000;

    private readonly int[] _drawn = Shuffled(table.Routes.Length, seed);
    private Prefix[]? _sorted;

    /// <summary>Prefixes of the table itself.</summary>
    public int Own => table.Routes.Length;

    /// <summary>Whether tables larger than it can be made.</summary>
    public bool Grows => Own >= LeastToGrow;

    public Family Family => table.Family;

    /// <summary>A table of exactly that number of prefixes.</summary>
    /// <exception cref="InvalidOperationException">More than the table has, and it is too small or too dense to make such a one of.</exception>
    public ScalingTable Of(int prefixes)
    {
        if (prefixes <= Own)
            return SampleOf(prefixes);
        if (!Grows)
            throw new InvalidOperationException($"{Own} prefixes are too few to make {prefixes} of: {LeastToGrow} are needed");
        if (_sorted is null)
        {
            _sorted = table.ToPrefixes();
            PrefixOrder.Sort(_sorted);
        }

        var made = TableGenerator.GeneratePrefixes(table.Family, prefixes, seed, _sorted);
        return new ScalingTable(Orders.Generated, made, Shuffled(prefixes, seed));
    }

    private ScalingTable SampleOf(int prefixes)
    {
        var places = _drawn[..prefixes];
        Array.Sort(places);
        var placeOf = places.Index().ToDictionary(place => place.Item, place => place.Index);
        return new ScalingTable(
            Orders.Sample, Array.ConvertAll(places, place => table.Routes[place].Prefix), Array.ConvertAll(_drawn[..prefixes], drawn => placeOf[drawn]));
    }

    private static int[] Shuffled(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Rng(seed).Shuffle(order.AsSpan());
        return order;
    }
}
