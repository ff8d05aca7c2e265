// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>The "what if" of an LC-trie for IPv6, held to the two ports that are held to the kernel.</summary>
public sealed unsafe class Lc6TableTests : IDisposable
{
    private const int Device = 2;
    private const uint TableId = 100;

    private readonly KernelMemory _memory = new();
    private readonly Fib6Net _net;
    private readonly Lc6Table _table;

    public Lc6TableTests()
    {
        _net = new Fib6Net(_memory);
        _table = new Lc6Table(_net, TableId);
    }

    public void Dispose()
    {
        _table.Dispose();
        _net.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void A_table_in_the_highest_32_bits_has_the_shape_that_IPv4s_trie_gives_it()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var v4 = new FibTable(net, TableId);
        var rng = new Random(6);
        var held = new List<Prefix>();
        for (var step = 0; step < 30_000; step++)
        {
            // Grows, then shrinks, so that nodes are halved and collapsed too.
            var insert = held.Count == 0 || rng.Next(100) < (step < 18_000 ? 75 : 25);
            if (insert)
            {
                var length = rng.Next(100) switch { 0 => rng.Next(0, 8), < 20 => rng.Next(8, 20), < 90 => rng.Next(20, 25), _ => rng.Next(25, 33) };
                var address = (uint)rng.Next(1 << 14) << 18 | (uint)rng.Next(1 << 18);
                var prefix = Prefix.OfV4(length == 0 ? 0 : address & uint.MaxValue << (32 - length), length);
                var expected = v4.Insert(FibConfig.Add(prefix, Device, 1) with { NlFlags = NlmFlags.Create | NlmFlags.Excl });
                Assert.Equal(expected, _table.Insert(Fib6Config.Add(Wide(prefix), Device, 1) with { NlFlags = NlmFlags.Create | NlmFlags.Excl }));
                if (expected == 0)
                    held.Add(prefix);
            }
            else
            {
                var at = rng.Next(held.Count);
                Assert.Equal(0, v4.Delete(FibConfig.Delete(held[at])));
                Assert.Equal(0, _table.Delete(Fib6Config.Delete(Wide(held[at]))));
                (held[at], held[^1]) = (held[^1], held[at]);
                held.RemoveAt(held.Count - 1);
            }

            if (step % 500 == 0)
                AssertSameShape(v4.Stat(), _table.Stat());
        }

        AssertSameShape(v4.Stat(), _table.Stat());
        Assert.True(v4.Stat().NodeSizes.Skip(4).Sum(count => count) > 0);
    }

    [Fact]
    public void After_every_random_change_it_answers_as_the_kernels_tree()
    {
        using var kernel = new Fib6Fixture(TableId);
        var rng = new Random(60);
        var pool = Enumerable.Range(0, 600).Select(_ => RandomPrefix(rng)).ToArray();
        for (var step = 0; step < 12_000; step++)
        {
            var prefix = pool[rng.Next(pool.Length)];
            var request = Fib6Config.Add(prefix, Device, 1 + rng.Next(8)) with
            {
                NlFlags = rng.Next(2) == 0 ? NlmFlags.Create | NlmFlags.Excl : NlmFlags.Create | NlmFlags.Replace,
            };
            if (rng.Next(step < 6000 ? 3 : 5) < 2)
                Assert.Equal(kernel.Table.Insert(request), _table.Insert(request));
            else // Of ::/0, where it is not, the kernel finds its null entry: another error.
                Assert.Equal(kernel.Table.Delete(Fib6Config.Delete(prefix)) == 0, _table.Delete(Fib6Config.Delete(prefix)) == 0);
            kernel.Settle();
            Settle();
            for (var look = 0; look < 4; look++)
                AssertSameAnswer(kernel.Table, pool[rng.Next(pool.Length)].Address | (UInt128)(uint)rng.Next(4) << rng.Next(100));
        }

        Assert.Equal(kernel.Routes().Select(route => route.Dst).Order(), Seen());
        Assert.True(Seen().Count > 100);
    }

    [Fact]
    public void Routes_of_one_prefix_answer_by_metric_and_a_deletion_names_what_it_names()
    {
        var prefix = Prefix.Parse("2001:db8::/32");
        Assert.Equal(0, _table.Insert(Fib6Config.Add(prefix, Device, 2) with { Metric = 20, NlFlags = NlmFlags.Create }));
        Assert.Equal(0, _table.Insert(Fib6Config.Add(prefix, Device, 1) with { Metric = 10, NlFlags = NlmFlags.Create }));
        Assert.Equal(1, PeerOf(prefix.Address));
        Assert.Equal(-Errno.ESRCH, _table.Delete(Fib6Config.Delete(prefix) with { Peer = 3, Oif = Device }));
        Assert.Equal(0, _table.Delete(Fib6Config.Delete(prefix) with { Peer = 1, Oif = Device }));
        Assert.Equal(2, PeerOf(prefix.Address));
        Assert.Equal(0, _table.Delete(Fib6Config.Delete(prefix)));
        Assert.Equal(-Errno.EAGAIN, PeerOf(prefix.Address));
    }

