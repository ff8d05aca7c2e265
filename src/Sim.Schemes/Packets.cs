// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The ways of a packet through a scheme's lookups.</summary>
public enum PacketWay
{
    /// <summary>A packet to be sent.</summary>
    Transmit,

    /// <summary>The source of a decrypted packet.</summary>
    Receive,

    /// <summary>The same with rp_filter, which looks up the route back as well.</summary>
    ReceiveRpFilter,
}

/// <summary>All lookups of a packet, for <see cref="KeyLoop"/>: the answer is the kernel's number of the peer.</summary>
public readonly struct Packets(Scheme scheme, PacketWay way) : IKeyLookup<UInt128>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Answer(UInt128 key) => PeerNumber.ToKernel(
        way == PacketWay.Transmit ? scheme.Transmit(key) : scheme.Receive(key, way == PacketWay.ReceiveRpFilter));
}
