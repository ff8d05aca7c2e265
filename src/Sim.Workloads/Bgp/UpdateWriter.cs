// SPDX-License-Identifier: MIT
using Sim.Workloads.Synthesis;

namespace Sim.Workloads.Bgp;

/// <summary>Writes BGP UPDATEs of one speaker (RFC 4271, 4.3; IPv6 by RFC 4760), once for each next hop. Consecutive prefixes with the same
/// attributes share a message, as a router sends them. The messages of a trace have their times in front:
/// <code>
///   time 8 | marker 16 | length 2 | type 1 = 2 | withdrawn's length 2, withdrawn | attributes' length 2, attributes | NLRI
///   `- big-endian: beacon 1, number 15, microseconds since the start of the trace 48
/// </code></summary>
internal sealed class UpdateWriter : IDisposable
{
    private const int MaxMessage = 4096, Header = 19, UpdateMessage = 2;

    /// <summary>Room for the header, the fields' lengths, and MP_REACH_NLRI without its prefixes.</summary>
    private const int Overhead = Header + 4 + 4 + 21;

    private readonly Family _family;
    private readonly (Stream Stream, UInt128 NextHop)[] _outputs;
    private readonly MrtBuffer _message = new(Stream.Null, 2 * MaxMessage), _nlri = new(Stream.Null, 2 * MaxMessage);
    private readonly byte[] _attributes = new byte[MaxMessage];
    private readonly HashSet<Prefix> _prefixes = [];
    private int _length;
    private bool _announces;
    private ulong _time;

    public UpdateWriter(Family family, IEnumerable<(Stream Stream, UInt128 NextHop)> outputs) => (_family, _outputs) = (family, [.. outputs]);

    /// <summary>Whether each message has a time in front.</summary>
    public bool IsTimed { get; init; }

    public long Messages { get; private set; }

    /// <summary>Announces a prefix with attributes that <see cref="PassedAttributes"/> made.</summary>
    public void Announce(Prefix prefix, ReadOnlySpan<byte> attributes, ulong time = 0)
    {
        if (!_announces || !attributes.SequenceEqual(_attributes.AsSpan(0, _length)))
            Flush();
        attributes.CopyTo(_attributes);
        Add(prefix, announces: true, attributes.Length, time);
    }

    public void Withdraw(Prefix prefix, ulong time = 0) => Add(prefix, announces: false, 0, time);

    public void Flush()
    {
        if (_nlri.Position == 0)
            return;
        Messages++;
        foreach (var (stream, nextHop) in _outputs)
        {
            _message.Clear();
            Write(nextHop);
            stream.Write(_message.Held);
        }

        _nlri.Clear();
        _prefixes.Clear();
    }

    public void Dispose()
    {
        Flush();
        foreach (var (stream, _) in _outputs)
            stream.Dispose();
    }

    private void Add(Prefix prefix, bool announces, int attributes, ulong time)
    {
        var size = 1 + (prefix.Length + 7) / 8;
        // A trace may tell a prefix twice at one time; a message names it once.
        if (announces != _announces || time != _time || Overhead + attributes + _nlri.Position + size > MaxMessage || _prefixes.Contains(prefix))
            Flush();
        _prefixes.Add(prefix);
        (_announces, _length, _time) = (announces, attributes, time);
        _nlri.Nlri(prefix);
    }

    private void Write(UInt128 nextHop)
    {
        if (IsTimed)
        {
            _message.U32((uint)(_time >> 32));
            _message.U32((uint)_time);
        }

        var start = _message.Position;
        for (var i = 0; i < 4; i++)
            _message.U32(uint.MaxValue);
        _message.U16(0);
        _message.U8(UpdateMessage);
        if (_family == Family.IPv4)
            WriteV4(nextHop);
        else
            WriteV6(nextHop);
        _message.PatchU16(start + 16, _message.Position - start);
    }

    private void WriteV4(UInt128 nextHop)
    {
        if (!_announces)
        {
            _message.U16(_nlri.Position);
            _message.Bytes(_nlri.Held);
            _message.U16(0);
            return;
        }

        _message.U16(0);
        _message.U16(7 + _length);
        _message.U8(AttributeRule.Transitive);
        _message.U8(AttributeRule.NextHop);
        _message.U8(4);
        _message.Address(Family.IPv4, nextHop);
        _message.Bytes(_attributes.AsSpan(0, _length));
        _message.Bytes(_nlri.Held);
    }

    /// <summary>An attribute with AFI 2 and SAFI 1 (unicast), and an announcement's next hop, before the prefixes.</summary>
    private void WriteV6(UInt128 nextHop)
    {
        const int extended = AttributeRule.Optional | 0x10;
        var size = 3 + (_announces ? 18 : 0) + _nlri.Position;
        _message.U16(0);
        _message.U16(4 + size + _length);
        _message.U8(extended);
        _message.U8(_announces ? AttributeRule.MpReach : AttributeRule.MpUnreach);
        _message.U16(size);
        _message.U16(2);
        _message.U8(1);
        if (_announces)
        {
            _message.U8(16);
            _message.Address(Family.IPv6, nextHop);
            _message.U8(0);
        }

        _message.Bytes(_nlri.Held);
        _message.Bytes(_attributes.AsSpan(0, _length));
    }
}
