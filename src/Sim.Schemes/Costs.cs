// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The number of netlink messages sent, the number of their bytes including padding, and the number of calls that send
/// them.</summary>
public readonly record struct Sent(long Messages, long Bytes, long Calls)
{
    public static Sent operator +(Sent left, Sent right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.Calls + right.Calls);
}

/// <summary>The number of lookups per packet in each structure.</summary>
/// <param name="TransmitFib">The number of FIB lookups for a packet that is sent, including the lookup that selects the device.</param>
/// <param name="TransmitAllowedIps">The number of lookups in allowedips, or in the hash of gateways, for a packet that is sent.</param>
/// <param name="ReceiveFib">The number of FIB lookups that check the source of a decrypted packet, if rp_filter is off.</param>
/// <param name="ReceiveAllowedIps">The number of lookups in allowedips that check the source of a decrypted packet.</param>
/// <remarks>
/// With rp_filter, a received packet needs one more FIB lookup. The lookup of a received packet's destination is not counted, because all
/// schemes need it.
/// </remarks>
public readonly record struct PacketLookups(int TransmitFib, int TransmitAllowedIps, int ReceiveFib, int ReceiveAllowedIps);
