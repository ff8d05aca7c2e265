// SPDX-License-Identifier: MIT
using Sim.Trie;

namespace Sim.Schemes.Structures;

/// <summary>
/// A what-if that no kernel has: another structure behind the interface of AllowedIPs (<see cref="PeerTries"/>). The messages, the peers
/// and the references that lookups take are those of <see cref="AllowedIpsStructure"/>.
/// </summary>
public abstract unsafe class PeerTrieStructure : KernelStructure
{
    // The wg_peer* of each peer number; 0 if the peer does not exist.
    private nint[] _peers;

    /// <summary>Makes a device with this number of peers. Only the trie of the family is made: the arrays of some tries take room even if
    /// they are empty.</summary>
    protected PeerTrieStructure(
        Family family, int peers, KernelConfig kernel,
        Func<PeerNumbers, PeerTrie<Address32>> v4, Func<PeerNumbers, PeerTrie<Address128>>? v6)
        : base(family, kernel)
    {
        Table = family == Family.IPv4 ? new(Memory, v4, null) : new(Memory, null, v6);
        _peers = new nint[peers];
        for (var number = 0; number < peers; number++)
            MakePeer(number);
    }

    public PeerTries Table { get; }

    public sealed override string Key => "allowedips";

    protected sealed override long Waits => 0;

    /// <summary>Makes the structure of a form. The first operation on a peer beyond <paramref name="peers"/> creates that peer.</summary>
    public static PeerTrieStructure Create(Family family, int peers, KernelConfig kernel) => kernel.AllowedIps switch
    {
        AllowedIpsForm.LcTrie => new PeerTrieStructure<LcTrie<Address32>.Reader, LcTrie<Address128>.Reader>(
            family, peers, kernel, static numbers => new LcTrie<Address32>(numbers), static numbers => new LcTrie<Address128>(numbers)),
        AllowedIpsForm.MultibitTrie => new PeerTrieStructure<MultibitTrie<Address32>.Reader, MultibitTrie<Address128>.Reader>(
            family, peers, kernel,
            static numbers => new MultibitTrie<Address32>(numbers), static numbers => new MultibitTrie<Address128>(numbers)),
        AllowedIpsForm.Poptrie => new PeerTrieStructure<Poptrie<Address32>.Reader, Poptrie<Address128>.Reader>(
            family, peers, kernel, static numbers => new Poptrie<Address32>(numbers), static numbers => new Poptrie<Address128>(numbers)),
        AllowedIpsForm.Dir24 => new PeerTrieStructure<Dir24Trie.Reader, MultibitTrie<Address128>.Reader>(
            family, peers, kernel, static numbers => new Dir24Trie(numbers), null),
        _ => throw new ArgumentException("today's trie is an AllowedIpsStructure", nameof(kernel)),
    };

    /// <summary>Binds a prefix to a peer. The prefix's previous peer loses the prefix. The caller ends the message.</summary>
    public int Insert(in Prefix prefix, int peer) => Step(Table.Insert(prefix, PeerOf(peer)));

    /// <summary>Removes one prefix from a peer. The caller ends the message.</summary>
    public int Remove(in Prefix prefix, int peer) => Step(Table.Remove(prefix, PeerOf(peer)));

    public sealed override int Bind(in Prefix prefix, int peer) => End(Insert(prefix, peer));

    public sealed override int Unbind(in Prefix prefix, int peer) => End(Remove(prefix, peer));

