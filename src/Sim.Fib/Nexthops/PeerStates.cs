// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The tunnel state of one nexthop (<c>struct lwtunnel_state</c>, include/net/lwtunnel.h with kernel-patch/series), 64 bytes. The
/// structure ends with WireGuard's data, a pointer.</summary>
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

    /// <summary><c>data[]</c>: the peer that the nexthop names.</summary>
    public RoutePeer* peer;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 40;
}

/// <summary>A WireGuard peer named by routes (<c>struct route_peer</c>, drivers/net/wireguard/route.c of the series), 104 bytes. All states
/// of a peer share the peer's structure.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public unsafe struct RoutePeer
{
    [FieldOffset(0)] public nint peer;

    /// <summary>The interface index of the device. The kernel has a pointer here.</summary>
    [FieldOffset(8)] public nint wg;

    /// <summary>The device's number for the peer. The port uses this number instead of the key, which takes 32 bytes from byte 31
    /// on.</summary>
    [FieldOffset(16)] public ulong id;
    [FieldOffset(24)] public int users;

    /// <summary>The link in the device's hash table by key.</summary>
    [FieldOffset(64)] public nint node;
    [FieldOffset(72)] public ListHead list;
    [FieldOffset(88)] public RcuHead rcu;

    /// <summary>The offset of the field rcu, for <c>container_of</c>.</summary>
    public const int RcuOffset = 88;
}

/// <summary>Makes, compares and frees the states by which nexthops name peers (<c>build_state</c>, <c>destroy_state</c>,
/// <c>route_peer_get</c>, <c>route_peer_put</c> of the series' route.c; <c>lwtstate_free</c>).</summary>
internal sealed unsafe class PeerStates(KernelMemory memory, RcuQueue rcu)
{
    /// <summary>The route_peers in use. The kernel finds route_peers in a hash table by key.</summary>
    private readonly Dictionary<(int Oif, int Peer), nint> _routePeers = [];

    private readonly Dictionary<(int Oif, int Peer), nint> _sharedStates = [];

    /// <summary>The number of peers named by routes: <c>num_route_peers</c>, summed over all devices.</summary>
    public int PeerCount => _routePeers.Count;

    /// <summary><c>build_state</c>: makes a state that names the peer. Returns null for peer 0, which means no peer.</summary>
    public LwtunnelState* Build(int oif, int peer) => peer == 0 ? null : AllocState(GetRoutePeer(oif, peer));

    /// <summary>Returns the existing state that names the peer, or a new one. No kernel shares states in this way: the method is a what-if.
    /// A namespace must make either all or none of its states with this method.</summary>
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

    /// <summary>Makes a state that a deletion compares with the states of the routes; returns null for peer 0. The state has no device, and
    /// has its own <c>route_peer</c>. The deletion frees the state when it ends.</summary>
    public LwtunnelState* BuildToCompare(int peer) => peer == 0 ? null : AllocState(AllocRoutePeer(peer));

    /// <summary><c>lwtstate_put</c>, <c>lwtstate_free</c>: drops a reference to a state. If it was the last reference, frees the state, and
    /// also the peer if no other state uses the peer.</summary>
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

    /// <summary><c>lwtunnel_cmp_encap</c> == 0: returns whether both states name the same peer, or both are null.</summary>
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
        // The kernel uses a seeded jhash of the key. It differs in every boot, but spreads as well.
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
