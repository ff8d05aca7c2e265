// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <content>Reads BGP4MP records (RFC 6396, 4.4; RFC 8050, 3) and their UPDATE messages (RFC 4271, 4.3; RFC 4760).</content>
public sealed partial class MrtReader
{
    private const byte Update = 2;
    private readonly NlriFields _nlri = new();
    private readonly PathIdSigns _pathIds = new();
    private readonly List<Family> _doubtful = [];
    private bool _external;

    private string? ReadBgp4mp<THandler>(ref THandler handler, ushort subtype, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler => subtype switch
        {
            MrtTypes.StateChange => ReadStateChange(ref handler, wide: false, body),
            MrtTypes.StateChangeAs4 => ReadStateChange(ref handler, wide: true, body),
            MrtTypes.Message or MrtTypes.MessageLocal => ReadMessage(ref handler, wide: false, addPath: false, body),
            MrtTypes.MessageAs4 or MrtTypes.MessageAs4Local => ReadMessage(ref handler, wide: true, addPath: false, body),
            MrtTypes.MessageAddPath or MrtTypes.MessageLocalAddPath => ReadMessage(ref handler, wide: false, addPath: true, body),
            MrtTypes.MessageAs4AddPath or MrtTypes.MessageAs4LocalAddPath => ReadMessage(ref handler, wide: true, addPath: true, body),
            _ => Skip(),
        };

    /// <summary>Counts a record that carries no unicast routes.</summary>
    private string? Skip()
    {
        Counts.SkippedRecords++;
        return null;
    }

    /// <summary><code>peer AS(2 or 4) local AS(2 or 4) interface(2) AFI(2) peer address(4 or 16) local address(4 or 16) | rest</code></summary>
    private string? TakePeer(ref ReadOnlySpan<byte> body, bool wide)
    {
        var asSize = wide ? 4 : 2;
        if (body.Length < 2 * asSize + 4)
            return TooShort;
        var peerAs = AsPath.ReadAs(body, wide);
        _external = peerAs != AsPath.ReadAs(body[asSize..], wide);
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
        if (body.Length != 4)
            return body.Length < 4 ? TooShort : "bytes follow the states";
        var (from, to) = (BinaryPrimitives.ReadUInt16BigEndian(body), BinaryPrimitives.ReadUInt16BigEndian(body[2..]));
        // RFC 6396, 4.4.1: Idle is 1, Established 6. Some write 0 for a session whose state they did not know.
        if (from > MrtTypes.Established || to is 0 or > MrtTypes.Established)
            return $"a change from state {from} to {to}, which are not both states of a session";
        Counts.StateChanges++;
        handler.StateChange(_route.Peer, _route.Time, from, to);
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
        if (length < header || length != body.Length)
            return "the BGP message's length does not fit the record";
        if (body[18] != Update)
            return null;

        return ReadUpdate(ref handler, wide, addPath, body[header..length]);
    }

    /// <summary>
    /// <code>length(2) withdrawn IPv4 prefixes | length(2) path attributes | announced IPv4 prefixes</code>
    /// The whole UPDATE is checked before any prefix is delivered. Errors are handled as in RFC 7606:
    /// <list type="bullet">
    /// <item>Some errors would reset the session (3 b, g, i, j and 5.3): a refused field of prefixes, lengths that do not fit the UPDATE,
    /// and an MP_REACH_NLRI or MP_UNREACH_NLRI that is malformed or occurs twice. After such an error no field is trusted, and nothing of
    /// the UPDATE is used; see <see cref="Fault.Reset"/>.</item>
    /// <item>If another attribute is malformed or missing, all prefixes of the UPDATE are withdrawn, including the prefixes that it
    /// announces. If nothing is announced, RFC 7606 (5.2) asks for a reset instead. This reader still withdraws the prefixes, because the
    /// error may hide an announcement, and a reset would also remove the withdrawn prefixes.</item>
    /// </list></summary>
    private string? ReadUpdate<THandler>(ref THandler handler, bool wide, bool addPath, ReadOnlySpan<byte> message)
        where THandler : struct, IMrtHandler
    {
        if (!TakeCounted(ref message, out var withdrawn) || !TakeCounted(ref message, out var attributes))
            return "the fields of the UPDATE run past its end";
        PathAttributes.Read(attributes, new AttributeSource(wide, InRib: false, _external), out var read);
        if (read.Fault == Fault.Reset)
            return read.Complaint("");
        _nlri.Clear();
        _doubtful.Clear();
        var wrong = Take("withdrawn routes", withdrawn, Family.IPv4, addPath);
        if (read.HasUnreach)
            wrong ??= TakeUnicast("MP_UNREACH_NLRI", BinaryPrimitives.ReadUInt16BigEndian(read.Unreach), read.Unreach[2], read.Unreach[3..], addPath);
        var withdrawals = _nlri.Count;
        wrong ??= Take("announced routes", message, Family.IPv4, addPath);
        var reach = _nlri.Count;
        if (read.Reach.Present)
            wrong ??= TakeUnicast("MP_REACH_NLRI", read.Reach.Afi, read.Reach.Safi, read.Reach.Nlri, addPath);
        if (wrong is not null)
            return wrong;
        foreach (var family in _doubtful)
            _pathIds.Doubt(in _route, family, addPath);
        if (_nlri.Count > withdrawals)
            read.RequireMandatory(nextHop: reach > withdrawals);
        Deliver(ref handler, withdrawals, reach, ref read);
        return read.Fault == Fault.None ? null : read.Complaint("what the UPDATE announces is withdrawn");
    }

    /// <summary>Delivers the prefixes of an UPDATE. The first <paramref name="withdrawals"/> prefixes are withdrawn. The other prefixes are
    /// announced, or treated as withdrawn. The prefixes of MP_REACH_NLRI begin at <paramref name="reach"/>.</summary>
    private void Deliver<THandler>(ref THandler handler, int withdrawals, int reach, ref PathAttributes read)
        where THandler : struct, IMrtHandler
    {
        Withdraw(ref handler, ..withdrawals);
        if (read.Fault == Fault.Withdraw)
        {
            _route.Malformed = true;
            Withdraw(ref handler, withdrawals..);
            _route.Malformed = false;
            return;
        }

        Announce(ref handler, withdrawals..reach, in read);
        if (read.Reach.Present)
            read.UseReachNextHop();
        Announce(ref handler, reach.., in read);
    }

    private string? Take(string field, ReadOnlySpan<byte> nlri, Family family, bool addPath)
    {
        if (nlri.IsEmpty)
            return null;
        var wrong = _nlri.Take(nlri, family, addPath, ref _pathIds[_route.Peer, family], out var isDoubtful);
        if (isDoubtful)
            _doubtful.Add(family);
        return wrong is null ? null : $"{field}: {wrong}: nothing of the UPDATE is used";
    }

    /// <summary>Takes the prefixes of a field of IPv4 or IPv6 unicast. Fields of other families are passed over.</summary>
    private string? TakeUnicast(string field, ushort afi, byte safi, ReadOnlySpan<byte> nlri, bool addPath) =>
        afi is (MrtTypes.AfiIPv4 or MrtTypes.AfiIPv6) && safi == MpReach.UnicastSafi
            ? Take(field, nlri, afi == MrtTypes.AfiIPv4 ? Family.IPv4 : Family.IPv6, addPath) : null;

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

    private void Announce<THandler>(ref THandler handler, Range range, ref readonly PathAttributes attributes)
        where THandler : struct, IMrtHandler
    {
        foreach (ref readonly var entry in _nlri[range])
        {
            (_route.Prefix, _route.PathId) = (entry.Prefix, entry.PathId);
            Counts.Announcements++;
            handler.Announce(in _route, in attributes);
        }
    }

    private void Withdraw<THandler>(ref THandler handler, Range range) where THandler : struct, IMrtHandler
    {
        foreach (ref readonly var entry in _nlri[range])
        {
            (_route.Prefix, _route.PathId) = (entry.Prefix, entry.PathId);
            Counts.Withdrawals++;
            handler.Withdraw(in _route);
        }
    }
}
