// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <content>BGP4MP: RFC 6396, 4.4; RFC 8050, 3; the UPDATE message: RFC 4271, 4.3 and RFC 4760.</content>
public sealed partial class MrtReader
{
    private const byte Update = 2;
    private const byte Unicast = 1;

    private string? ReadBgp4mp<THandler>(ref THandler handler, ushort subtype, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        switch (subtype)
        {
            case MrtTypes.StateChange:
                return ReadStateChange(ref handler, wide: false, body);
            case MrtTypes.StateChangeAs4:
                return ReadStateChange(ref handler, wide: true, body);
            case MrtTypes.Message or MrtTypes.MessageLocal:
                return ReadMessage(ref handler, wide: false, addPath: false, body);
            case MrtTypes.MessageAs4 or MrtTypes.MessageAs4Local:
                return ReadMessage(ref handler, wide: true, addPath: false, body);
            case MrtTypes.MessageAddPath or MrtTypes.MessageLocalAddPath:
                return ReadMessage(ref handler, wide: false, addPath: true, body);
            case MrtTypes.MessageAs4AddPath or MrtTypes.MessageAs4LocalAddPath:
                return ReadMessage(ref handler, wide: true, addPath: true, body);
            default:
                Counts.SkippedRecords++;
                return null;
        }
    }

    /// <summary>
    /// <code>peer AS(2 or 4) local AS(2 or 4) interface(2) AFI(2) peer address(4 or 16) local address(4 or 16) | rest</code>
    /// </summary>
    private string? TakePeer(ref ReadOnlySpan<byte> body, bool wide)
    {
        var asSize = wide ? 4 : 2;
        if (body.Length < 2 * asSize + 4)
            return TooShort;
        var peerAs = AsPath.ReadAs(body, wide);
        var afi = BinaryPrimitives.ReadUInt16BigEndian(body[(2 * asSize + 2)..]);
        if (afi is not (MrtTypes.AfiIPv4 or MrtTypes.AfiIPv6))
            return "the peer's address is of an unknown family";
        var family = afi == MrtTypes.AfiIPv4 ? Family.IPv4 : Family.IPv6;
        body = body[(2 * asSize + 4)..];
        var width = family.Bits() / 8;
        if (body.Length < 2 * width)
            return TooShort;
        _route.Peer = Peers.Intern(new MrtPeer(family, ReadAddress(body, family), peerAs, 0));
        body = body[(2 * width)..];
        return _route.Peer < 0 ? TooManyPeers : null;
    }

    private string? ReadStateChange<THandler>(ref THandler handler, bool wide, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        if (TakePeer(ref body, wide) is { } wrong)
            return wrong;
        if (body.Length < 4)
            return TooShort;
        Counts.StateChanges++;
        var from = BinaryPrimitives.ReadUInt16BigEndian(body);
        handler.StateChange(_route.Peer, _route.Time, from, BinaryPrimitives.ReadUInt16BigEndian(body[2..]));
        return null;
    }

    /// <summary><code>peer header | marker(16) length(2) type(1) | message</code></summary>
    private string? ReadMessage<THandler>(ref THandler handler, bool wide, bool addPath, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        const int header = 19;
        if (TakePeer(ref body, wide) is { } wrong)
            return wrong;
        if (body.Length < header)
            return TooShort;
        if (body[..16].IndexOfAnyExcept((byte)0xFF) >= 0)
            return "the BGP message has no marker";
        int length = BinaryPrimitives.ReadUInt16BigEndian(body[16..]);
        if (length < header || length > body.Length)
            return "the BGP message's length does not fit the record";
        if (body[18] != Update)
        {
            Counts.OtherMessages++;
            return null;
        }

        return ReadUpdate(ref handler, wide, addPath, body[header..length]);
    }

    /// <summary>
    /// <code>length(2) withdrawn IPv4 prefixes | length(2) path attributes | announced IPv4 prefixes</code>
    /// The attributes are read before anything is delivered: an UPDATE whose attributes are malformed is left out whole.
    /// </summary>
    private string? ReadUpdate<THandler>(ref THandler handler, bool wide, bool addPath, ReadOnlySpan<byte> message)
        where THandler : struct, IMrtHandler
    {
        if (!TakeCounted(ref message, out var withdrawn) || !TakeCounted(ref message, out var attributes))
            return "the fields of the UPDATE run past its end";
        if (PathAttributes.Read(attributes, wide, inRib: false, out var read) is { } wrong)
            return wrong;
        wrong = Withdraw(ref handler, withdrawn, Family.IPv4, addPath);
        if (read.HasUnreach)
        {
            if (IsUnicast(BinaryPrimitives.ReadUInt16BigEndian(read.Unreach), read.Unreach[2], out var family))
                wrong ??= Withdraw(ref handler, read.Unreach[3..], family, addPath);
        }

        wrong ??= Announce(ref handler, message, Family.IPv4, addPath, in read);
        if (read.Reach.Present)
        {
            read.UseReachNextHop();
            if (IsUnicast(read.Reach.Afi, read.Reach.Safi, out var family))
                wrong ??= Announce(ref handler, read.Reach.Nlri, family, addPath, in read);
        }

        return wrong;
    }

    /// <summary>Whether a family is IPv4 or IPv6 unicast; the others are counted.</summary>
    private bool IsUnicast(ushort afi, byte safi, out Family family)
    {
        family = afi == MrtTypes.AfiIPv4 ? Family.IPv4 : Family.IPv6;
        if (afi is (MrtTypes.AfiIPv4 or MrtTypes.AfiIPv6) && safi == Unicast)
            return true;
        Counts.OtherFamilies++;
        return false;
    }

    private static bool TakeCounted(ref ReadOnlySpan<byte> message, out ReadOnlySpan<byte> field)
    {
        field = default;
        if (message.Length < 2)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(message);
        if (message.Length < 2 + length)
            return false;
        field = message.Slice(2, length);
        message = message[(2 + length)..];
        return true;
    }

    private string? Announce<THandler>(
        ref THandler handler, ReadOnlySpan<byte> nlri, Family family, bool addPath, ref readonly PathAttributes attributes)
        where THandler : struct, IMrtHandler
    {
        while (!nlri.IsEmpty)
        {
            if (TakeNlri(ref nlri, family, addPath) is { } wrong)
                return wrong;
            Counts.Announcements++;
            handler.Announce(in _route, in attributes);
        }

        return null;
    }

    private string? Withdraw<THandler>(ref THandler handler, ReadOnlySpan<byte> nlri, Family family, bool addPath)
        where THandler : struct, IMrtHandler
    {
        while (!nlri.IsEmpty)
        {
            if (TakeNlri(ref nlri, family, addPath) is { } wrong)
                return wrong;
            Counts.Withdrawals++;
            handler.Withdraw(in _route);
        }

        return null;
    }

    private string? TakeNlri(ref ReadOnlySpan<byte> nlri, Family family, bool addPath)
    {
        if (addPath)
        {
            if (nlri.Length < 4)
                return TooShort;
            _route.PathId = BinaryPrimitives.ReadUInt32BigEndian(nlri);
            nlri = nlri[4..];
        }

        return TakePrefix(ref nlri, family, out _route.Prefix);
    }
}
