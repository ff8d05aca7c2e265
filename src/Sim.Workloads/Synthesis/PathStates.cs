// SPDX-License-Identifier: MIT
using Sim.Workloads.Keys;

namespace Sim.Workloads.Synthesis;

/// <summary>
/// The last state of each BGP peer's path to each prefix, in a byte:
/// <code>
///   withdrawn 1 | known 1 | other attributes 3 | path 3
/// </code>
/// </summary>
internal sealed class PathStates(int peers, int prefixes)
{
    private const byte WithdrawnBit = 0x80;
    private const byte KnownBit = 0x40;
    private const int PathMask = 7;
    private const int RestShift = 3;

    private readonly byte[]?[] _states = new byte[peers][];

    public bool IsWithdrawn(int peer, int prefix) => (Of(peer)[prefix] & WithdrawnBit) != 0;

    /// <summary>Returns whether the peer has announced or withdrawn the prefix before.</summary>
    public bool IsKnown(int peer, int prefix) => (Of(peer)[prefix] & KnownBit) != 0;

    public void Withdraw(int peer, int prefix) => Of(peer)[prefix] |= WithdrawnBit | KnownBit;

    public void Announce(int peer, int prefix)
    {
        ref var state = ref Of(peer)[prefix];
        state = (byte)((state & ~WithdrawnBit) | KnownBit);
    }

    /// <summary>Changes the path to another.</summary>
    public void ChangePath(int peer, int prefix, ref Rng rng)
    {
        ref var state = ref Of(peer)[prefix];
        var path = (state + 1 + rng.Below(PathMask)) & PathMask;
        state = (byte)((state & ~PathMask) | path);
    }

    /// <summary>Changes other attributes and keeps the path.</summary>
    public void ChangeAttributes(int peer, int prefix)
    {
        ref var state = ref Of(peer)[prefix];
        var rest = ((state >> RestShift) + 1) & PathMask;
        state = (byte)((state & ~(PathMask << RestShift)) | rest << RestShift);
    }

    /// <summary>The variant and the MED of a <see cref="RouteUpdate"/>.</summary>
    public (uint Variant, uint Med) Attributes(int peer, int prefix)
    {
        var state = Of(peer)[prefix];
        return ((uint)(state & PathMask), (uint)(state >> RestShift & PathMask) + 1);
    }

    private byte[] Of(int peer) => _states[peer] ??= new byte[prefixes];
}
