// SPDX-License-Identifier: MIT
using System.Buffers;

namespace Sim.Workloads.Mrt;

/// <summary>Reads MRT (RFC 6396, RFC 8050), plain or from a <see cref="CompressedInput"/>. The reader reads forward in one buffer, and
/// allocates nothing per record or entry. Damage is counted, and logged under the file's name. Reading continues if the framing allows it.
/// <code>
///   MRT record   time(4) type(2) subtype(2) length(4) | body             MrtReader.cs      sections 2 and 3
///   TABLE_DUMP, TABLE_DUMP_V2                                            MrtReader.Rib.cs  sections 4.2 and 4.3
///   BGP4MP, BGP4MP_ET  time in microseconds(4), peer header | BGP message MrtReader.Messages.cs  section 4.4
///   fields of prefixes                                                   Nlri.cs
///   path attributes                                                      PathAttributes.cs, AttributeRule.cs, MpReach.cs, AsPath.cs
///   holes: NUL bytes where a record should begin                         MrtReader.Holes.cs
/// </code></summary>
public sealed partial class MrtReader(Stream input, string name, DamageLog damage)
{
    /// <summary>The maximum length of a record in bytes. A longer record is damage. The limit leaves room for 65,535 entries of the usual
    /// 100 to 200 bytes.</summary>
    public const int MaxRecord = 16 << 20;

    private const int Header = 12;
    private const string TooShort = "the record ends before its fields do";

    private readonly long _damageBefore = damage.Count;
    private byte[] _buffer = [];
    private int _start, _end;
    private bool _ended;
    private long _offset;
    private MrtRoute _route;

    public MrtPeers Peers { get; } = new();

    /// <summary>The counts so far, which are complete when <see cref="Read"/> has returned.</summary>
    public MrtCounts Counts { get; } = new();

    /// <summary>Reads to the end, or until the framing is lost.</summary>
    /// <exception cref="IOException">Thrown if the device fails during a read. Damage to the container or the content is logged, not
    /// thrown.</exception>
    /// <exception cref="UnsupportedContainerException">Thrown if the container uses an unsupported feature.</exception>
    public void Read<THandler>(ref THandler handler) where THandler : struct, IMrtHandler
    {
        _buffer = ArrayPool<byte>.Shared.Rent(2 << 20);
        try
        {
            ReadRecords(ref handler);
            _pathIds.Report(name, Peers, damage);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        Counts.Bytes = _offset;
        Counts.Peers = Peers.Count;
        Counts.Damage = damage.Count - _damageBefore;
    }

    private void ReadRecords<THandler>(ref THandler handler) where THandler : struct, IMrtHandler
    {
        var strange = false;
        while (SkipNuls() && NextHeader(out var type, out var subtype, out var length))
        {
            Counts.AddRecord(type, subtype);
            (_route.Record, _route.Offset) = (Counts.Records, _offset);
            var assigned = MrtTypes.IsAssigned(type);
            if (!assigned)
                Complain($"type {type} is not an MRT record type");
            // One unknown type may be a flipped bit. Two in a row, or one in the first record, mean that this is not
            // MRT.
            if (!assigned && (strange || Counts.Records == 1))
                break;
            strange = !assigned;
            if (!Ensure(Header + length))
            {
                Complain($"the record is cut off: {_end - _start - Header} of {length} bytes");
                break;
            }

            if (EndsInHole(length))
                Complain("the record ends in NUL bytes, and more follow it: its end was never written");
            else if (assigned && ReadBody(ref handler, type, subtype, _buffer.AsSpan(_start + Header, length)) is { } wrong)
                Complain(wrong);
            Advance(Header + length);
        }
    }

    /// <summary>Reads the body of a record. Returns the error in the body, or null.</summary>
    private string? ReadBody<THandler>(ref THandler handler, ushort type, ushort subtype, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        _route.Time = seconds * 1_000_000L;
        (_route.PathId, _route.Originated) = (0, 0);
        return type switch
        {
            MrtTypes.TableDump => ReadTableDump(ref handler, subtype, body),
            MrtTypes.TableDumpV2 => ReadTableDumpV2(ref handler, subtype, body),
            MrtTypes.Bgp4mp => ReadBgp4mp(ref handler, subtype, body),
            MrtTypes.Bgp4mpEt => TakeMicroseconds(ref body) ? ReadBgp4mp(ref handler, subtype, body) : TooShort,
            _ => Skip(),
        };
    }

    private bool TakeMicroseconds(ref ReadOnlySpan<byte> body)
    {
        if (body.Length < 4)
            return false;
        var micro = BinaryPrimitives.ReadUInt32BigEndian(body);
        if (micro < 1_000_000)
            _route.Time += micro;
        else
            Complain($"{micro:N0} microseconds are a second or more: the record counts for the second that it states");
        body = body[4..];
        return true;
    }

    private bool NextHeader(out ushort type, out ushort subtype, out int length)
    {
        (type, subtype, length) = (0, 0, 0);
        if (!Ensure(Header))
        {
            if (_end > _start)
                damage.Add(name, Counts.Records + 1, _offset, $"the record header is cut off: {_end - _start} of {Header} bytes");
            return false;
        }

        var header = _buffer.AsSpan(_start, Header);
        type = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        subtype = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        var wide = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        length = (int)Math.Min(wide, int.MaxValue);
        if (wide <= MaxRecord)
            return true;
        damage.Add(name, Counts.Records + 1, _offset, $"a record of {wide} bytes: the framing is lost, or this is not MRT");
        return false;
    }

    private void Advance(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    /// <summary>Makes <paramref name="count"/> bytes from <c>_start</c> on available. Returns false if the content ends before the last of
    /// these bytes.</summary>
    private bool Ensure(int count)
    {
        if (_end - _start >= count)
            return true;
        if (!_ended)
            Fill(count);
        return _end - _start >= count;
    }

    private void Fill(int count)
    {
        var old = _buffer;
        if (old.Length < count)
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        Buffer.BlockCopy(old, _start, _buffer, 0, _end - _start);
        _end -= _start;
        _start = 0;
        if (old != _buffer)
            ArrayPool<byte>.Shared.Return(old);
        try
        {
            while (_end < count && !_ended)
            {
                var read = input.Read(_buffer.AsSpan(_end));
                _end += read;
                _ended = read == 0;
            }
        }
        catch (ContainerDamageException cut)
        {
            damage.Add(name, 0, _offset + _end, cut.Message);
            _ended = true;
        }
    }

    private void Complain(string what) => damage.Add(name, Counts.Records, _offset, what);
}
