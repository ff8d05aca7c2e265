// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests.WhatIf;

public sealed unsafe class PeerTriesReaderTests
{
    public static TheoryData<Structure, Family> Cases => PeerTriesHarness.Cases;

    /// <summary>A reader beside a writer that adds, moves and removes around it: prefixes that the writer leaves alone are found at all
    /// times. Other addresses belong to a peer that the writer moves prefixes between, or to the default.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_lookup_beside_a_writer_finds_what_the_writer_does_not_touch(Structure structure, Family family)
    {
        using var harness = new PeerTriesHarness(structure, 4);
        harness.Insert(new Prefix(family, 0, 0), 0);
        harness.Insert(Near(family, 0x0A804D00, 24), 1);
        var (wrong, done) = (0L, 0);
        var registered = harness.Memory.Rcu.AddReader();
        nint[] peers = [.. Enumerable.Range(0, 4).Select(peer => (nint)harness.Peer(peer))];
        var reader = new Thread(() =>
        {
            using var ends = registered;
            for (var i = 0u; Volatile.Read(ref done) == 0 || i < 1000; i++)
            {
                if ((nint)Find(harness.Table, Near(family, 0x0A804D00 | (i & 255), 32)) != peers[1])
                    wrong++;
                if (!peers.Contains((nint)Find(harness.Table, Near(family, 0x0A800000 | (i * 0x9E3779B1 >> 20), 32))))
                    wrong++;
                registered.QuiescentState();
            }
        });
        reader.Start();
        var random = new Random(3);
        for (var step = 0; step < 6_000; step++)
        {
            // Lengths up to 17 lie around the stable /24, longer ones beside it.
            var prefix = Near(family, 0x0A800000 | (uint)random.Next(1 << 12), random.Next(9, 33));
            if (random.Next(3) == 0)
                harness.Remove(prefix, random.Next(2, 4));
            else
                harness.Insert(prefix, random.Next(2, 4));
            if (step % 2_000 == 0)
                harness.RemoveByPeer(2);
            if (step % 50 == 0)
                harness.Memory.Rcu.GracePeriod();
        }

        Volatile.Write(ref done, 1);
        reader.Join();
        Assert.Equal(0, wrong);
        harness.Check();
    }

    /// <summary>A grace period cannot end while a reader is in its section, so the nodes that the reader may be in are still
    /// there.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void What_a_reader_may_be_in_is_freed_only_after_its_section(Structure structure, Family family)
    {
        using var harness = new PeerTriesHarness(structure, 2);
        for (var i = 0u; i < 16; i++)
            harness.Insert(Near(family, 0x0A000000 | i << 4, 28), 0);
        harness.Memory.Rcu.GracePeriod();
        using var started = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var registered = harness.Memory.Rcu.AddReader();
        var reader = new Thread(() =>
        {
            using var ends = registered;
            started.Set();
            end.Wait();
        });
        reader.Start();
        started.Wait(TestContext.Current.CancellationToken);
        var frees = Freed(harness.Memory);
        harness.Remove(Near(family, 0x0A000000, 28), 0);
        var writer = new Thread(harness.Memory.Rcu.GracePeriod);
        writer.Start();
        Assert.True(harness.Memory.Rcu.Pending > 0);
        Assert.Equal(frees, Freed(harness.Memory));
        end.Set();
        reader.Join();
        writer.Join();
        Assert.True(Freed(harness.Memory) > frees);
    }

    private static long Freed(KernelMemory memory) => memory.Allocations - memory.Objects;

    /// <summary>A prefix whose first 32 bits are given, in either family.</summary>
    private static Prefix Near(Family family, uint address, int length) => new(family, (UInt128)address << 96, length);

    private static wg_peer* Find(PeerTries table, Prefix host) => host.Family == Family.IPv4
        ? table.V4!.Find(Address32.Of(host.Address))
        : table.V6!.Find(Address128.Of(host.Address));
}
