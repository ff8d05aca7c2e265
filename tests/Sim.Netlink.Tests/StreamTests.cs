// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Netlink.Tests;

public sealed class StreamTests
{
    private static readonly Gen<Prefix> s_prefix = Gen.OneOf(
        Gen.Select(Gen.UInt, Gen.Int[0, 32], Prefix.OfV4),
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[0, 128], (high, low, length) => Prefix.OfV6(new UInt128(high, low), length)));

    [Fact, Property]
    public void WireGuard_messages_are_those_of_the_obvious_agent()
    {
        var operation = Gen.Select(
            s_prefix, Gen.Int[-1, 2], Gen.Int[0, 2], BindingChange.Move);
        Gen.Select(operation.Array[0, 40], Gen.Int[124, 700], Gen.Bool).Check(
            (operations, messageBytes, replace) =>
            {
                if (replace)
                    operations = [.. operations.Select(one => one with { NewPeer = 3 }).Append(BindingChange.Insert(Prefix.Parse("10.0.0.0/8"), 3))];
                var stream = new WireGuardStream(28);
                var agent = new ObviousAgent();
                agent.WireGuardAdd(operations, messageBytes, replace);
                Compare(
                    agent,
                    sink =>
                    {
                        stream.Sink = sink;
                        return replace ? stream.Replace(operations, messageBytes) : stream.Add(operations, messageBytes);
                    });
            },
            iter: 2000);
    }

    [Fact, Property]
    public void Route_messages_are_those_of_the_obvious_agent()
    {
        var operation = Gen.Select(
            s_prefix, Gen.Int[0, 3], Gen.Int[0, ushort.MaxValue], (route, kind, peer) => kind switch
            {
                0 => BindingChange.Insert(route, peer),
                1 => BindingChange.Delete(route, peer),
                2 => BindingChange.Move(route, peer + 1, peer),
                _ => BindingChange.Append(route, peer),
            });
        Gen.Select(operation.Array[0, 30], Gen.Int[0, 2], Gen.UInt[1, 400], Gen.Int[1, 12]).Check(
            (operations, shape, table, batch) =>
            {
                var stream = new RouteStream(77);
                var agent = new ObviousAgent();
                agent.RouteRun(operations, (RouteShape)shape, table, batch, 77);
                Compare(
                    agent,
                    sink =>
                    {
                        stream.Sink = sink;
                        return stream.Run(operations, (RouteShape)shape, table, batch);
                    });
            },
            iter: 2000);
    }

    [Fact]
    public void A_message_ends_before_the_operation_that_would_overflow_it()
    {
        var operations = Loaded(3);
        Assert.Equal(1, new WireGuardStream(28).Add(operations, 76 + (3 * 28)).Messages);
        Assert.Equal(2, new WireGuardStream(28).Add(operations, 76 + (3 * 28) - 1).Messages);
        Assert.Equal(3, new WireGuardStream(28).Add(operations, 76 + 28).Messages);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireGuardStream(28).Add(operations, 76 + 27));
    }

    [Fact]
    public void Another_peer_takes_a_nest_of_its_own_and_so_may_need_another_message()
    {
        var operations = Loaded(2);
        operations[1] = operations[1] with { NewPeer = 1 };
        Assert.Equal(1, new WireGuardStream(28).Add(operations, 76 + 28 + 44 + 28).Messages);
        Assert.Equal(2, new WireGuardStream(28).Add(operations, 76 + 28 + 44 + 27).Messages);
    }

    [Fact]
    public void Sequence_numbers_count_from_one_over_all_messages_of_a_socket()
    {
        var sequences = new List<uint>();
        void Sink(ReadOnlySpan<byte> call)
        {
            while (!call.IsEmpty)
            {
                sequences.Add(BitConverter.ToUInt32(call[8..]));
                call = call[BitConverter.ToInt32(call)..];
            }
        }

        var wg = new WireGuardStream(28) { Sink = Sink };
        wg.Reset();
        wg.Add(Loaded(3), 104);
        wg.Replace(Loaded(1), 8192);
        wg.Remove(0);
        Assert.Equal([1, 2, 3, 4, 5, 6], sequences);
        Assert.Equal(7u, wg.NextSequence);

        sequences.Clear();
        var routes = new RouteStream(5) { Sink = Sink };
        routes.AddNexthops(1, 2);
        routes.Run(Loaded(3), RouteShape.Nexthop, 100, 2);
        routes.DeleteNexthops(1, 1);
        Assert.Equal([1, 2, 3, 4, 5, 6], sequences);
    }

    [Fact]
    public void Nexthop_objects_are_one_message_a_call()
    {
        var routes = new RouteStream(5);
        Assert.Equal((8, 320, 8, 8), Counts(routes.AddNexthops(1, 8)));
        Assert.Equal((8, 256, 8, 8), Counts(routes.DeleteNexthops(1, 8)));
        Assert.Equal((0, 0, 0, 0), Counts(routes.AddNexthops(1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => routes.AddNexthops(0, 1));
    }

    [Fact]
    public void What_the_kernel_cannot_do_is_refused()
    {
        var wg = new WireGuardStream(28);
        Assert.Throws<ArgumentException>(() => wg.Add([BindingChange.Delete(Prefix.Parse("10.0.0.0/8"), 0)], 8192));
        Assert.Throws<ArgumentException>(() => wg.Replace([], 8192));
        Assert.Throws<ArgumentException>(() => wg.Replace(
            [BindingChange.Insert(Prefix.Parse("10.0.0.0/8"), 0), BindingChange.Insert(Prefix.Parse("11.0.0.0/8"), 1)], 8192));
        Assert.Equal(1u, wg.NextSequence);
        Assert.Throws<ArgumentException>(() => new RouteStream(5).Run(
            [BindingChange.Insert(Prefix.Parse("2001:db8::/32"), 0)], RouteShape.Via, 100, 1));
    }

    [Fact]
    public void Large_tables_give_the_counts_that_were_measured()
    {
        // Linux 6.12.117: one peer's set replaced but for one prefix, and a million routes in batches of a thousand.
        Assert.Equal((432, 3_526_820, 432, 432), Counts(new WireGuardStream(28).Replace(Loaded(124_785), 8192)));
        var routes = new RouteStream(5).Run(Loaded(1_000_000), RouteShape.Device, 100, 1000);
        Assert.Equal((1_000_000, 44_000_000, 1_000, 1_000), Counts(routes));
    }

    [Fact]
    public void Counting_allocates_nothing_for_an_operation()
    {
        var operations = Loaded(100_000);
        var wg = new WireGuardStream(28);
        var routes = new RouteStream(5);
        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            wg.Reset();
            wg.Add(operations, 60_000);
            wg.Replace(operations, 8192);
            wg.Remove(0);
            routes.AddNexthops(1, 100);
            routes.Run(operations, RouteShape.Encap, 1000, 1000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The first round grows the buffers.
        Round();
        Assert.Equal(0, Round());
    }

    private static (long Messages, long Bytes, long Calls, long Acks) Counts(NetlinkTraffic traffic) =>
        (traffic.Messages, traffic.Bytes, traffic.Calls, traffic.Acks);

    private static BindingChange[] Loaded(int count)
    {
        var operations = new BindingChange[count];
        for (var i = 0; i < count; i++)
            operations[i] = BindingChange.Insert(Prefix.OfV4((uint)i << 8, 24), 0);
        return operations;
    }

    private static void Compare(ObviousAgent agent, Func<NetlinkSink, NetlinkTraffic> send)
    {
        var calls = new List<string>();
        var traffic = send(call => calls.Add(Hex.Of(call)));
        Assert.Equal(agent.Calls.Select(call => Hex.Of(call)), calls);
        Assert.Equal(agent.Traffic(), traffic);
    }
}
