// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <summary>
/// The path attributes of one entry or UPDATE (RFC 4271, 4.3; RFC 4760), read in place: the spans point into the reader's
/// buffer. Attributes that selection does not need (communities, aggregator, ...) are stepped over.
/// <code>
///   flags(1) type(1) length(1, or 2 where flag 0x10 is set) value | flags type length value | ...
/// </code>
/// </summary>
public ref struct PathAttributes
{
    /// <summary><see cref="Origin"/> where the attribute is absent: worse than any.</summary>
    public const byte NoOrigin = 255;

    private const byte ExtendedLength = 0x10;
    private const string RunsOver = "a path attribute runs past the end of the attributes";
    private const string BadLength = "a path attribute has a wrong length";

    /// <summary>0 IGP, 1 EGP, 2 INCOMPLETE.</summary>
    public byte Origin;

    public bool HasMed;
    public bool HasLocalPref;

    public bool HasNextHop;

    /// <summary>Family of <see cref="NextHop"/>, which may differ from the prefix's (RFC 8950).</summary>
    public Family NextHopFamily;

    /// <summary>MULTI_EXIT_DISC; 0 where absent.</summary>
    public uint Med;

    /// <summary>LOCAL_PREF; 0 where absent.</summary>
    public uint LocalPref;

    /// <summary>Length, first and last AS of the path, AS4_PATH taken into account.</summary>
    public AsPathFacts Path;

    /// <summary>The next hop of the prefix that the handler is given, left-aligned; link-local second addresses are dropped.</summary>
    public UInt128 NextHop;

    /// <summary>AS_PATH as it stands; ASes of 4 bytes if <see cref="WideAs"/>, else 2.</summary>
    public ReadOnlySpan<byte> AsPathBytes;

    /// <summary>AS4_PATH as it stands; empty where absent or to be ignored.</summary>
    public ReadOnlySpan<byte> As4PathBytes;

    public bool WideAs;

    internal MpReach Reach;
    internal ReadOnlySpan<byte> Unreach;
    internal bool HasUnreach;

    /// <summary>Reads the attributes; returns what is wrong, or null.</summary>
    /// <param name="bytes">All attributes.</param>
    /// <param name="wide">Whether AS_PATH has 4-byte ASes.</param>
    /// <param name="inRib">Whether MP_REACH_NLRI may be the short form of RFC 6396, 4.3.4.</param>
    /// <param name="read">The attributes.</param>
    internal static string? Read(ReadOnlySpan<byte> bytes, bool wide, bool inRib, out PathAttributes read)
    {
        read = default;
        read.Origin = NoOrigin;
        read.WideAs = wide;
        var seen = 0u;
        var ignoreAs4 = false;
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 3)
                return RunsOver;
            int length = bytes[2];
            var header = 3;
            if ((bytes[0] & ExtendedLength) != 0)
            {
                if (bytes.Length < 4)
                    return RunsOver;
                length = length << 8 | bytes[3];
                header = 4;
            }

            if (length > bytes.Length - header)
                return RunsOver;
            var type = bytes[1];
            var value = bytes.Slice(header, length);
            bytes = bytes[(header + length)..];
            // RFC 7606, 3 g: of an attribute that comes twice, the first counts.
            if (type < 32)
            {
                if ((seen & 1u << type) != 0)
                    continue;
                seen |= 1u << type;
            }

            if (type == 7)
                ignoreAs4 = value.Length == 6 && BinaryPrimitives.ReadUInt16BigEndian(value) != 23456;
            else if (read.Take(type, value, inRib) is { } wrong)
                return wrong;
        }

        // RFC 6793, 4.2.3: an AGGREGATOR that is not AS_TRANS was set by a speaker that did not know AS4_PATH.
        if (ignoreAs4 && (seen & 1u << 18) != 0)
            read.As4PathBytes = default;
        return read.ReadPath();
    }

    /// <summary>Makes the next hop of MP_REACH_NLRI the one that the handler sees.</summary>
    internal void UseReachNextHop() =>
        (HasNextHop, NextHop, NextHopFamily) = (Reach.HasNextHop, Reach.NextHop, Reach.NextHopFamily);

    private string? Take(int type, ReadOnlySpan<byte> value, bool inRib)
    {
        switch (type)
        {
            case 1 when value.Length == 1:
                Origin = value[0];
                return null;
            case 2:
                AsPathBytes = value;
                return null;
            case 3 when value.Length == 4:
                NextHop = (UInt128)BinaryPrimitives.ReadUInt32BigEndian(value) << 96;
                (HasNextHop, NextHopFamily) = (true, Family.IPv4);
                return null;
            case 4 when value.Length == 4:
                Med = BinaryPrimitives.ReadUInt32BigEndian(value);
                HasMed = true;
                return null;
            case 5 when value.Length == 4:
                LocalPref = BinaryPrimitives.ReadUInt32BigEndian(value);
                HasLocalPref = true;
                return null;
            case 1 or 3 or 4 or 5:
                return BadLength;
            case 14:
                return MpReach.Read(value, inRib, out Reach);
            case 15:
                Unreach = value;
                HasUnreach = true;
                return value.Length < 3 ? BadLength : null;
            case 17:
                As4PathBytes = value;
                return null;
            default:
                return null;
        }
    }

    private string? ReadPath()
    {
        if (!AsPath.TryRead(AsPathBytes, WideAs, out Path))
            return AsPath.Malformed;
        if (As4PathBytes.IsEmpty)
            return null;
        // RFC 6793, 6: a malformed AS4_PATH is ignored, and so is one beside 4-byte ASes.
        if (WideAs || !AsPath.TryRead(As4PathBytes, wide: true, out var wide))
            As4PathBytes = default;
        else
            Path = AsPath.Merge(Path, wide);
        return null;
    }
}

