// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Long random sequences against <see cref="Fib6RouteModel"/>, the whole structure recounted on the way.</summary>
public sealed class Fib6RandomOperationTests
{
    private enum Kind
    {
        Insert,
        Delete,
        AddNexthop,
        DeleteNexthop,
    }

    private sealed record Op(Kind Kind, Fib6Config Config, ulong Probe)
    {
        public uint NhId => 1 + (uint)(Probe % 4);

        public int NhDevice => 2 + (int)(Probe / 4 % 3);

        public int NhPeer => (int)(Probe / 16 % 3);

        public override string ToString() =>
            $"{Kind} {Prefix.OfV6(Config.Dst, Config.DstLen)} metric {Config.Metric} {Config.Type} dev {Config.Oif} via " +
            $"{(uint)Config.Gateway:x} peer {Config.Peer} nh {Config.NhId} {Config.NlFlags} ({Probe:x})";
    }

    private static readonly RouteType[] s_errorTypes =
        [RouteType.Blackhole, RouteType.Unreachable, RouteType.Prohibit, RouteType.Throw];

    /// <summary>A dense corner on each side of the border between the halves, single bits, and the odd address anywhere.</summary>
    private static readonly Gen<UInt128> s_address = Gen.Frequency(
        (6, Gen.UInt[0, 15].Select(low => (UInt128)0x20010DB8 << 96 | (UInt128)low << 62)),
        (4, Gen.UInt[0, 31].Select(low => (UInt128)0x20010DB8 << 96 | low)),
        (3, Gen.UInt[0, 7].Select(high => (UInt128)high << 125)),
        (2, Gen.Int[0, 127].Select(bit => UInt128.One << bit)),
        (1, Gen.ULong.Select(Gen.ULong, (high, low) => new UInt128(high, low))));

    private static readonly Gen<int> s_length =
        Gen.Frequency((4, Gen.Int[60, 68]), (3, Gen.Int[120, 128]), (3, Gen.Int[0, 8]), (2, Gen.Int[0, 128]));

    private static readonly Gen<NlmFlags> s_flags = Gen.Frequency(
        (4, Gen.Const(NlmFlags.Create | NlmFlags.Excl)),
        (3, Gen.Const(NlmFlags.Create)),
        (4, Gen.Int[0, 15].Select(bits => (NlmFlags)(bits << 8))));

    private static readonly Gen<Fib6Config> s_config = Gen.Select(
        s_address, s_length, Gen.Int[0, 99], s_flags, Gen.Int[2, 4], Gen.Int[0, 2], Gen.UInt[0, 2],
        (address, length, dice, flags, oif, peer, metric) => Config(address, length, dice, flags, oif, peer, metric));

    private static readonly Gen<Op> s_op = Gen.Select(
        Gen.Frequency(
            (60, Gen.Const(Kind.Insert)),
            (30, Gen.Const(Kind.Delete)),
            (5, Gen.Const(Kind.AddNexthop)),
            (1, Gen.Const(Kind.DeleteNexthop))),
        s_config,
        Gen.ULong,
        (kind, config, probe) => new Op(kind, config, probe));

    [Fact, Property]
    public void Routes_answer_as_a_linear_table_does_under_any_sequence() =>
        s_op.Array[0, 60].Check(ops => Run(ops, checkEvery: 1), iter: 300);

    [Fact, Property]
    public void Long_sequences_keep_every_invariant() =>
        s_op.Array[300, 900].Check(ops => Run(ops, checkEvery: 25), iter: 10);

    private static void Run(Op[] ops, int checkEvery)
    {
        using var memory = new KernelMemory();
        using (var net = new Fib6Net(memory))
        {
            using var table = new Fib6Table(net, 100);
            var model = new Fib6RouteModel();
            for (var step = 0; step < ops.Length; step++)
            {
                Assert.Equal(Apply(ops[step], model), Apply(ops[step], net, table));
                Probe(ops[step], model, table);
                if (step % checkEvery == 0 || step == ops.Length - 1)
                    Compare(model, table);
            }
        }

        Assert.Equal(0, memory.ObjectBytes);
    }

    private static int Apply(Op op, Fib6RouteModel model)
    {
        switch (op.Kind)
        {
            case Kind.Insert:
                return model.Insert(op.Config);
            case Kind.Delete:
                return model.Delete(AsDeletion(op.Config));
            case Kind.AddNexthop:
                return model.AddNexthop(op.NhId, op.NhDevice, op.NhPeer);
            default:
                return model.DeleteNexthop(op.NhId);
        }
    }

