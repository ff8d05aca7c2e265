// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Trie.Tests.WhatIf;

/// <summary>The structures behind WireGuard's interface that no kernel has.</summary>
public enum Structure
{
    LcTrie,
    MultibitTrie,
    Poptrie,
    Dir24,
}

/// <summary>A what-if beside its models: the linear table for lookups, and a sorted set for each peer. Every step goes to both.</summary>
public sealed unsafe class PeerTriesHarness : IDisposable
{
    private readonly nint[] _peers;
    private readonly SortedSet<Prefix>[] _sets;
    private readonly long _empty;
    private int _nextId;

    public PeerTriesHarness(Structure structure, int peers)
    {
        Memory = new KernelMemory();
        Table = Create(structure, Memory);
        _peers = new nint[peers];
        _sets = new SortedSet<Prefix>[peers];
        for (var i = 0; i < peers; i++)
            CreatePeer(i);
        // A peer gets its number with its first prefix.
        Table.Insert(Prefix.Parse("192.0.2.1/32"), Peer(0));
        Table.Remove(Prefix.Parse("192.0.2.1/32"), Peer(0));
        Memory.Rcu.GracePeriod();
        _empty = TableBytes;
    }

    /// <summary>Each structure with each family that it holds.</summary>
    public static TheoryData<Structure, Family> Cases
    {
        get
        {
            var cases = new TheoryData<Structure, Family>();
            foreach (var structure in Enum.GetValues<Structure>())
            {
                foreach (var family in Families(structure))
                    cases.Add(structure, family);
            }

            return cases;
        }
    }

    public KernelMemory Memory { get; }

    public PeerTries Table { get; }

    public LinearTable<int> Model { get; } = new();

    public wg_peer* Peer(int index) => (wg_peer*)_peers[index];

    public static PeerTries Create(Structure structure, KernelMemory memory) => structure switch
    {
        Structure.LcTrie =>
            new(memory, static numbers => new LcTrie<Address32>(numbers), static numbers => new LcTrie<Address128>(numbers)),
        Structure.MultibitTrie =>
            new(memory, static numbers => new MultibitTrie<Address32>(numbers), static numbers => new MultibitTrie<Address128>(numbers)),
        Structure.Poptrie =>
            new(memory, static numbers => new Poptrie<Address32>(numbers), static numbers => new Poptrie<Address128>(numbers)),
        _ => new(memory, static numbers => new Dir24Trie(numbers), null),
    };

    public static Family[] Families(Structure structure) =>
        structure == Structure.Dir24 ? [Family.IPv4] : [Family.IPv4, Family.IPv6];

    public void Insert(Prefix prefix, int peer)
    {
        Assert.Equal(0, Table.Insert(prefix, Peer(peer)));
        foreach (var set in _sets)
            set.Remove(prefix);
        _sets[peer].Add(prefix);
        Model.Set(prefix, peer);
    }

    public void Remove(Prefix prefix, int peer)
    {
        Assert.Equal(0, Table.Remove(prefix, Peer(peer)));
        if (_sets[peer].Remove(prefix))
            Model.Remove(prefix);
    }

    public void RemoveByPeer(int peer)
    {
        Table.RemoveByPeer(Peer(peer));
        Forget(peer);
    }

    /// <summary>Removes the peer and puts a new one in its place.</summary>
    public void RemovePeer(int peer)
    {
        Table.PeerRemove(Peer(peer));
        Forget(peer);
        CreatePeer(peer);
    }

    /// <summary>Compares the answer for one address, and the reference that the lookup takes.</summary>
    public void CheckLookup(Family family, UInt128 address)
    {
        var want = Model.Lookup(family, address) is { } index ? Peer(index) : null;
        if (Find(family, address) != want)
            Assert.Fail($"{AddressText.Format(family, address)}: peer {Number(Find(family, address))}, not {Number(want)}");
    }

    /// <summary>The first and last address of a prefix, and their neighbours outside it.</summary>
    public void CheckLookupsAround(Prefix prefix)
    {
        var last = prefix.Address | ~Prefix.Mask(prefix.Length);
        var one = UInt128.One << (128 - prefix.Family.Bits());
        foreach (var address in (UInt128[])[prefix.Address, last, prefix.Address - one, last + one])
            CheckLookup(prefix.Family, address);
    }

    /// <summary>Compares everything: each family's prefixes with their owners, each peer's prefixes, and the count of prefixes.</summary>
    public void Check()
    {
        CheckContent(Table.V4!);
        if (Table.V6 is not null)
            CheckContent(Table.V6);
        for (var peer = 0; peer < _peers.Length; peer++)
        {
            var seen = new List<Prefix>();
            for (var prefix = PeerTries.First(Peer(peer)); prefix is { } one; prefix = PeerTries.Next(Peer(peer), one))
                seen.Add(one);
            Assert.Equal([.. _sets[peer]], seen);
            Assert.Equal(1, Peer(peer)->refcount);
        }
    }

    /// <summary>Removes all prefixes and checks that no memory but that of an empty table and its peers is left.</summary>
    public void CheckEmpties()
    {
        for (var peer = 0; peer < _peers.Length; peer++)
            RemoveByPeer(peer);
        Check();
        Memory.Rcu.GracePeriod();
        Assert.Equal(0, Memory.Rcu.Pending);
        Assert.Equal(_empty, TableBytes);
    }

    public void Dispose()
    {
        Table.PeerRemoveAll();
        Memory.Rcu.GracePeriod();
        Table.Dispose();
        var left = (Memory.Objects, Memory.Rcu.Pending);
        Memory.Dispose();
        Assert.Equal((0L, 0), left);
    }

    private long TableBytes => Memory.ObjectBytes - Memory.Find("wg_peer")!.ObjectBytes;

    private wg_peer* Find(Family family, UInt128 address) =>
        family == Family.IPv4 ? Table.V4!.Find(Address32.Of(address)) : Table.V6!.Find(Address128.Of(address));

    private static string Number(wg_peer* peer) => peer == null ? "none" : $"{peer->internal_id}";

    private void CheckContent<TAddress>(PeerTrie<TAddress> trie)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        var seen = new List<(Prefix, nint)>();
        trie.Visit((prefix, peer) => seen.Add((prefix.ToPrefix(), (nint)peer)));
        var expected = Model.Routes.Where(route => route.Key.Family == TAddress.Family).OrderBy(route => route.Key)
            .Select(route => (route.Key, _peers[route.Value])).ToList();
        Assert.Equal(expected, seen);
        Assert.Equal(expected.Count, trie.Shape().Prefixes);
    }

    private void CreatePeer(int index)
    {
        _peers[index] = (nint)Table.PeerCreate(_nextId++);
        _sets[index] = [];
    }

    private void Forget(int peer)
    {
        _sets[peer].Clear();
        Model.RemoveWhere(value => value == peer);
    }
}
