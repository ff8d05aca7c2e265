// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>Makes tables of any size with the structure of a real table. The generator learns the structure (<see cref="TableStructure"/>)
/// from the embedded table or from a given table. The seed permutes the top of the table's trie. Everything below the top is drawn:
/// <code>
///   IPv4  first octet permuted among unicast ones | bits 8-15 mirrored at random nodes | below /16 drawn
///   IPv6  first 16 bits kept (later: permuted)    | bits 16-23 mirrored likewise       | below /24 drawn
/// </code>
/// Mirroring a node (swapping its halves) keeps every length, distance and cluster. Blocks are taken in runs of neighbours until there are
/// enough prefixes, so a small table consists of some regions of a full table. A table larger than the real table consists of several
/// layers, each permuted anew (IPv6 into other /16s of 2000::/3). The first layers only fill gaps, and later layers overlap. So IPv4 tables
/// become more nested beyond about 1.6 million prefixes. The nesting is unavoidable: at 4 million prefixes, the same mix of lengths
/// contains every /16.</summary>
public sealed class TableGenerator
{
    /// <summary>The smallest and the largest number of prefixes in a table. A larger table may not fit into the address space.</summary>
    public const int Smallest = 1, Largest = 4_000_000;

    /// <summary>The first of the private AS numbers (RFC 6996) that are used as synthetic origins.</summary>
    public const uint FirstOriginAs = 4_200_000_000;

    /// <summary>The number of prefixes per AS on average: about 74,000 ASes originated 968,428 IPv4 prefixes in 2022.</summary>
    private const int PrefixesPerAs = 13;

    /// <summary>The number of bits that number the blocks of a run. A run has 16 neighbouring blocks.</summary>
    private const int RunBits = 4;

    /// <summary>The number of layers that only fill gaps. After these layers hardly any gaps are left.</summary>
    private const ulong GapLayers = 6;

    private const int MaxLayers = 1000;

    /// <summary>The structure, which is learned once, for the first table. The structure takes a few megabytes and saves a third of a
    /// second for each further table.</summary>
    private static readonly Lazy<TableStructure> LearnedV4 = new(() => Learn(Family.IPv4)), LearnedV6 = new(() => Learn(Family.IPv6));

    private readonly TableStructure _structure;
    private readonly ulong _seed;
    private readonly PrefixSet _made;
    private readonly HashSet<UInt128> _taken = [];
    private readonly int _wanted;
    private ulong _layer;
    private ushort[] _firstBits = [];

    private TableGenerator(TableStructure structure, int prefixes, ulong seed) =>
        (_structure, _seed, _wanted, _made) = (structure, seed, prefixes, new PrefixSet(prefixes));

    /// <summary>The number of first bits of an address that are permuted as a whole.</summary>
    private int HeadBits => _structure.Family == Family.IPv4 ? 8 : 16;

    /// <summary>Makes a table of exactly <paramref name="prefixes"/> prefixes, sorted by (address, length). No prefix is in
    /// <see cref="ReservedSpace"/>. Next hops are assigned (<see cref="NextHopAssignment"/>), and origin ASes are private. The same
    /// arguments give the same table on any machine.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the size is outside 1 to 4,000,000.</exception>
    public static RouteTable Generate(Family family, int prefixes, ulong seed)
    {
        var drawn = GeneratePrefixes(family, prefixes, seed);
        var routes = NextHopAssignment.Assign(drawn);
        var origins = Math.Max(1, prefixes / PrefixesPerAs);
        for (var i = 0; i < routes.Length; i++)
            routes[i] = routes[i] with { OriginAs = FirstOriginAs + Origin(drawn[i], origins) };
        return new RouteTable($"generated: {prefixes} IPv{(int)family} prefixes, seed {seed}", family, routes, NextHopAssignment.Names(family));
    }

    /// <inheritdoc cref="Generate"/>
    public static Prefix[] GeneratePrefixes(Family family, int prefixes, ulong seed) =>
        Run((family == Family.IPv4 ? LearnedV4 : LearnedV6).Value, prefixes, seed);

    /// <summary>Makes prefixes with the structure of a given table of the same family, sorted and distinct.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the size is outside 1 to 4,000,000.</exception>
    /// <exception cref="ArgumentException">Thrown if the given table is empty.</exception>
    /// <exception cref="InvalidOperationException">Thrown if there is no room, because the table is too dense or too small.</exception>
    public static Prefix[] GeneratePrefixes(Family family, int prefixes, ulong seed, Prefix[] learned) => learned.Length == 0
        ? throw new ArgumentException("there is nothing to learn from", nameof(learned))
        : Run(TableStructure.Learn(family, learned), prefixes, seed);

