// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads;

namespace Sim.Schemes.Binding;

/// <summary>The IPv6 FIB. Each route has its own fib6_info, with the state that names the peer unless an object has that.</summary>
public sealed unsafe class KernelFib6 : KernelFib
{
    private readonly Fib6Net _net;
    private readonly IFib6Routes _table;

    public KernelFib6(RouteShape shape, BindingHost host, Fib6WhatIf whatIf)
        : base(shape, host)
    {
        _net = new Fib6Net(Memory, host.Fib6 with { SharesStates = whatIf == Fib6WhatIf.SharedStates });
        _table = whatIf == Fib6WhatIf.LevelCompression ? new Lc6Table(_net, DaemonSockets.TableId) : new Fib6Table(_net, DaemonSockets.TableId);
    }

    /// <summary>The kernel's own tree. Fails if <see cref="Fib6WhatIf.LevelCompression"/> replaces it.</summary>
    public Fib6Table Table => (Fib6Table)_table;

    /// <summary>The counters that /proc/net/rt6_stats would show.</summary>
    public Rt6Statistics Statistics => _net.Statistics;

    public override IEnumerable<KmemCache> Caches => [_net.NodeCache];

    public override long Waits => _net.Synchronizations;

    public override int Insert(Prefix prefix, int peer, NlmFlags flags)
    {
        var request = RouteRequest.V6(prefix, Shape, peer, FirstDevice);
        request.NlFlags = flags;
        return _table.Insert(in request);
    }

    public override int Delete(Prefix prefix, int peer)
    {
        var request = RouteRequest.V6(prefix, Shape, peer, FirstDevice);
        request.NlFlags = NlmFlags.None;
        return _table.Delete(in request);
    }

    public override int Lookup(UInt128 address)
    {
        var result = default(Fib6Result);
        return _table.Lookup(address, ref result) == 0 ? PeerOf(result.Nhc, result.Info->nh) : -1;
    }

    public override void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        _table.Visit(ref visitor);
    }

    protected override int AddNexthop(uint id, int peer) => _net.AddNexthop(id, FirstDevice, peer);

    protected override void DisposeTables()
    {
        (_table as IDisposable)?.Dispose();
        _net.Dispose();
    }

    private readonly struct Seen(KernelFib6 owner, Action<Prefix, int> see) : IFib6Visitor
    {
        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes)
        {
        }

        public void Route(Fib6Info* info) => see(
            Prefix.OfV6(info->fib6_dst.Address, info->fib6_dst.plen), owner.PeerOf(&Fib6Info.Nh(info)->nh_common, info->nh));
    }
}
