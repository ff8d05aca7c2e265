// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Synthesis;

/// <summary>One announcement or withdrawal of a synthetic trace.</summary>
/// <param name="Microseconds">Time, microseconds since 1970.</param>
/// <param name="Prefix">The prefix.</param>
/// <param name="Peer">The peer that sends it, by its number in <see cref="MadePeers.Make"/>.</param>
/// <param name="Announce">True announces, false withdraws.</param>
/// <param name="OriginAs">Origin AS of an announcement; if 0, one is drawn.</param>
/// <param name="Variant">
/// The number of the announced path among the peer's possible ones. The same variant of the same prefix is a duplicate,
/// another one is a change of attributes.
/// </param>
/// <param name="Med">MULTI_EXIT_DISC of an announcement; if 0, it is drawn with the path.</param>
public readonly record struct RouteUpdate(
    long Microseconds, Prefix Prefix, int Peer, bool Announce, uint OriginAs = 0, uint Variant = 0, uint Med = 0);

/// <summary>
/// Writes a trace of updates as BGP4MP_ET, MESSAGE_AS4 (RFC 6396, 3 and 4.4.3). Each change is one BGP UPDATE (RFC 4271,
/// 4.3; IPv6 in MP_REACH_NLRI and MP_UNREACH_NLRI, RFC 4760). Deterministic by seed; streams.
/// <code>
///   MRT header   seconds 4 | type 2 = 17 | subtype 2 = 4 | length 4 | microseconds 4
///   BGP4MP       peer AS 4 | local AS 4 | interface 2 | family 2 | peer address | local address
///   BGP          marker 16 | length 2 | type 1 = 2 | withdrawn's length 2, withdrawn | attributes' length 2, attributes | NLRI
/// </code>
/// </summary>
public sealed class MrtUpdateWriter(Stream output, ulong seed) : IDisposable
{
    private const int Bgp4MpEt = 17;
    private const int MessageAs4 = 4;
    private const int UpdateMessage = 2;
    private const int MaxRecord = 16 + 12 + 32 + 19 + 4 + MrtAttributes.MaxLength + 64;

    private readonly MrtBuffer _buffer = new(output);
    private readonly MrtAttributes _attributes = new();
    private long _records;

    /// <summary>Counts of the records and bytes written so far.</summary>
    public WrittenMrt Counts => new(_records, _records, _buffer.Flushed + _buffer.Position);

    /// <summary>Writes one change.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time before 1970 or after 2106, or a peer below 0 or too high.</exception>
    public void Write(in RouteUpdate change)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(change.Peer, nameof(change));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(change.Peer, MadePeers.Most, nameof(change));
        ArgumentOutOfRangeException.ThrowIfNegative(change.Microseconds, nameof(change));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(change.Microseconds / 1_000_000, uint.MaxValue, nameof(change));
        var peer = MadePeers.Make(change.Prefix.Family, change.Peer);
        _buffer.Reserve(MaxRecord);
        var body = MrtWriter.BeginRecord(_buffer, (uint)(change.Microseconds / 1_000_000), Bgp4MpEt, MessageAs4);
        _buffer.U32((uint)(change.Microseconds % 1_000_000));
        _buffer.U32(peer.As);
        _buffer.U32(MadePeers.CollectorAs);
        _buffer.U16(0);
        _buffer.U16(peer.Family == Family.IPv4 ? 1 : 2);
        _buffer.Address(peer.Family, peer.Address);
        _buffer.Address(peer.Family, MadePeers.Collector(peer.Family));
        var message = _buffer.Position;
        for (var i = 0; i < 4; i++)
            _buffer.U32(uint.MaxValue);
        _buffer.U16(0);
        _buffer.U8(UpdateMessage);
        if (peer.Family == Family.IPv4)
            UpdateV4(peer, change);
        else
            UpdateV6(peer, change);
        _buffer.PatchU16(message + 16, _buffer.Position - message);
        MrtWriter.EndRecord(_buffer, body);
        _records++;
    }

    /// <summary>Writes out the bytes held.</summary>
    public void Flush() => _buffer.Flush();

    /// <summary>Writes out the bytes held. The stream stays open.</summary>
    public void Dispose() => Flush();

    private void UpdateV4(MrtPeer peer, in RouteUpdate change)
    {
        if (!change.Announce)
        {
            _buffer.U16(1 + (change.Prefix.Length + 7) / 8);
            _buffer.Nlri(change.Prefix);
            _buffer.U16(0);
            return;
        }

        Draw(peer, change);
        _buffer.U16(0);
        _buffer.U16(_attributes.Bytes.Length);
        _buffer.Bytes(_attributes.Bytes);
        _buffer.Nlri(change.Prefix);
    }

    private void UpdateV6(MrtPeer peer, in RouteUpdate change)
    {
        var nlri = 1 + (change.Prefix.Length + 7) / 8;
        _buffer.U16(0);
        if (!change.Announce)
        {
            // MP_UNREACH_NLRI: AFI 2, SAFI 1 (unicast), prefix.
            _buffer.U16(3 + 3 + nlri);
            AttributeHead(15, 3 + nlri);
            _buffer.Nlri(change.Prefix);
            return;
        }

        Draw(peer, change);
        // MP_REACH_NLRI: AFI 2, SAFI 1, next hop's length and address, a reserved byte, prefix.
        _buffer.U16(_attributes.Bytes.Length + 3 + 21 + nlri);
        _buffer.Bytes(_attributes.Bytes);
        AttributeHead(14, 21 + nlri);
        _buffer.U8(16);
        _buffer.Address(Family.IPv6, peer.Address);
        _buffer.U8(0);
        _buffer.Nlri(change.Prefix);
    }

    private void AttributeHead(int type, int length)
    {
        _buffer.U8(0x80);
        _buffer.U8(type);
        _buffer.U8(length);
        _buffer.U16(2);
        _buffer.U8(1);
    }

    private void Draw(MrtPeer peer, in RouteUpdate change)
    {
        var group = MrtAttributes.GroupOf(change.Prefix, change.OriginAs);
        _attributes.Write(peer, group, change.OriginAs, peer.Address, change.Variant, seed, change.Med);
    }
}