    public sealed override void Bind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
            Check(Bind(in prefixes[i], peers[i]), prefixes[i]);
    }

    public sealed override void Unbind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
            Check(Unbind(in prefixes[i], peers[i]), prefixes[i]);
    }

    /// <summary>Removes the prefixes of a peer in one message. If each operation counts, removes them one by one.</summary>
    public sealed override void UnbindPeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        if (Stepped is null)
        {
            Table.RemoveByPeer(PeerOf(peer));
        }
        else
        {
            foreach (var prefix in prefixes)
                Step(Table.Remove(prefix, PeerOf(peer)));
        }

        EndMessage();
    }

    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS: takes all prefixes from the peer, and then gives the peer the set, message by
    /// message.</summary>
    public void Replace(int peer, List<Prefix> set, int perMessage)
    {
        UnbindPeer(peer, [.. set]);
        for (var i = 0; i < set.Count; i++)
        {
            Check(Insert(set[i], peer), set[i]);
            if ((i + 1) % perMessage == 0)
                EndMessage();
        }

        EndMessage();
    }

    public sealed override void EndMessage() => Memory.Rcu.GracePeriod();

    public sealed override void Visit(Action<Prefix, int> see)
    {
        if (Family == Family.IPv4)
            Table.V4!.Visit((prefix, peer) => see(prefix.ToPrefix(), (int)peer->internal_id));
        else
            Table.V6!.Visit((prefix, peer) => see(prefix.ToPrefix(), (int)peer->internal_id));
    }

    public sealed override Touch Trace(UInt128 address)
    {
        Lines.Clear();
        var reads = new CountedReads(Lines);
        return Family == Family.IPv4
            ? Trace(Table.V4!, Address32.Of(address), ref reads)
            : Trace(Table.V6!, Address128.Of(address), ref reads);
    }

    public sealed override IReadOnlyList<string> Describe(UInt128 address)
    {
        var touch = Trace(address);
        var answer = touch.Match is { } match ? $"{match}: peer {Lookup(address)}" : "no peer";
        return [$"{touch.Nodes} nodes in {touch.CacheLines} cache lines", answer];
    }

    public sealed override IReadOnlyList<ShapeCount> Shape()
    {
        var shape = ShapeOfTrie();
        return
        [
            new(Metrics.Nodes, null, shape.Nodes), new(Metrics.Valued, null, shape.Prefixes), new(Metrics.MaxDepth, null, shape.MaxDepth),
            new(Metrics.AverageDepth, null, (double)shape.TotalDepth / Math.Max(shape.Prefixes, 1)),
        ];
    }

    public sealed override JsonObject StatJson()
    {
        var shape = ShapeOfTrie();
        return new JsonObject { ["nodes"] = shape.Nodes, ["valued"] = shape.Prefixes, ["max_depth"] = shape.MaxDepth };
    }

    public sealed override string StatText()
    {
        var shape = ShapeOfTrie();
        return $"allowedips, what if: {shape.Nodes:N0} nodes, {shape.Prefixes:N0} prefixes, greatest depth {shape.MaxDepth}";
    }

    protected sealed override void DisposeTables() => Table.Dispose();

    /// <summary>Returns the number of the peer that a lookup found, counted from 1; 0 if it found no peer. Puts the lookup's reference to
    /// the peer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int Answer(PeerTries table, wg_peer* peer)
    {
        if (peer == null)
            return 0;
        var number = PeerNumber.ToKernel((int)peer->internal_id);
        table.PeerPut(peer);
        return number;
    }

    private PeerTrieShape ShapeOfTrie() => Family == Family.IPv4 ? Table.V4!.Shape() : Table.V6!.Shape();

    private Touch Trace<TAddress>(PeerTrie<TAddress> trie, TAddress address, ref CountedReads reads)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        trie.Trace(address, ref reads);
        var found = trie.Covering(address, TAddress.Bits, out var length) != null;
        return new(reads.Nodes, Lines.Count, Lines.Steps, found ? new Prefix(TAddress.Family, address.LeftAligned, length) : null);
    }

    private wg_peer* PeerOf(int number) => number < _peers.Length && _peers[number] != 0 ? (wg_peer*)_peers[number] : MakePeer(number);

    private wg_peer* MakePeer(int number)
    {
        var peer = Table.PeerCreate(number);
        if (peer == null)
            throw new InvalidOperationException($"no memory for peer {number}");
        if (number >= _peers.Length)
            Array.Resize(ref _peers, Math.Max(number + 1, 2 * _peers.Length));
        _peers[number] = (nint)peer;
        return peer;
    }
}

/// <summary>A what-if structure whose lookups the loops call directly.</summary>
/// <typeparam name="TReader4">The lookup of IPv4 addresses.</typeparam>
/// <typeparam name="TReader6">The lookup of IPv6 addresses.</typeparam>
public sealed unsafe class PeerTrieStructure<TReader4, TReader6>(
    Family family, int peers, KernelConfig kernel,
    Func<PeerNumbers, PeerTrie<Address32>> v4, Func<PeerNumbers, PeerTrie<Address128>>? v6)
    : PeerTrieStructure(family, peers, kernel, v4, v6)
    where TReader4 : struct, IPeerReader<TReader4, Address32>
    where TReader6 : struct, IPeerReader<TReader6, Address128>
{
    public override int Lookup(UInt128 address) =>
        PeerNumber.OfKernel(Family == Family.IPv4 ? new V4(Table).Answer((uint)(address >> 96)) : new V6(Table).Answer(address));

    public override long Lookup(Keys keys, bool dependent) => keys.V4.Length > 0
        ? KeyLoop.Run(new V4(Table), keys.V4, dependent)
        : KeyLoop.Run(new V6(Table), keys.V6, dependent);

    private readonly struct V4(PeerTries table) : IKeyLookup<uint>
    {
        private readonly PeerTries _table = table;
        private readonly TReader4 _reader = TReader4.Of(table.V4!);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key) => PeerTrieStructure.Answer(_table, PeerTries.Lookup(_reader, new Address32(key)));
    }

    private readonly struct V6(PeerTries table) : IKeyLookup<UInt128>
    {
        private readonly PeerTries _table = table;
        private readonly TReader6 _reader = TReader6.Of(table.V6!);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key) => PeerTrieStructure.Answer(_table, PeerTries.Lookup(_reader, Address128.Of(key)));
    }
}
