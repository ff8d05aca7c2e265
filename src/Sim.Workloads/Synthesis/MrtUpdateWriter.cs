// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>One announcement or withdrawal of a synthetic trace, by a peer that <see cref="MadePeers.Make"/> makes. If the origin AS or the
/// MULTI_EXIT_DISC is 0, the writer draws a value. The variant selects one of the peer's possible paths to the prefix: repeating the same
/// variant makes a duplicate, and another variant makes a change of attributes.</summary>
public readonly record struct RouteUpdate(long Microseconds, Prefix Prefix, int Peer, bool Announce, uint OriginAs = 0, uint Variant = 0, uint Med = 0);

/// <summary>Writes a trace of updates as BGP4MP_ET, MESSAGE_AS4 (RFC 6396, 3 and 4.4.3). Each change is one BGP UPDATE
/// (RFC 4271, 4.3; IPv6 in MP_REACH_NLRI and MP_UNREACH_NLRI, RFC 4760). The same seed gives the same bytes. Memory
/// does not grow with the trace.
/// <code>
///   MRT header   seconds 4 | type 2 = 17 | subtype 2 = 4 | length 4 | microseconds 4
///   BGP4MP       peer AS 4 | local AS 4 | interface 2 | family 2 | peer address | local address
///   BGP          marker 16 | length 2 | type 1 = 2 | withdrawn's length 2, withdrawn | attributes' length 2, attributes | NLRI
/// </code></summary>
public sealed class MrtUpdateWriter(Stream output, ulong seed) : IDisposable
{
    private const int UpdateMessage = 2;
    private const int MaxRecord = 16 + 12 + 32 + 19 + 4 + MrtAttributes.MaxLength + 64;

    private readonly MrtBuffer _buffer = new(output);
    private readonly MrtAttributes _attributes = new();
    private long _records;

    public WrittenMrt Counts => new(_records, _records, _buffer.Flushed + _buffer.Position);

    /// <exception cref="ArgumentOutOfRangeException">Thrown if the time is before 1970 or after 2106, or the peer is below 0 or too
    /// high.</exception>
    public void Write(in RouteUpdate change)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(change.Peer, nameof(change));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(change.Peer, MadePeers.Most, nameof(change));
        ArgumentOutOfRangeException.ThrowIfNegative(change.Microseconds, nameof(change));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(change.Microseconds / 1_000_000, uint.MaxValue, nameof(change));
        var peer = MadePeers.Make(change.Prefix.Family, change.Peer);
        _buffer.Reserve(MaxRecord);
        var body = MrtWriter.BeginRecord(_buffer, (uint)(change.Microseconds / 1_000_000), MrtTypes.Bgp4mpEt, MrtTypes.MessageAs4);
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

    public void Flush() => _buffer.Flush();

    /// <summary>Writes out the bytes held. The stream stays open.</summary>
    public void Dispose() => Flush();

    private void UpdateV4(MrtPeer peer, in RouteUpdate change)
    {
        _buffer.U16(change.Announce ? 0 : 1 + (change.Prefix.Length + 7) / 8);
        if (change.Announce)
        {
            Draw(peer, change);
            _buffer.U16(_attributes.Bytes.Length);
            _buffer.Bytes(_attributes.Bytes);
        }

        _buffer.Nlri(change.Prefix);
        if (!change.Announce)
            _buffer.U16(0);
    }

    private void UpdateV6(MrtPeer peer, in RouteUpdate change)
    {
        var nlri = 1 + (change.Prefix.Length + 7) / 8;
        _buffer.U16(0);
        if (!change.Announce)
        {
            // MP_UNREACH_NLRI: AFI 2, SAFI 1 (unicast), prefix.
            _buffer.U16(3 + 3 + nlri);
            AttributeHead(AttributeRule.MpUnreach, 3 + nlri);
            _buffer.Nlri(change.Prefix);
            return;
        }

        Draw(peer, change);
        // MP_REACH_NLRI: AFI 2, SAFI 1, next hop's length and address, a reserved byte, prefix.
        _buffer.U16(_attributes.Bytes.Length + 3 + 21 + nlri);
        _buffer.Bytes(_attributes.Bytes);
        AttributeHead(AttributeRule.MpReach, 21 + nlri);
        _buffer.U8(16);
        _buffer.Address(Family.IPv6, peer.Address);
        _buffer.U8(0);
        _buffer.Nlri(change.Prefix);
    }

    private void AttributeHead(int type, int length)
    {
        _buffer.U8(AttributeRule.Optional);
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

/// <summary>A generated trace as a stream, with the content that <see cref="MrtUpdateWriter"/> writes. The seed decides paths and
/// attributes. The content is made while it is read, so a reader of traces needs no file. Reading uses up the generator.
/// <paramref name="made"/> is called from time to time with the number of events made, and may throw to end the reading. Memory: one or two
/// megabytes in addition to the generator's memory.</summary>
public sealed class GeneratedTraceStream(TraceGenerator generator, ulong seed, Action<long>? made = null) : ForwardStream
{
    private const int Chunk = 8192;

    private readonly MemoryStream _buffer = new();
    private MrtUpdateWriter? _writer;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        if (_buffer.Position == _buffer.Length && !_ended)
            Fill();
        return _buffer.Read(buffer);
    }

    private void Fill()
    {
        _buffer.SetLength(0);
        _writer ??= new MrtUpdateWriter(_buffer, seed);
        for (var i = 0; i < Chunk && !_ended; i++)
        {
            if (generator.TryNext(out var change))
                _writer.Write(in change);
            else
                _ended = true;
        }

        _writer.Flush();
        _buffer.Position = 0;
        made?.Invoke(_writer.Counts.Records);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer?.Dispose();
            _buffer.Dispose();
        }

        base.Dispose(disposing);
    }
}