    private static Prefix[] Run(TableStructure structure, int prefixes, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(prefixes, Smallest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixes, Largest);
        return new TableGenerator(structure, prefixes, seed).Run();
    }

    private static TableStructure Learn(Family family) => TableStructure.Learn(family, EmbeddedTable.LoadPrefixes(family));

    private Prefix[] Run()
    {
        for (_layer = 0; _made.Count < _wanted; _layer++)
        {
            if (_layer == MaxLayers)
                throw new InvalidOperationException($"no room for {_wanted} prefixes: {_made.Count} were made");
            _firstBits = HeadPermutation();
            Layer();
        }

        var sorted = _made.Items.ToArray();
        PrefixOrder.Sort(sorted);
        return sorted;
    }

    /// <summary>Adds one layer: permutes the top and draws the layer's blocks, run by run, until there are enough prefixes.</summary>
    private void Layer()
    {
        var runDepth = _structure.BlockDepth - RunBits;
        var runs = _structure.Blocks
            .GroupBy(block => block.Address >> (128 - runDepth))
            .OrderBy(run => Rng.Mix(_seed ^ Rng.Mix((ulong)run.Key ^ (_layer << 48))));
        // Each prefix above the blocks comes with the first block that it covers.
        HashSet<Prefix> top = [.. _layer == 0 ? _structure.Top : []];
        int[] lengths = [.. top.Select(prefix => (int)prefix.Length).Distinct().Order()];
        foreach (var run in runs)
        {
            foreach (var block in run)
            {
                foreach (var length in lengths)
                {
                    if (top.Remove(new Prefix(_structure.Family, block.Address, length))
                        && !Take(new Prefix(_structure.Family, Move(block.Address, length), length)))
                    {
                        return;
                    }
                }

                var moved = block with { Address = Move(block.Address, _structure.BlockDepth) };
                if (!_taken.Add(moved.Address) && _layer < GapLayers)
                    continue;
                var rng = Rng.Derive(_seed + _layer, (ulong)(block.Address >> 64));
                if (!_structure.Draw(moved, ref rng, Take))
                    return;
            }
        }
    }

    private bool Take(Prefix prefix)
    {
        if (!ReservedSpace.Overlaps(prefix))
            _made.Add(prefix);
        return _made.Count < _wanted;
    }

    /// <summary>Permutes the first <paramref name="length"/> bits of an address as this layer does.</summary>
    private UInt128 Move(UInt128 address, int length)
    {
        var head = (int)(address >> (128 - HeadBits));
        var moved = (UInt128)_firstBits[head] << (128 - HeadBits);
        for (var depth = HeadBits; depth < length; depth++)
        {
            var node = (ulong)(address >> (128 - depth));
            var mirrored = (UInt128)(Rng.Mix(_seed ^ Rng.Mix((node << 8 | (uint)depth) ^ (_layer << 48))) & 1);
            moved |= (((address >> (127 - depth)) & 1) ^ mirrored) << (127 - depth);
        }

        return moved & Prefix.Mask(length);
    }

    /// <summary>Returns this layer's permutation of the first bits: the new value for each old value.</summary>
    private ushort[] HeadPermutation()
    {
        ushort[] map = [.. Enumerable.Range(0, 1 << HeadBits).Select(i => (ushort)i)];
        if (_structure.Family == Family.IPv6 && _layer == 0)
            return map;
        var free = map.Where(head => !IsReservedHead(head)).ToArray();
        var shuffled = free.ToArray();
        Rng.Derive(_seed, _layer).Shuffle(shuffled.AsSpan());
        for (var i = 0; i < free.Length; i++)
            map[free[i]] = shuffled[i];
        return map;
    }

    private bool IsReservedHead(ushort head)
    {
        var prefix = new Prefix(_structure.Family, (UInt128)head << (128 - HeadBits), HeadBits);
        return Array.Exists(ReservedSpace.Of(_structure.Family), reserved => reserved.Contains(prefix));
    }

    /// <summary>Returns the AS of the allocation (IPv4 /20, IPv6 /32) that contains a prefix.</summary>
    private static uint Origin(Prefix prefix, int origins) =>
        (uint)(Rng.Mix((ulong)(prefix.Address >> (prefix.Family == Family.IPv4 ? 108 : 96))) % (ulong)origins);
}
