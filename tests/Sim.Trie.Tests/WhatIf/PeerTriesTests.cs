// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Trie.Tests.WhatIf;

public sealed unsafe class PeerTriesTests
{
    private const int Peers = 4;

    public static TheoryData<Structure, Family> Cases => PeerTriesHarness.Cases;

    /// <summary>A million operations in a long soak, fewer in CI's soak and in the usual run.</summary>
    [Theory, Property]
    [MemberData(nameof(Cases))]
    public void A_long_random_sequence_leaves_the_answers_and_the_content_of_the_linear_model(Structure structure, Family family)
    {
        var operations = Property.SoakSeconds switch { 0 => 10_000, < 30 => 100_000, _ => 1_000_000 };
        var random = new Random((int)Property.Seed);
        using var harness = new PeerTriesHarness(structure, Peers);
        for (var done = 1; done <= operations; done++)
        {
            var prefix = Draw(random, family);
            Step(harness, random, prefix);
            harness.CheckLookupsAround(prefix);
            harness.CheckLookup(family, Draw(random, family).Address);
            if (done % (operations / 50) == 0)
                harness.Check();
        }

        harness.CheckEmpties();
        TestContext.Current.TestOutputHelper?.WriteLine($"{operations:N0} cases of SIM_SEED={Property.Seed} hold");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_that_is_filled_and_emptied_in_any_order_leaves_no_memory(Structure structure, Family family)
    {
        var random = new Random(7);
        using var harness = new PeerTriesHarness(structure, Peers);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 2_000; i++)
                harness.Insert(Draw(random, family), random.Next(Peers));
            harness.Check();
            var order = harness.Model.Routes.ToArray();
            random.Shuffle(order);
            foreach (var (prefix, peer) in order)
                harness.Remove(prefix, peer);
            harness.CheckEmpties();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_embedded_table_gets_the_answers_of_AllowedIPs_before_and_after_changes(Structure structure, Family family)
    {
        using var memory = new KernelMemory();
        using var today = new AllowedIps(memory);
        using var harness = new PeerTriesHarness(structure, Peers);
        var peers = Enumerable.Range(0, Peers).Select(id => (nint)today.PeerCreate(id)).ToArray();
        var prefixes = EmbeddedTable.LoadPrefixes(family);
        for (var i = 0; i < prefixes.Length; i++)
        {
            today.Insert(prefixes[i], (wg_peer*)peers[i % Peers]);
            harness.Table.Insert(prefixes[i], harness.Peer(i % Peers));
        }

        CompareAnswers(today, harness.Table, family, prefixes);
        for (var i = 0; i < prefixes.Length; i += 3)
        {
            today.Remove(prefixes[i], (wg_peer*)peers[i % Peers]);
            harness.Table.Remove(prefixes[i], harness.Peer(i % Peers));
        }

        today.RemoveByPeer((wg_peer*)peers[1]);
        harness.Table.RemoveByPeer(harness.Peer(1));
        CompareAnswers(today, harness.Table, family, prefixes);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_a_change_replaces_is_memory_in_use_until_the_grace_period_ends(Structure structure, Family family)
    {
        using var harness = new PeerTriesHarness(structure, 2);
        var prefixes = Enumerable.Range(0, 8).Select(i => new Prefix(family, (UInt128)(uint)(0x0A000000 + (i << 4)) << 96, 28)).ToList();
        foreach (var prefix in prefixes)
            harness.Insert(prefix, 0);
        harness.Memory.Rcu.GracePeriod();
        harness.Remove(prefixes[3], 0);
        Assert.True(harness.Memory.Rcu.Pending > 0);
        var held = harness.Memory.ObjectBytes;
        harness.Memory.Rcu.GracePeriod();
        Assert.True(harness.Memory.ObjectBytes < held, "the nodes of before were in use beside those of after");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_warm_table_allocates_no_managed_memory(Structure structure, Family family)
    {
        using var harness = new PeerTriesHarness(structure, 2);
        Prefix[] prefixes =
            [.. Enumerable.Range(0, 3_000).Select(i => new Prefix(family, (UInt128)((uint)i * 0x9E3779B1) << 96, 12 + i % 21)).Distinct()];
        var table = harness.Table;
        Cycle();
        Cycle();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Cycle();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle()
        {
            for (var peer = 0; peer < 2; peer++)
            {
                foreach (var prefix in prefixes)
                    table.Insert(prefix, harness.Peer(peer));
            }

            foreach (var prefix in prefixes)
                Find(table, prefix.Family, prefix.Address);
            foreach (var prefix in prefixes.AsSpan(0, 1_000))
                table.Remove(prefix, harness.Peer(1));
            table.RemoveByPeer(harness.Peer(1));
            harness.Memory.Rcu.GracePeriod();
        }
    }

    [Fact]
    public void A_prefix_of_a_family_that_a_structure_does_not_hold_is_refused()
    {
        using var memory = new KernelMemory();
        using var table = new PeerTries(memory, static numbers => new MultibitTrie<Address32>(numbers), null);
        var peer = table.PeerCreate(0);
        Assert.Equal(-Errno.EOPNOTSUPP, table.Insert(Prefix.Parse("2001:db8::/32"), peer));
        Assert.Null(PeerTries.First(peer));
    }

    private static void Step(PeerTriesHarness harness, Random random, Prefix prefix)
    {
        var peer = random.Next(Peers);
        switch (random.Next(100))
        {
            case < 45:
                harness.Insert(prefix, peer);
                break;
            case < 55:
                harness.Insert(Present(harness, random, prefix).Prefix, peer);
                break;
            case < 85:
                var (present, owner) = Present(harness, random, prefix);
                harness.Remove(present, owner);
                break;
            case < 90:
                harness.Remove(prefix, peer);
                break;
            case < 91 when random.Next(5) == 0:
                harness.RemoveByPeer(peer);
                break;
            case < 92 when random.Next(5) == 0:
                harness.RemovePeer(peer);
                break;
            default:
                harness.Memory.Rcu.GracePeriod();
                break;
        }
    }

    private static (Prefix Prefix, int Owner) Present(PeerTriesHarness harness, Random random, Prefix otherwise)
    {
        var routes = harness.Model.Routes;
        if (routes.Count == 0)
            return (otherwise, 0);
        var (prefix, owner) = routes.ElementAt(random.Next(routes.Count));
        return (prefix, owner);
    }

    /// <summary>A prefix of any length. Most addresses differ in few bits, so that prefixes nest and meet. Lengths below 12 are rarer than
    /// others, because a structure that expands them into a table takes long for each.</summary>
    private static Prefix Draw(Random random, Family family)
    {
        var address = random.Next(5) > 0
            ? (UInt128)(uint)random.Next(16) << (random.Next(16) * 8 + random.Next(8))
            : new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
        if (family == Family.IPv4)
            address <<= random.Next(2) * 96;
        var least = random.Next(50) == 0 ? 0 : 12;
        return new Prefix(family, family == Family.IPv4 ? address & Prefix.Mask(32) : address, random.Next(least, family.Bits() + 1));
    }

    private static void CompareAnswers(AllowedIps today, PeerTries table, Family family, Prefix[] prefixes)
    {
        var random = new Random(11);
        for (var i = 0; i < 100_000; i++)
        {
            var prefix = prefixes[random.Next(prefixes.Length)];
            var host = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) & ~Prefix.Mask(prefix.Length);
            var address = i % 4 == 0 ? host << 3 : prefix.Address | host;
            var want = family == Family.IPv4 ? today.FindPeerV4((uint)(address >> 96)) : today.FindPeerV6(address);
            var found = Find(table, family, address);
            Assert.Equal(want == null ? -1 : (long)want->internal_id, found == null ? -1 : (long)found->internal_id);
        }
    }

    private static wg_peer* Find(PeerTries table, Family family, UInt128 address) =>
        family == Family.IPv4 ? table.V4!.Find(Address32.Of(address)) : table.V6!.Find(Address128.Of(address));
}
