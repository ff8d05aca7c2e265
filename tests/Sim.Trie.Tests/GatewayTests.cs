// SPDX-License-Identifier: MIT
using System.Numerics;
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>The hash of gateways beside two models: the linear table of AllowedIPs, and a dictionary of the peers' own addresses.</summary>
public sealed unsafe class GatewayTests
{
    private const int Peers = 4;

    // Few addresses, so that peers take them from each other and slots collide; some differ in one bit only, or in their family.
    private static readonly Gen<UInt128> s_address = Gen.Select(Gen.UInt[0, 20], Gen.Int[0, 3], (bits, place) => (UInt128)bits << (32 * place));

    private static readonly Gen<Prefix> s_prefix = Gen.Select(s_address, Gen.Int[0, 128], Gen.Int[0, 3], (address, length, kind) => kind switch
    {
        0 => new Prefix(Family.IPv4, address << 96 | address & ~(UInt128)uint.MaxValue, 32),
        1 => new Prefix(Family.IPv6, address, 128),
        2 => Prefix.OfV4((uint)(address >> 96), length % 33),
        _ => Prefix.OfV6(address, length),
    });

    private static readonly Gen<(Prefix Prefix, int Peer, bool Removes)> s_change = Gen.Select(s_prefix, Gen.Int[0, Peers - 1], Gen.Bool);

    /// <summary>Every request drops the table, changes AllowedIPs, and makes another: then it has exactly the peers' own addresses.</summary>
    [Fact, Property]
    public void After_every_request_the_hash_has_the_peers_own_addresses_and_every_lookup_is_AllowedIPs_own() =>
        Gen.Select(s_change.Array[0, 6].Array[1, 12], Gen.UInt).Check((requests, seed) =>
        {
            using var harness = new TrieHarness(Peers);
            var gateways = new Gateways(harness.Trie, seed);
            foreach (var request in requests)
            {
                gateways.Drop();
                CheckLookups(harness, gateways, request);
                foreach (var (prefix, peer, removes) in request)
                {
                    if (removes)
                        harness.Remove(prefix, peer);
                    else
                        harness.Insert(prefix, peer);
                }

                gateways.Make();
                CheckSlots(harness, gateways);
                CheckLookups(harness, gateways, request);
            }

            gateways.Drop();
            harness.GracePeriod();
            Assert.DoesNotContain(harness.Memory.Account(), line => line.Cache.StartsWith("kmalloc", StringComparison.Ordinal) && line.Objects > 0);
        }, iter: 2_000);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_lookup_takes_a_reference_and_a_peek_takes_none(Family family)
    {
        using var harness = new TrieHarness(1);
        var gateways = new Gateways(harness.Trie);
        var own = new Prefix(family, UInt128.One << 100, (byte)family.Bits());
        harness.Insert(own, 0);
        gateways.Make();
        var found = Lookup(gateways, family, own.Address);
        Assert.Equal((nint)harness.Peer(0), (nint)found);
        Assert.Equal(2, found->refcount);
        harness.Trie.PeerPut(found);
        Assert.Equal((nint)found, (nint)Peek(gateways, family, own.Address));
        Assert.Equal(1, found->refcount);
        gateways.Drop();
    }

    /// <summary>The kernel's drop and make: what was dropped is freed by the next grace period, and not before.</summary>
    [Fact]
    public void A_dropped_table_is_freed_after_a_grace_period()
    {
        using var harness = new TrieHarness(1);
        var gateways = new Gateways(harness.Trie);
        harness.Insert(Prefix.Parse("192.0.2.1/32"), 0);
        gateways.Make();
        gateways.Make();
        Assert.Equal((2, 88L), (gateways.Slots, Gateways.Bytes(gateways.Slots)));
        Assert.Equal(1, Objects(harness, "kmalloc-96"));
        gateways.Drop();
        gateways.Drop();
        Assert.Equal((0, 1L), (gateways.Slots, Objects(harness, "kmalloc-96")));
        harness.GracePeriod();
        Assert.Equal(0, Objects(harness, "kmalloc-96"));
    }

    [Theory]
    [InlineData(1, 2, "kmalloc-96", 96)]
    [InlineData(8, 16, "kmalloc-1k", 1024)]
    [InlineData(100, 256, "vmalloc", 16384)] // 24 + 256 * 32 = 8216 bytes: kmalloc beyond 8 KiB has pages in powers of two
    public void The_table_of_so_many_addresses_has_the_kernels_slots_and_bytes(int addresses, int slots, string cache, long bytes)
    {
        using var harness = new TrieHarness(1);
        var gateways = new Gateways(harness.Trie);
        for (var i = 0; i < addresses; i++)
            harness.Insert(Prefix.OfV6((UInt128)i, 128), 0);
        gateways.Make();
        Assert.Equal(slots, gateways.Slots);
        Assert.Equal((1L, bytes), (Objects(harness, cache), Assert.Single(harness.Memory.Account(), line => line.Cache == cache).ObjectBytes));
        gateways.Drop();
    }

