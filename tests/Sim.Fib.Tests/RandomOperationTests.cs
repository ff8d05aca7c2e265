// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Long random sequences against <see cref="RouteModel"/>, the whole structure recounted on the way.</summary>
public sealed class RandomOperationTests
{
    private enum Kind
    {
        Insert,
        Delete,
        AddNexthop,
        DeleteNexthop,
    }

    private sealed record Op(Kind Kind, FibConfig Config, uint Probe)
    {
        public override string ToString() =>
            $"{Kind} {Prefix.OfV4(Config.Dst, Config.DstLen)} dscp {Config.Dscp} prio {Config.Priority} {Config.Type} " +
            $"{Config.Scope} dev {Config.Oif} peer {Config.Peer} nh {Config.NhId} proto {Config.Protocol} {Config.NlFlags}";
    }

    private static readonly RouteType[] s_errorTypes =
        [RouteType.Blackhole, RouteType.Unreachable, RouteType.Prohibit, RouteType.Throw];

    /// <summary>Dense corners of the address space, so that nodes inflate, and the odd address anywhere.</summary>
    private static readonly Gen<uint> s_address = Gen.Frequency(
        (6, Gen.UInt[0, 255].Select(low => 0x0A000000u | low << 8)),
        (4, Gen.UInt[0, 127].Select(low => 0x0A000000u | low)),
        (2, Gen.UInt[0, 255].Select(high => high << 24)),
        (2, Gen.Int[0, 31].Select(bit => 1u << bit)),
        (1, Gen.UInt));

    private static readonly Gen<int> s_length =
        Gen.Frequency((6, Gen.Int[24, 32]), (3, Gen.Int[8, 24]), (1, Gen.Int[0, 8]));

    private static readonly Gen<NlmFlags> s_flags = Gen.Frequency(
        (5, Gen.Const(NlmFlags.Create | NlmFlags.Excl)),
        (3, Gen.Int[0, 15].Select(bits => (NlmFlags)(bits << 8))));

    private static readonly Gen<FibConfig> s_config = Gen.Select(
        s_address, s_length, Gen.Int[0, 99], s_flags, Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[0, 2],
        (address, length, dice, flags, oif, peer, priority) => Config(address, length, dice, flags, oif, peer, priority));

    private static readonly Gen<Op> s_op = Gen.Select(
        Gen.Frequency(
            (60, Gen.Const(Kind.Insert)),
            (30, Gen.Const(Kind.Delete)),
            (5, Gen.Const(Kind.AddNexthop)),
            (1, Gen.Const(Kind.DeleteNexthop))),
        s_config,
        Gen.UInt,
        (kind, config, probe) => new Op(kind, config, probe));

    [Fact, Property]
    public void Routes_answer_as_a_linear_table_does_under_any_sequence() =>
        s_op.Array[0, 60].Check(ops => Run(ops, checkEvery: 1), iter: 400);

    [Fact, Property]
    public void Long_sequences_keep_every_invariant() =>
        s_op.Array[500, 1500].Check(ops => Run(ops, checkEvery: 25), iter: 12);

    [Fact, Property]
    public void Suffix_lengths_are_exact_and_no_node_superfluous_while_nothing_is_deleted() =>
        s_config.Array[1, 300].Check(
            configs =>
            {
                using var memory = new KernelMemory();
                using var net = new FibNet(memory);
                using var table = new FibTable(net, 100);
                foreach (var config in configs)
                {
                    if (config.NhId == 0)
                        table.Insert(config);
                }

                TrieInvariants.Check(net, insertedOnly: true);
            },
            iter: 150);

    private static void Run(Op[] ops, int checkEvery)
    {
        using var memory = new KernelMemory();
        using (var net = new FibNet(memory))
        {
            using var table = new FibTable(net, 100);
            var model = new RouteModel();
            for (var step = 0; step < ops.Length; step++)
            {
                Assert.Equal(Apply(ops[step], model), Apply(ops[step], net, table));
                Probe(ops[step], model, table);
                if (step % checkEvery == 0 || step == ops.Length - 1)
                    Compare(model, net, table);
            }
        }

        memory.Rcu.GracePeriod();
        Assert.Equal(0, memory.ObjectBytes);
    }

    private static int Apply(Op op, RouteModel model)
    {
        switch (op.Kind)
        {
            case Kind.Insert:
                return model.Insert(op.Config);
            case Kind.Delete:
                return model.Delete(AsDeletion(op.Config));
            case Kind.AddNexthop:
                model.AddNexthop(1 + op.Probe % 4, 1 + (int)(op.Probe / 4 % 3), 7 + (int)(op.Probe % 5));
                return 0;
            default:
                return model.DeleteNexthop(1 + op.Probe % 4);
        }
    }

