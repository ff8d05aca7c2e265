// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>Netlink messages that are sent, their bytes with padding, and the calls that send them.</summary>
public readonly record struct Sent(long Messages, long Bytes, long Calls)
{
    public static Sent operator +(Sent left, Sent right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.Calls + right.Calls);
}

/// <summary>The number of lookups that a packet costs, in each structure.</summary>
/// <param name="TransmitFib">FIB lookups of a packet to be sent, the one that chose the device included.</param>
/// <param name="TransmitAllowedIps">Lookups in allowedips, or of a gateway in the hash of the peers' addresses.</param>
/// <param name="ReceiveFib">FIB lookups that check the source of a decrypted packet, without rp_filter.</param>
/// <param name="ReceiveAllowedIps">The same in allowedips.</param>
/// <remarks>
/// rp_filter adds one FIB lookup to the reception. The lookup of a received packet's destination is left out, because it is
/// the same in all schemes.
/// </remarks>
public readonly record struct PacketLookups(int TransmitFib, int TransmitAllowedIps, int ReceiveFib, int ReceiveAllowedIps);
