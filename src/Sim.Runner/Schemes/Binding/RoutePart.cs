// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Fib;
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>How routes say which peer they lead to.</summary>
internal enum RouteMeaning
{
    /// <summary>They do not: every route leads to the one device, and AllowedIPs decide.</summary>
    Device,

    /// <summary>RTA_WGPEER beside the device.</summary>
    PeerAttribute,

    /// <summary>RTA_VIA: an onlink IPv6 gateway that is the peer's only AllowedIP.</summary>
    Via,

    /// <summary>RTA_NH_ID: an object that names device and peer.</summary>
    NexthopObject,

    /// <summary>The device, of which each peer has its own.</summary>
    DevicePerPeer,
}

/// <summary>A routing table with routes of one form: the kernel's side in the FIB port, the daemon's side as messages.</summary>
internal sealed unsafe class RoutePart : IDisposable
{
    private const byte ProtocolStatic = 4;

    private readonly RouteMeaning _meaning;
    private readonly FibNet _net;
    private readonly DaemonSockets _sockets;
    private readonly List<BindOperation> _call = [];
    private readonly RouteShape _objects;
    private long _operations;

    /// <param name="meaning">The form.</param>
    /// <param name="peers">Peers.</param>
    /// <param name="host">What it stands on.</param>
    public RoutePart(RouteMeaning meaning, int peers, BindingHost host)
    {
        _meaning = meaning;
        _sockets = host.Sockets;
        _objects = host.NamesPeers ? RouteShape.PeerKey : RouteShape.Device;
        Memory = new KernelMemory(host.Slub);
        // To routes without a peer the hash makes no difference.
        _net = new FibNet(Memory) { HashesStates = host.HashesStates && meaning is RouteMeaning.PeerAttribute or RouteMeaning.NexthopObject };
        Table = new FibTable(_net, DaemonSockets.TableId);
        if (meaning != RouteMeaning.NexthopObject)
            return;
        for (var peer = 0; peer < peers; peer++)
        {
            if (_net.AddNexthop((uint)peer + 1, _sockets.Interface, host.NamesPeers ? peer + 1 : 0) is not 0 and var error)
                throw new InvalidOperationException($"nexthop object {peer + 1} was refused with error {error}");
        }
    }

    public KernelMemory Memory { get; }

    public FibTable Table { get; }

    /// <summary>The FIB's own slab caches.</summary>
    public IEnumerable<KmemCache> Caches => [_net.AliasCache, _net.LeafCache];

    /// <summary>What the messages have for it.</summary>
    public RouteShape Shape => _meaning switch
    {
        RouteMeaning.PeerAttribute => RouteShape.PeerKey,
        RouteMeaning.Via => RouteShape.Via,
        RouteMeaning.NexthopObject => RouteShape.Nexthop,
        RouteMeaning.DevicePerPeer => RouteShape.OwnDevice,
        _ => RouteShape.Device,
    };

    /// <summary>See <see cref="BindingScheme.Stepped"/>.</summary>
    public Action? Stepped { get; set; }

    /// <summary>Routes.</summary>
    public int Count { get; private set; }

    /// <summary>fib_infos that insertions compared with theirs, in the hash bucket that theirs falls into.</summary>
    public long InfosWalked => _net.InfosWalked;

    public KernelWork Work =>
        new(_operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, _net.Synchronizations);

    /// <summary>The first route of a prefix: RTM_NEWROUTE with CREATE and EXCL.</summary>
    public int Add(Prefix prefix, int peer)
    {
        var request = Request(prefix, peer);
        request.NlFlags = NlmFlags.Create | NlmFlags.Excl;
        Count++;
        return End(Table.Insert(in request));
    }

    /// <summary>Another route in place of a prefix's: CREATE and REPLACE.</summary>
    public int Move(Prefix prefix, int peer)
    {
        var request = Request(prefix, peer);
        request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
        return End(Table.Insert(in request));
    }

    /// <summary>RTM_DELROUTE with the attributes of the addition.</summary>
    public int Delete(Prefix prefix, int peer)
    {
        var request = Request(prefix, peer);
        Count--;
        return End(Table.Delete(in request));
    }

    /// <summary>Does one change.</summary>
    public int Apply(in BindingChange change) => change switch
    {
        { OldPeer: BindingChange.NoPeer } => Add(change.Prefix, change.NewPeer),
        { NewPeer: BindingChange.NoPeer } => Delete(change.Prefix, change.OldPeer),
        _ => Move(change.Prefix, change.NewPeer),
    };

