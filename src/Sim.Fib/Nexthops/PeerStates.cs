// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The state of a nexthop besides device and gateway (<c>struct lwtunnel_state</c>, include/net/lwtunnel.h, as
/// in kernel-patch/series, with the pointer that is WireGuard's data): 64 bytes, one for each nexthop.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct LwtunnelState
{
    public ushort type;
    public ushort flags;
    public ushort headroom;
    public int refcnt;
    public uint hash;
    public nint is_gone;
    public nint orig_output;
    public nint orig_input;
    public RcuHead rcu;

    /// <summary><c>data[]</c>.</summary>
    public RoutePeer* peer;

    /// <summary>Where rcu lies (<c>container_of</c>).</summary>
    public const int RcuOffset = 40;
}

/// <summary>The object that all states of one peer of one device share (<c>struct route_peer</c>,
/// drivers/net/wireguard/route.c of the series), 104 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public unsafe struct RoutePeer
{
    [FieldOffset(0)] public nint peer;

    /// <summary>The device; its interface index stands for it.</summary>
    [FieldOffset(8)] public nint wg;

    /// <summary>The device's number of the peer. Here it stands for the 32 bytes of the key as well, from byte 31 on.</summary>
    [FieldOffset(16)] public ulong id;
    [FieldOffset(24)] public int users;

    /// <summary>The link in the device's hash table by key.</summary>
    [FieldOffset(64)] public nint node;
    [FieldOffset(72)] public ListHead list;
    [FieldOffset(88)] public RcuHead rcu;

    /// <summary>Where rcu lies (<c>container_of</c>).</summary>
    public const int RcuOffset = 88;
}

/// <summary>The states by which nexthops name peers: made for each nexthop, compared by key, freed after a grace period
/// (<c>build_state</c>, <c>destroy_state</c>, <c>route_peer_get</c>, <c>route_peer_put</c> of the series' route.c;
/// <c>lwtstate_free</c>).</summary>
internal sealed unsafe class PeerStates(KernelMemory memory, RcuQueue rcu)
{
    /// <summary>The route_peers in use. The kernel finds them in a hash table by key; here a dictionary does.</summary>
    private readonly Dictionary<(int Oif, int Peer), nint> _routePeers = [];

    private readonly Dictionary<(int Oif, int Peer), nint> _sharedStates = [];

    /// <summary>Peers that a route names: <c>num_route_peers</c> of all devices.</summary>
    public int PeerCount => _routePeers.Count;

    /// <summary><c>build_state</c>: makes a state that names the peer; null for peer 0, which means none.</summary>
    public LwtunnelState* Build(int oif, int peer) => peer == 0 ? null : AllocState(GetRoutePeer(oif, peer));

    /// <summary>A what-if that no kernel has: returns the state that names the peer already, or a new one. A namespace
    /// must make all its states so, or none.</summary>
    public LwtunnelState* BuildShared(int oif, int peer)
    {
        if (peer == 0)
            return null;
        if (_sharedStates.TryGetValue((oif, peer), out var known))
        {
            ((LwtunnelState*)known)->refcnt++;
            return (LwtunnelState*)known;
        }

        var state = Build(oif, peer);
        _sharedStates.Add((oif, peer), (nint)state);
        return state;
    }

    /// <summary>
    /// Makes the state that a deletion compares with; null for peer 0. It has no device, and its own <c>route_peer</c>. It is put when
    /// the route is deleted.
    /// </summary>
    public LwtunnelState* BuildToCompare(int peer) => peer == 0 ? null : AllocState(AllocRoutePeer(peer));

    /// <summary><c>lwtstate_put</c>, <c>lwtstate_free</c>: the last frees the shared object, if unused, then the state.</summary>
    public void Put(LwtunnelState* state)
    {
        if (state == null || --state->refcnt != 0)
            return;
        var peer = state->peer;
        if (_sharedStates.Count > 0 && peer->wg != 0)
            _sharedStates.Remove(((int)peer->wg, (int)peer->id));
        if (--peer->users == 0)
        {
            if (peer->wg != 0)
                _routePeers.Remove(((int)peer->wg, (int)peer->id));
            rcu.Call(&peer->rcu, RcuFunc.RoutePeerFree);
        }

        rcu.Call(&state->rcu, RcuFunc.StateFree);
    }

    /// <summary><c>lwtunnel_cmp_encap</c> == 0: both name no peer, or the same one.</summary>
    public static bool Same(LwtunnelState* one, LwtunnelState* other) =>
        one == null || other == null ? one == other : one->peer->id == other->peer->id;

    /// <summary>Runs a callback that <see cref="Put"/> queued.</summary>
    public void Reclaim(RcuHead* head, RcuFunc func)
    {
        if (func == RcuFunc.StateFree)
            memory.Kfree((byte*)head - LwtunnelState.RcuOffset, sizeof(LwtunnelState));
        else
            memory.Kfree((byte*)head - RoutePeer.RcuOffset, sizeof(RoutePeer));
    }

    private LwtunnelState* AllocState(RoutePeer* peer)
    {
        var state = (LwtunnelState*)memory.Kzalloc(sizeof(LwtunnelState));
        state->type = Lwtunnel.EncapWgPeer;
        state->refcnt = 1;
        // The kernel takes a seeded jhash of the key, which differs in every boot and is as well spread.
        state->hash = (uint)peer->id * 0x9E3779B1u;
        state->peer = peer;
        return state;
    }

    private RoutePeer* GetRoutePeer(int oif, int number)
    {
        if (_routePeers.TryGetValue((oif, number), out var known))
        {
            ((RoutePeer*)known)->users++;
            return (RoutePeer*)known;
        }

        var peer = AllocRoutePeer(number);
        peer->wg = oif;
        _routePeers.Add((oif, number), (nint)peer);
        return peer;
    }

    private RoutePeer* AllocRoutePeer(int number)
    {
        var peer = (RoutePeer*)memory.Kzalloc(sizeof(RoutePeer));
        peer->id = (ulong)number;
        peer->users = 1;
        return peer;
    }
}

/// <summary>The states of IPv4's nexthops.</summary>
public sealed unsafe partial class FibNet
{
    /// <summary><c>fib_nh_release</c>.</summary>
    private void ReleaseNh(FibNh* nh)
    {
        States.Put(nh->nh_common.nhc_lwtstate);
        nh->nh_common.nhc_lwtstate = null;
    }
}
