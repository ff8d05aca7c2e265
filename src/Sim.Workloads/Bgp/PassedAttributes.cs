// SPDX-License-Identifier: MIT
using Sim.Workloads.Synthesis;

namespace Sim.Workloads.Bgp;

/// <summary>Path attributes as a BGP speaker passes them on to an external peer (RFC 4271, 5). All attributes are kept but these:
/// <list type="bullet">
/// <item>AS_PATH gets the speaker's own AS in front, and has AS numbers of 4 bytes. Confederation segments are left out, and
/// <see cref="SpeakerLab.Passed"/> replaces what the receiver would refuse.</item>
/// <item>NEXT_HOP, MP_REACH_NLRI and MP_UNREACH_NLRI are left out, because the writer of the message adds them.</item>
/// <item>LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST, AS4_PATH, AS4_AGGREGATOR and an AGGREGATOR with an AS of 2 bytes do not belong into such a session.</item>
/// <item>An attribute of a wrong form is left out. An ORIGIN that is missing becomes INCOMPLETE.</item>
/// </list></summary>
internal sealed class PassedAttributes
{
    /// <summary>The maximum number of bytes, so that a message of 4,096 bytes has room for a next hop and some prefixes.</summary>
    public const int MaxLength = 3_900;

    private const int MaxSegment = 255;
    private const byte Incomplete = 2;

    private readonly MrtBuffer _buffer = new(Stream.Null, 2 * ushort.MaxValue);
    private readonly MrtBuffer _path = new(Stream.Null, 2 * ushort.MaxValue);

    public ReadOnlySpan<byte> Bytes => _buffer.Held;

    /// <summary>Makes the attributes that a speaker of the AS <paramref name="own"/> passes on. The speaker's AS comes <paramref name="times"/>
    /// times. Returns false if they are longer than <see cref="MaxLength"/>.</summary>
    public bool Write(ReadOnlySpan<byte> received, bool wide, uint own, int times)
    {
        _buffer.Clear();
        var path = ReadOnlySpan<byte>.Empty;
        Span<bool> seen = stackalloc bool[byte.MaxValue + 1];
        seen.Clear();
        for (var rest = received; PathAttributes.TryTake(ref rest, out var flags, out var type, out var value);)
        {
            ref readonly var rule = ref AttributeRule.Of(type);
            var fits = rule.Fault == Fault.None || rule.Fits(value.Length) && (flags & (AttributeRule.Optional | AttributeRule.Transitive)) == rule.Flags;
            // Of an attribute that comes twice, the first counts (RFC 7606, 3 g), and the reader has not looked at the second.
            if (seen[type])
                continue;
            seen[type] = true;
            if (type == AttributeRule.AsPath)
                path = value;
            else if (fits && !rule.Internal && IsPassed(type, value.Length))
                Attribute(flags, type, value);
        }

        // Entries of a dump may lack an ORIGIN, and a receiver would withdraw their prefixes.
        if (!seen[AttributeRule.Origin])
            Attribute(AttributeRule.Transitive, AttributeRule.Origin, [Incomplete]);
        Path(path, wide, own, times);
        Attribute(AttributeRule.Transitive, AttributeRule.AsPath, _path.Held);
        return _buffer.Position <= MaxLength;
    }

    private static bool IsPassed(byte type, int length) => type switch
    {
        AttributeRule.NextHop or AttributeRule.MpReach or AttributeRule.MpUnreach or AttributeRule.As4Path or AttributeRule.As4Aggregator => false,
        AttributeRule.Aggregator => length == 8,
        _ => true,
    };

    private void Attribute(byte flags, byte type, ReadOnlySpan<byte> value)
    {
        const byte extended = 0x10;
        _buffer.U8(value.Length > byte.MaxValue ? flags | extended : flags & ~extended);
        _buffer.U8(type);
        if (value.Length > byte.MaxValue)
            _buffer.U16(value.Length);
        else
            _buffer.U8(value.Length);
        _buffer.Bytes(value);
    }

    /// <summary>Writes the path with the speaker's AS in front: in the first segment, or in one of its own.
    /// <code>
    ///   sequence 3: A B C     ->  sequence 4: own A B C
    ///   set 2: A B            ->  sequence 1: own | set 2: A B
    /// </code></summary>
    private void Path(ReadOnlySpan<byte> received, bool wide, uint own, int times)
    {
        var size = wide ? 4 : 2;
        _path.Clear();
        var joins = received.Length >= 2 && received[0] == AsPath.Sequence && received[1] + times <= MaxSegment;
        _path.U8(AsPath.Sequence);
        _path.U8(joins ? received[1] + times : times);
        for (var i = 0; i < times; i++)
            _path.U32(own);
        for (var first = true; !received.IsEmpty; first = false)
        {
            var kind = received[0];
            var ases = received.Slice(2, size * received[1]);
            received = received[(2 + ases.Length)..];
            if (kind is not (AsPath.Sequence or AsPath.Set))
                continue;
            if (!first || !joins)
            {
                _path.U8(kind);
                _path.U8(ases.Length / size);
            }

            for (; !ases.IsEmpty; ases = ases[size..])
                _path.U32(SpeakerLab.Passed(AsPath.ReadAs(ases, wide)));
        }
    }
}