    /// <summary>The messages of a batch, as many a call as fit.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="moves">Whether a move needs a message: not where all routes lead to one device.</param>
    public Sent Encode(ReadOnlySpan<BindingChange> batch, bool moves)
    {
        var form = new RouteForm(Shape, DaemonSockets.TableId, _sockets.Interface);
        var (sent, length) = (default(Sent), 0);
        foreach (ref readonly var change in batch)
        {
            var kind = change.OldPeer == BindingChange.NoPeer ? BindKind.Add
                : change.NewPeer == BindingChange.NoPeer ? BindKind.Delete
                : BindKind.Move;
            if (kind == BindKind.Move && !moves)
                continue;
            var bytes = RouteMessages.Bytes(change.Prefix, in form);
            if (length + bytes > BindingScheme.CallBytes)
            {
                sent += Send();
                length = 0;
            }

            length += bytes;
            _call.Add(new BindOperation(change.Prefix, kind, (ushort)(kind == BindKind.Delete ? change.OldPeer : change.NewPeer)));
        }

        return length > 0 ? sent + Send() : sent;
    }

    /// <summary>The messages that make the nexthop objects.</summary>
    public Sent EncodeNexthops(int peers) => _sockets.AddNexthops(peers, _objects);

    /// <summary>Calls back for each route with its peer; 0 where routes name none.</summary>
    public void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        Table.Visit(ref visitor);
    }

    /// <summary>The peer behind the route of an address; -1 without a route.</summary>
    /// <param name="address">Left-aligned.</param>
    public int Lookup(UInt128 address)
    {
        var result = default(FibResult);
        return Table.Lookup((uint)(address >> 96), ref result) == 0 ? PeerOf(result.Info) : -1;
    }

    public void Dispose()
    {
        Table.Dispose();
        _net.Dispose();
        Memory.Dispose();
    }

    private int PeerOf(FibInfo* info)
    {
        var nhc = FibInfo.Nhc(info, 0);
        return _meaning switch
        {
            RouteMeaning.Device => 0,
            RouteMeaning.Via => (int)(ushort)nhc->nhc_gw_second - 1,
            RouteMeaning.DevicePerPeer => nhc->nhc_oif - _sockets.Interface,
            RouteMeaning.NexthopObject => (int)info->nh->id - 1,
            _ => nhc->Peer - 1,
        };
    }

    private FibConfig Request(Prefix prefix, int peer)
    {
        var request = FibConfig.Add(prefix, _sockets.Interface);
        request.Protocol = ProtocolStatic;
        switch (_meaning)
        {
            case RouteMeaning.PeerAttribute:
                request.Peer = peer + 1;
                break;
            case RouteMeaning.Via:
                request.Scope = RouteScope.Universe;
                request.GatewayFamily = GatewayFamily.IPv6;
                request.Gateway6 = RouteMessages.Gateway(Family.IPv6, (ushort)peer);
                request.Flags = RtnhFlags.OnLink;
                break;
            case RouteMeaning.NexthopObject:
                request.Scope = RouteScope.Universe;
                request.Oif = 0;
                request.NhId = RouteMessages.NexthopId((ushort)peer);
                break;
            case RouteMeaning.DevicePerPeer:
                request.Oif = _sockets.Interface + peer;
                break;
            default:
                break;
        }

        return request;
    }

    /// <summary>A message's end: the callback of a route's info queues that of the state which names its peer.</summary>
    private int End(int error)
    {
        _operations++;
        Stepped?.Invoke();
        while (Memory.Rcu.Pending > 0 && !Memory.Rcu.HoldsCallbacks)
            Memory.Rcu.GracePeriod();
        return error;
    }

    /// <summary>One call. Of its messages the last is acknowledged; an error would come for any.</summary>
    private Sent Send()
    {
        var sent = _sockets.Run(CollectionsMarshal.AsSpan(_call), Shape);
        _call.Clear();
        return sent;
    }

    private readonly struct Seen(RoutePart owner, Action<Prefix, int> see) : IFibTrieVisitor
    {
        private readonly uint[] _key = [0];

        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren)
        {
        }

        public void Leaf(int depth, uint key, int slen) => _key[0] = key;

        public void Route(int length, FibInfo* info) => see(Prefix.OfV4(_key[0], length), owner.PeerOf(info));
    }
}
