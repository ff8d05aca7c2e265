// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The lookups that a scheme does for a packet.</summary>
public enum PacketWay
{
    /// <summary>The lookups for a packet that is sent.</summary>
    Transmit,

    /// <summary>The lookups that check the source of a decrypted packet.</summary>
    Receive,

    /// <summary>The lookups that check the source of a decrypted packet, including rp_filter's lookup of the route back to the
    /// source.</summary>
    ReceiveRpFilter,
}

/// <summary>Does all lookups of a packet, for <see cref="KeyLoop"/>. The answer is the peer's number in the kernel.</summary>
public readonly struct Packets(Scheme scheme, PacketWay way) : IKeyLookup<UInt128>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Answer(UInt128 key) => PeerNumber.ToKernel(
        way == PacketWay.Transmit ? scheme.Transmit(key) : scheme.Receive(key, way == PacketWay.ReceiveRpFilter));
}
