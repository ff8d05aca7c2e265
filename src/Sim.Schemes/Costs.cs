// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The numbers of netlink messages sent, of their bytes with padding, and of the calls that send them.</summary>
public readonly record struct Sent(long Messages, long Bytes, long Calls)
{
    public static Sent operator +(Sent left, Sent right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.Calls + right.Calls);
}

/// <summary>The number of lookups per packet in each structure.</summary>
/// <param name="TransmitFib">The FIB lookups of a packet to be sent, including the one that selects the device.</param>
/// <param name="TransmitAllowedIps">The lookups of a packet to be sent in allowedips, or in the hash of gateways.</param>
/// <param name="ReceiveFib">The FIB lookups that check the source of a decrypted packet, without rp_filter.</param>
/// <param name="ReceiveAllowedIps">The lookups in allowedips that check the source of a decrypted packet.</param>
/// <remarks>
/// With rp_filter, a received packet needs one more FIB lookup. The lookup of a received packet's destination is not counted, because all
/// schemes need it.
/// </remarks>
public readonly record struct PacketLookups(int TransmitFib, int TransmitAllowedIps, int ReceiveFib, int ReceiveAllowedIps);