/// <summary>
/// MP_REACH_NLRI (RFC 4760, 3). RIB dumps should carry only the length of the next hop and the next hop (RFC 6396, 4.3.4), but
/// some carry the whole attribute: its first byte, the high byte of the AFI, is then 0, which no next hop's length is.
/// <code>
///   whole   AFI(2) SAFI(1) length(1) next hop(4, 16, 32; behind an RD 12, 24, 48) reserved(1) NLRI
///   short                  length(1) next hop
/// </code>
/// </summary>
internal ref struct MpReach
{
    public bool Present;
    public ushort Afi;
    public byte Safi;
    public bool HasNextHop;
    public Family NextHopFamily;
    public UInt128 NextHop;
    public ReadOnlySpan<byte> Nlri;

    private const string Malformed = "MP_REACH_NLRI is malformed";

    public static string? Read(ReadOnlySpan<byte> value, bool inRib, out MpReach reach)
    {
        reach = default;
        reach.Present = true;
        if (value.IsEmpty)
            return Malformed;
        if (inRib && value[0] != 0)
            return value.Length == 1 + value[0] && reach.SetNextHop(value[1..]) ? null : Malformed;
        if (value.Length < 5)
            return Malformed;
        reach.Afi = BinaryPrimitives.ReadUInt16BigEndian(value);
        reach.Safi = value[2];
        int length = value[3];
        if (value.Length < 5 + length)
        {
            // Within a RIB dump some leave out the reserved byte and the prefix that the record already holds.
            return inRib && value.Length == 4 + length && reach.SetNextHop(value[4..]) ? null : Malformed;
        }

        reach.Nlri = value[(5 + length)..];
        var sound = reach.SetNextHop(value.Slice(4, length));
        return sound || reach.Safi != 1 || reach.Afi is not (1 or 2) ? null : Malformed;
    }

    private bool SetNextHop(ReadOnlySpan<byte> bytes)
    {
        const int distinguisher = 8;
        if (bytes.Length is 12 or 24 or 48)
            bytes = bytes[distinguisher..];
        if (bytes.Length == 4)
        {
            NextHop = (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 96;
            (HasNextHop, NextHopFamily) = (true, Family.IPv4);
            return true;
        }

        if (bytes.Length is not (16 or 32 or 40))
            return false;
        NextHop = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        (HasNextHop, NextHopFamily) = (true, Family.IPv6);
        return true;
    }
}
