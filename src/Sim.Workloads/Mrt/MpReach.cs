// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>MP_REACH_NLRI (RFC 4760, 3). RIB dumps should carry only the length of the next hop and the next hop (RFC 6396, 4.3.4), but
/// some carry the whole attribute. The first byte tells the two forms apart. In the whole form this byte is 0, the high byte of the AFI. In
/// the short form this byte is the length of the next hop.
/// <code>
///   whole   AFI(2) SAFI(1) length(1) next hop(4, 16, 32) reserved(1) NLRI
///   short                  length(1) next hop
/// </code></summary>
internal ref struct MpReach
{
    public const byte UnicastSafi = 1;

    public bool Present;

    /// <summary>Whether the attribute has the whole form. Only the whole form names a family.</summary>
    public bool IsWhole;

    public ushort Afi;
    public byte Safi;

    /// <summary>Whether the attribute has a next hop other than 0.0.0.0 and ::.</summary>
    public bool HasNextHop;

    public Family NextHopFamily;
    public UInt128 NextHop;
    public ReadOnlySpan<byte> Nlri;

    /// <summary>Reads the attribute. Returns false if the attribute is malformed. The next hop of families other than IPv4 and IPv6 unicast
    /// is not read.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, bool inRib, out MpReach reach)
    {
        reach = default;
        reach.Present = true;
        if (value.IsEmpty)
            return false;
        if (inRib && value[0] != 0)
            return value.Length == 1 + value[0] && reach.SetNextHop(value[1..]);
        if (value.Length < 4)
            return false;
        reach.IsWhole = true;
        reach.Afi = BinaryPrimitives.ReadUInt16BigEndian(value);
        reach.Safi = value[2];
        int length = value[3];
        // Some writers of RIB dumps leave out the reserved byte and the prefix, which the record already holds.
        var isBare = inRib && value.Length == 4 + length;
        if (!isBare && value.Length < 5 + length)
            return false;
        reach.Nlri = isBare ? default : value[(5 + length)..];
        var sound = reach.SetNextHop(value.Slice(4, length));
        return sound || reach.Safi != UnicastSafi || reach.Afi is not (MrtTypes.AfiIPv4 or MrtTypes.AfiIPv6);
    }

    /// <summary>Takes an IPv4 address, an IPv6 address, or an IPv6 address followed by a link-local address (RFC 2545, 3). The link-local
    /// address is used only if the first address is ::. IPv4 prefixes may have an IPv6 next hop (RFC 8950, 3). An all-zero address is not a
    /// next hop.</summary>
    private bool SetNextHop(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 4 && Afi != MrtTypes.AfiIPv6)
        {
            NextHop = (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 96;
            (HasNextHop, NextHopFamily) = (NextHop != 0, Family.IPv4);
            return true;
        }

        if (bytes.Length is not (16 or 32))
            return false;
        NextHop = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        if (NextHop == 0)
            NextHop = BinaryPrimitives.ReadUInt128BigEndian(bytes[^16..]);
        (HasNextHop, NextHopFamily) = (NextHop != 0, Family.IPv6);
        return true;
    }
}