    [Fact]
    public void More_AllowedIPs_than_65536_have_no_table_and_are_found_all_the_same()
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var peer = trie.PeerCreate(0);
        var gateways = new Gateways(trie);
        for (var i = 0u; i < Gateways.MostAllowedIps; i++)
            trie.Insert(Prefix.OfV4(i << 8, 24), peer);
        trie.Insert(Prefix.OfV4(0xC0000201, 32), peer);
        gateways.Make();
        Assert.Equal(0, gateways.Slots);
        Assert.Equal((nint)peer, (nint)gateways.PeekV4(0xC0000201));
        trie.Remove(Prefix.OfV4(0, 24), peer);
        gateways.Make();
        Assert.Equal(2, gateways.Slots);
        Assert.Equal((nint)peer, (nint)gateways.PeekV4(0xC0000201));
        gateways.Drop();
    }

    /// <summary>Values that include/linux/jhash.h gives, compiled into a program of its own.</summary>
    [Fact]
    public void The_hash_of_words_is_the_kernels()
    {
        Assert.Equal(
            [76781240u, 671664013, 3940837216],
            new[] { Jhash.OneWord(0, 0), Jhash.OneWord(0x0100FF0A, 7), Jhash.OneWord(uint.MaxValue, uint.MaxValue) });
        uint[] words = [0x01000000, 0xFE800000, 3, uint.MaxValue, 0x20010DB8, 0, 12345];
        uint[] expected = [4041348455, 2689901474, 3711952969, 2049314621, 3252530780, 1260235692, 899430905, 1622606814];
        fixed (uint* k = words)
        {
            for (var length = 0u; length <= words.Length; length++)
                Assert.Equal(expected[length], Jhash.Words(k, length, 0x12345678));
        }
    }

    [Fact]
    public void Lookups_allocate_no_managed_memory()
    {
        using var harness = new TrieHarness(1);
        var gateways = new Gateways(harness.Trie);
        harness.Insert(Prefix.Parse("192.0.2.1/32"), 0);
        harness.Insert(Prefix.Parse("fe80::1/128"), 0);
        gateways.Make();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0u; i < 1000; i++)
        {
            harness.Trie.PeerPut(gateways.LookupV4(0xC0000201 + (i & 1)));
            harness.Trie.PeerPut(gateways.LookupV6(((UInt128)0xFE80 << 112) + 1 + (i & 1)));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        gateways.Drop();
    }

    private static void CheckSlots(TrieHarness harness, Gateways gateways)
    {
        var own = harness.Model.Routes.Where(route => route.Key.Length == route.Key.Family.Bits())
            .ToDictionary(route => (route.Key.Family.Number(), route.Key.Address), route => (nint)harness.Peer(route.Value));
        Assert.Equal(own.Count == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)(2 * own.Count)), gateways.Slots);
        var seen = new Dictionary<(byte, UInt128), nint>();
        for (var i = 0; i < gateways.Slots; i++)
        {
            var slot = gateways.Slot(i);
            if (slot->peer != null)
                seen.Add(((byte)slot->family, slot->Address), (nint)slot->peer);
        }

        Assert.Equal(own.OrderBy(entry => entry.Key), seen.OrderBy(entry => entry.Key));
    }

    private static void CheckLookups(TrieHarness harness, Gateways gateways, (Prefix Prefix, int Peer, bool Removes)[] request)
    {
        foreach (var prefix in request.Select(change => change.Prefix).Concat(harness.Model.Routes.Keys))
        {
            var one = UInt128.One << (128 - prefix.Family.Bits());
            foreach (var address in (UInt128[])[prefix.Address, prefix.Address + one, prefix.Address - one])
            {
                var want = harness.Model.Lookup(prefix.Family, address) is { } index ? (nint)harness.Peer(index) : 0;
                var found = Lookup(gateways, prefix.Family, address);
                Assert.Equal((want, want), ((nint)found, (nint)Peek(gateways, prefix.Family, address)));
                harness.Trie.PeerPut(found);
            }
        }
    }

    private static wg_peer* Lookup(Gateways gateways, Family family, UInt128 address) =>
        family == Family.IPv4 ? gateways.LookupV4((uint)(address >> 96)) : gateways.LookupV6(address);

    private static wg_peer* Peek(Gateways gateways, Family family, UInt128 address) =>
        family == Family.IPv4 ? gateways.PeekV4((uint)(address >> 96)) : gateways.PeekV6(address);

    private static long Objects(TrieHarness harness, string cache) =>
        harness.Memory.Account().Where(line => line.Cache == cache).Sum(line => line.Objects);
}
