// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads;

namespace Sim.Schemes.Binding;

/// <summary>The IPv4 FIB: routes that lead to the same peer share a fib_info.</summary>
public sealed unsafe class KernelFib4 : KernelFib
{
    private readonly FibNet _net;
    private readonly FibTable _table;

    public KernelFib4(RouteShape shape, BindingHost host)
        : base(shape, host)
    {
        // For routes without a peer the hash makes no difference.
        _net = new FibNet(Memory) { HashesStates = host.HashesStates && shape is RouteShape.PeerKey or RouteShape.Nexthop };
        _table = new FibTable(_net, DaemonSockets.TableId);
    }

    public FibTable Table => _table;

    public override IEnumerable<KmemCache> Caches => [_net.AliasCache, _net.LeafCache];

    public override long Waits => _net.Synchronizations;

    public override long InfosWalked => _net.InfosWalked;

    public override int Insert(Prefix prefix, int peer, NlmFlags flags)
    {
        var request = RouteRequest.V4(prefix, Shape, peer, FirstDevice);
        request.NlFlags = flags;
        return _table.Insert(in request);
    }

    public override int Delete(Prefix prefix, int peer)
    {
        var request = RouteRequest.V4(prefix, Shape, peer, FirstDevice);
        return _table.Delete(in request);
    }

    public override int Lookup(UInt128 address)
    {
        var result = default(FibResult);
        return _table.Lookup((uint)(address >> 96), ref result) == 0 ? PeerOf(result.Info) : -1;
    }

    public override void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        _table.Visit(ref visitor);
    }

    protected override int AddNexthop(uint id, int peer) => _net.AddNexthop(id, FirstDevice, peer);

    protected override void DisposeTables()
    {
        _table.Dispose();
        _net.Dispose();
    }

    private int PeerOf(FibInfo* info) => PeerOf(FibInfo.Nhc(info, 0), info->nh);

    private readonly struct Seen(KernelFib4 owner, Action<Prefix, int> see) : IFibTrieVisitor
    {
        private readonly uint[] _key = [0];

        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren)
        {
        }

        public void Leaf(int depth, uint key, int slen) => _key[0] = key;

        public void Route(int length, FibInfo* info) => see(Prefix.OfV4(_key[0], length), owner.PeerOf(info));
    }
}