    [Fact]
    public void What_it_cannot_hold_is_refused_and_leaves_nothing()
    {
        var before = _memory.ObjectBytes;
        Assert.Equal(0, _net.AddNexthop(7, Device, 1));
        var held = _memory.ObjectBytes;
        Assert.Equal(-Errno.EOPNOTSUPP, _table.Insert(Fib6Config.Add(Prefix.Parse("2001:db8::/32"), 0) with { NhId = 7, NlFlags = NlmFlags.Create }));
        Assert.Equal(-Errno.ENOENT, _table.Insert(Fib6Config.Add(Prefix.Parse("2001:db8::/32"), Device) with { NlFlags = NlmFlags.Replace }));
        Settle();
        Assert.Equal(held, _memory.ObjectBytes);
        Assert.True(held > before);
    }

    [Fact]
    public void A_path_names_the_nodes_and_lines_that_a_lookup_reads_and_a_lookup_allocates_nothing()
    {
        for (var i = 0; i < 4096; i++)
            Assert.Equal(0, _table.Insert(Fib6Config.Add(Prefix.OfV6((UInt128)(0x20010000u + (uint)i) << 96, 32), Device, 1) with { NlFlags = NlmFlags.Create }));
        var (path, result) = (new LookupPath(), default(Fib6Result));
        Assert.Equal(0, _table.Lookup((UInt128)0x20010007 << 96, ref result, path));
        // One node of 12 bits and the leaf: the pointer above the root, node, child pointer, leaf; the route's two lines and more.
        Assert.Equal(2, path.Nodes);
        Assert.InRange(path.TrieCacheLines, 4, 5);
        Assert.InRange(path.CacheLines, 7, 10);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0u; i < 10_000; i++)
            _table.Lookup((UInt128)(0x20010000u + i) << 96, ref result);
        Assert.Equal(bytes, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Prefix Wide(Prefix v4) => Prefix.OfV6(v4.Address, v4.Length);

    /// <summary>Few distinct bits, so that prefixes nest, meet and part at every depth.</summary>
    private static Prefix RandomPrefix(Random rng)
    {
        var address = UInt128.Zero;
        for (var i = 0; i < 6; i++)
            address |= (UInt128)(uint)rng.Next(2) << rng.Next(128);
        var length = rng.Next(20) == 0 ? 128 : rng.Next(129);
        return Prefix.OfV6(length == 0 ? 0 : address & UInt128.MaxValue << (128 - length), length);
    }

    private static void AssertSameShape(FibTrieStat expected, FibTrieStat actual)
    {
        Assert.Equal(
            (expected.Leaves, expected.Prefixes, expected.InternalNodes, expected.NullPointers, expected.TotalDepth, expected.MaxDepth),
            (actual.Leaves, actual.Prefixes, actual.InternalNodes, actual.NullPointers, actual.TotalDepth, actual.MaxDepth));
        Assert.Equal(expected.NodeSizes, actual.NodeSizes);
    }

    private void AssertSameAnswer(Fib6Table kernel, UInt128 address)
    {
        var (expected, actual) = (default(Fib6Result), default(Fib6Result));
        var err = kernel.Lookup(address, ref expected);
        Assert.Equal(err, _table.Lookup(address, ref actual));
        if (err == 0)
            Assert.Equal((expected.Peer, expected.Prefix, expected.PrefixLength), (actual.Peer, actual.Prefix, actual.PrefixLength));
    }

    private int PeerOf(UInt128 address)
    {
        var result = default(Fib6Result);
        var err = _table.Lookup(address, ref result);
        return err != 0 ? err : result.Peer;
    }

    private List<Prefix> Seen()
    {
        var visitor = new Collector([]);
        _table.Visit(ref visitor);
        return [.. visitor.Prefixes.Order()];
    }

    private void Settle()
    {
        while (_net.PendingFrees > 0)
            _memory.Rcu.GracePeriod();
    }

    private readonly struct Collector(List<Prefix> prefixes) : IFib6Visitor
    {
        public List<Prefix> Prefixes => prefixes;

        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes) => throw new InvalidOperationException();

        public void Route(Fib6Info* info) => prefixes.Add(Prefix.OfV6(info->fib6_dst.Address, info->fib6_dst.plen));
    }
}