    private static int Apply(Op op, FibNet net, FibTable table)
    {
        switch (op.Kind)
        {
            case Kind.Insert:
                return table.Insert(op.Config);
            case Kind.Delete:
                return table.Delete(AsDeletion(op.Config));
            case Kind.AddNexthop:
                net.AddNexthop(1 + op.Probe % 4, 1 + (int)(op.Probe / 4 % 3), 7 + (int)(op.Probe % 5));
                return 0;
            default:
                return net.DeleteNexthop(1 + op.Probe % 4);
        }
    }

    /// <summary>Addresses inside, at the edges of and just outside the operation's prefix, and one anywhere.</summary>
    private static unsafe void Probe(Op op, RouteModel model, FibTable table)
    {
        var first = op.Config.Dst;
        var last = first | (op.Config.DstLen == 0 ? uint.MaxValue : (uint)((1ul << (32 - op.Config.DstLen)) - 1));
        var inside = first + (last == first ? 0 : op.Probe % (last - first));
        ReadOnlySpan<uint> addresses = [first, last, first - 1, last + 1, inside, inside ^ 0x100, op.Probe];
        foreach (var address in addresses)
        {
            var flow = new FlowI4
            {
                Tos = (byte)(op.Probe >> 3 & 0xFC),
                Oif = (op.Probe & 0x70) == 0 ? 1 + (int)(op.Probe % 3) : 0,
                Scope = (op.Probe & 0x700) == 0 ? RouteScope.Link : RouteScope.Universe,
            };
            var (error, prefix, route) = model.Lookup(address, flow);
            var res = default(FibResult);
            Assert.Equal(error, table.Lookup(address, flow, ref res));
            if (route == null)
                continue;
            Assert.Equal(prefix, Prefix.OfV4(res.Prefix, res.PrefixLength));
            Assert.Equal(route.Dscp, res.Dscp);
            Assert.Equal(route.Info.Priority, res.Info->fib_priority);
            Assert.Equal(route.Info.Type, res.Type);
            Assert.Equal(model.OifOf(route.Info), res.Nhc->nhc_oif);
            Assert.Equal(model.PeerOf(route.Info), res.Peer);
            Assert.Equal(100u, res.Table);
        }
    }

    private static void Compare(RouteModel model, FibNet net, FibTable table)
    {
        TrieInvariants.Check(net);
        Assert.Equal(model.Infos, net.InfoCount);
        var dumped = new List<(Prefix, ModelRoute)>();
        foreach (var route in table)
        {
            var inline = route.NhId == 0;
            var info = new ModelInfo(
                route.Type, route.Scope, route.Protocol, route.Priority,
                inline ? route.Oif : 0, inline ? route.Peer : 0, route.NhId);
            dumped.Add((route.Dst, new ModelRoute(route.Dscp, info)));
        }

        Assert.Equal(model.Dump().ToList(), dumped);
        Assert.Equal((uint)model.Count, table.Stat().Prefixes);
    }

    private static FibConfig Config(
        uint address, int length, int dice, NlmFlags flags, int oif, int peer, int priority)
    {
        var config = FibConfig.Add(Prefix.OfV4(address, length), oif, peer) with
        {
            NlFlags = flags,
            Priority = (uint)priority,
            Dscp = (byte)(dice % 10 == 0 ? 4 * (1 + dice / 10 % 8) : 0),
            Protocol = (byte)(dice % 7 == 0 ? 4 : 3),
            Scope = dice % 11 == 0 ? RouteScope.Universe : RouteScope.Link,
        };
        if (dice is >= 80 and < 88)
            config = config with { NhId = 1 + (uint)(dice % 4), Oif = 0, Peer = 0 };
        else if (dice is >= 88 and < 96)
            config = config with { Type = s_errorTypes[dice % 4], Oif = 0, Peer = 0 };
        else if (dice is >= 96)
            config = config with { Type = RouteType.Local, Scope = RouteScope.Host, Peer = 0 };
        return config;
    }

    /// <summary>Turns a request into one to delete that leaves out more or less, by its flags.</summary>
    private static FibConfig AsDeletion(FibConfig config)
    {
        if (config.NlFlags.HasFlag(NlmFlags.Excl))
            config = config with { Scope = RouteScope.Nowhere, Type = RouteType.Unspec, Protocol = 0, Priority = 0 };
        if (config.NlFlags.HasFlag(NlmFlags.Replace))
            config = config with { Oif = 0, Peer = 0, NhId = 0 };
        if (config.NlFlags.HasFlag(NlmFlags.Append))
            config = config with { Protocol = 0, Peer = 0 };
        return config;
    }
}