    private static int Apply(Op op, Fib6Net net, Fib6Table table)
    {
        switch (op.Kind)
        {
            case Kind.Insert:
                return table.Insert(op.Config);
            case Kind.Delete:
                return table.Delete(AsDeletion(op.Config));
            case Kind.AddNexthop:
                return net.AddNexthop(op.NhId, op.NhDevice, op.NhPeer);
            default:
                return net.DeleteNexthop(op.NhId);
        }
    }

    /// <summary>Addresses inside, at the edges of and just outside the operation's prefix, and one anywhere.</summary>
    private static unsafe void Probe(Op op, Fib6RouteModel model, Fib6Table table)
    {
        var mask = Prefix.Mask(op.Config.DstLen);
        var first = op.Config.Dst & mask;
        var last = first | ~mask;
        var inside = first | (new UInt128(op.Probe, op.Probe) & ~mask);
        ReadOnlySpan<UInt128> addresses =
            [first, last, first - 1, last + 1, inside, inside ^ (UInt128.One << 64), new(op.Probe, op.Probe)];
        foreach (var address in addresses)
        {
            var oif = (op.Probe & 0x30) == 0 ? 2 + (int)(op.Probe % 3) : 0;
            var strict = (op.Probe & 0x40) == 0 ? Rt6LookupFlags.Iface : Rt6LookupFlags.None;
            var (error, prefix, route) = model.Lookup(address, oif, strict == Rt6LookupFlags.Iface);
            var res = default(Fib6Result);
            Assert.Equal(error, table.Lookup(address, ref res, oif, strict));
            if (route == null)
                continue;
            Assert.Equal(prefix, Prefix.OfV6(res.Prefix, res.PrefixLength));
            Assert.Equal(route.Metric, res.Info->fib6_metric);
            Assert.Equal(model.OifOf(route), res.Nhc->nhc_oif);
            Assert.Equal(model.PeerOf(route), res.Peer);
            Assert.Equal(route.Gateway, res.Nhc->nhc_gw_family == 0 ? UInt128.Zero : res.Nhc->Gateway);
            Assert.Equal(route.NhId, res.Info->nh == null ? 0 : res.Info->nh->id);
        }
    }

    private static void Compare(Fib6RouteModel model, Fib6Table table)
    {
        Fib6Invariants.Check(table);
        var expected = model.Dump().Select(entry => (
            entry.Prefix, entry.Route.Metric, entry.Route.NhId, model.OifOf(entry.Route), model.PeerOf(entry.Route),
            entry.Route.Gateway, entry.Route.Protocol, entry.Route.Type)).ToList();
        var dumped = new List<(Prefix, uint, uint, int, int, UInt128, byte, RouteType)>();
        foreach (var r in table)
            dumped.Add((r.Dst, r.Metric, r.NhId, r.Oif, r.Peer, r.Gateway, r.Protocol, r.Type));
        Assert.Equal(expected, dumped);
        var stat = table.Stat();
        Assert.Equal(model.Count, stat.Routes);
        Assert.Equal(model.Table.Count, stat.RouteNodes);
        Assert.Equal(model.Nodes().Count, stat.Nodes);
    }

    private static Fib6Config Config(
        UInt128 address, int length, int dice, NlmFlags flags, int oif, int peer, uint metric)
    {
        var config = Fib6Config.Add(Prefix.OfV6(address, length), oif, peer) with
        {
            NlFlags = flags,
            Metric = metric,
            Protocol = (byte)(dice % 7 == 0 ? 4 : 3),
        };
        return dice switch
        {
            >= 76 and < 84 => config with { NhId = 1 + (uint)(dice % 4), Oif = 0, Peer = 0 },
            >= 84 and < 90 => config with { Type = s_errorTypes[dice % 4] },
            >= 90 and < 92 => config with { Oif = 0, Gateway = dice == 90 ? Gateway(1) : 0 },
            (>= 60 and < 76) or >= 92 => config with { Gateway = Gateway(dice % 3) },
            _ => config,
        };
    }

    /// <summary>fe80::1 to fe80::3; 0 for none.</summary>
    private static UInt128 Gateway(int number) => number == 0 ? UInt128.Zero : (UInt128)0xFE80 << 112 | (uint)number;

    /// <summary>Turns a request into one to delete that leaves out more or less, by its flags.</summary>
    private static Fib6Config AsDeletion(Fib6Config config)
    {
        if (config.NlFlags.HasFlag(NlmFlags.Excl))
            config = config with { Protocol = 0, Metric = 0 };
        if (config.NlFlags.HasFlag(NlmFlags.Replace))
            config = config with { Oif = 0, Peer = 0, NhId = 0, Gateway = 0 };
        if (config.NlFlags.HasFlag(NlmFlags.Append))
            config = config with { Protocol = 0, Peer = 0 };
        return config;
    }
}
