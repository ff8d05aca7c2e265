// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The way of a packet through a scheme's lookups.</summary>
public enum PacketWay
{
    /// <summary>A packet to be sent.</summary>
    Transmit,

    /// <summary>The source of a decrypted packet.</summary>
    Receive,

    /// <summary>The source of a decrypted packet with rp_filter, which also looks up the route back.</summary>
    ReceiveRpFilter,
}

/// <summary>Does all lookups of a packet, for <see cref="KeyLoop"/>. The answer is the peer's number in the kernel.</summary>
public readonly struct Packets(Scheme scheme, PacketWay way) : IKeyLookup<UInt128>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Answer(UInt128 key) => PeerNumber.ToKernel(
        way == PacketWay.Transmit ? scheme.Transmit(key) : scheme.Receive(key, way == PacketWay.ReceiveRpFilter));
}
