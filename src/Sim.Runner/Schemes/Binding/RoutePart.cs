// SPDX-License-Identifier: MIT
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
    private const int FirstDevice = 2;
    private const byte ProtocolStatic = 4;
    private const uint TableId = 100;

    private readonly RouteMeaning _meaning;
    private readonly FibNet _net;
    private readonly FibTable _table;
    private readonly NetlinkWriter _writer = new();
    private uint _sequence;
    private long _operations;

    /// <param name="meaning">The form.</param>
    /// <param name="peers">Peers.</param>
    /// <param name="hashesStates">Whether fib_info's hash covers the peer, as the series' patch 2 has it.</param>
    public RoutePart(RouteMeaning meaning, int peers, bool hashesStates)
    {
        _meaning = meaning;
        _net = new FibNet(Memory) { HashesStates = hashesStates };
        _table = new FibTable(_net, TableId);
        if (meaning != RouteMeaning.NexthopObject)
            return;
        for (var peer = 0; peer < peers; peer++)
        {
            if (_net.AddNexthop((uint)peer + 1, FirstDevice, peer + 1) is not 0 and var error)
                throw new InvalidOperationException($"nexthop object {peer + 1} was refused with error {error}");
        }
    }

    public KernelMemory Memory { get; } = new();

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
        return End(_table.Insert(in request));
    }

    /// <summary>Another route in place of a prefix's: CREATE and REPLACE.</summary>
    public int Move(Prefix prefix, int peer)
    {
        var request = Request(prefix, peer);
        request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
        return End(_table.Insert(in request));
    }

    /// <summary>RTM_DELROUTE with the attributes of the addition.</summary>
    public int Delete(Prefix prefix, int peer)
    {
        var request = Request(prefix, peer);
        Count--;
        return End(_table.Delete(in request));
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
        var sent = default(Sent);
        foreach (ref readonly var change in batch)
        {
            var kind = change.OldPeer == BindingChange.NoPeer ? BindKind.Add
                : change.NewPeer == BindingChange.NoPeer ? BindKind.Delete
                : BindKind.Move;
            if (kind == BindKind.Move && !moves)
                continue;
            var peer = kind == BindKind.Delete ? change.OldPeer : change.NewPeer;
            var before = _writer.Length;
            Write(new BindOperation(change.Prefix, kind, (ushort)peer));
            if (_writer.Length > BindingScheme.CallBytes)
            {
                sent += new Sent(0, before, 1);
                var bytes = _writer.Length - before;
                _writer.Clear();
                _writer.Append(bytes);
            }

            sent += new Sent(1, 0, 0);
        }

        if (_writer.Length > 0)
            sent += new Sent(0, _writer.Length, 1);
        _writer.Clear();
        return sent;
    }

    /// <summary>The messages that make the nexthop objects.</summary>
    public Sent EncodeNexthops(int peers)
    {
        var form = new NexthopForm(RouteShape.PeerKey, Family.IPv4, FirstDevice);
        var sent = default(Sent);
        for (var peer = 0; peer < peers; peer++)
        {
            NexthopMessages.WritePeer(_writer, in form, (uint)peer + 1, (ushort)peer, replace: false, ++_sequence);
            sent += new Sent(1, _writer.Length, 1);
            _writer.Clear();
        }

        return sent;
    }

    /// <summary>Calls back for each route with its peer; 0 where routes name none.</summary>
    public void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        _table.Visit(ref visitor);
    }

    /// <summary>The peer behind the route of an address; -1 without a route.</summary>
    /// <param name="address">Left-aligned.</param>
    public int Lookup(UInt128 address)
    {
        var result = default(FibResult);
        return _table.Lookup((uint)(address >> 96), ref result) == 0 ? PeerOf(result.Info) : -1;
    }

    public void Dispose()
    {
        _table.Dispose();
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
            RouteMeaning.DevicePerPeer => nhc->nhc_oif - FirstDevice,
            _ => nhc->Peer - 1,
        };
    }

    private FibConfig Request(Prefix prefix, int peer)
    {
        var request = FibConfig.Add(prefix, FirstDevice);
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
                request.Oif = FirstDevice + peer;
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

    private void Write(in BindOperation operation)
    {
        var (shape, device) = _meaning switch
        {
            RouteMeaning.PeerAttribute => (RouteShape.PeerKey, FirstDevice),
            RouteMeaning.Via => (RouteShape.Via, FirstDevice),
            RouteMeaning.NexthopObject => (RouteShape.Nexthop, FirstDevice),
            RouteMeaning.DevicePerPeer => (RouteShape.Device, FirstDevice + operation.Peer),
            _ => (RouteShape.Device, FirstDevice),
        };
        RouteMessages.Write(_writer, in operation, new RouteForm(shape, TableId, device), ++_sequence, acknowledge: true);
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
