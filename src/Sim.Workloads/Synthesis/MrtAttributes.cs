// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>Makes path attributes (RFC 4271, 4.3 and 5) like those of a full feed: ORIGIN, AS_PATH, next hop, MED in one of ten,
/// communities in one of five. AS_PATH leads from the peer's AS over private transit ASes to the origin. A path has 2 to 8 ASes, 3.5 on
/// average; 2 % of the paths are prepended, and 0.3 % end in an AS_SET. Attributes depend only on the seed, the peer, the group and the
/// variant, so prefixes of one origin share their attributes at one peer, as in a real dump.</summary>
internal sealed class MrtAttributes
{
    /// <summary>The maximum number of bytes that <see cref="Write"/> and <see cref="AppendShortReach"/> write together.</summary>
    public const int MaxLength = 160;

    private const int TransitAses = 400, Origins = 75_000;
    private const uint FirstTransitAs = 65_000, SyntheticOrigins = 4_210_000_000;

    private readonly MrtBuffer _buffer = new(Stream.Null, MaxLength);

    /// <summary>The attributes that were written last.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.Held;

    /// <summary>Returns the group of prefixes that share attributes: the origin AS or, if the origin is unknown, the allocation (IPv4 /20,
    /// IPv6 /32) that contains the prefix.</summary>
    public static ulong GroupOf(Prefix prefix, uint originAs) =>
        originAs != 0 ? originAs : 1UL << 63 | (ulong)(prefix.Address >> (prefix.Family == Family.IPv4 ? 108 : 96));

    /// <summary>Writes ORIGIN, AS_PATH, NEXT_HOP (IPv4 only), MED and communities, in order of type. A <paramref name="med"/> other than 0
    /// replaces the drawn MED and changes nothing else.</summary>
    public void Write(MrtPeer peer, ulong group, uint originAs, UInt128 nextHop, ulong variant, ulong seed, uint med = 0)
    {
        var rng = Rng.Derive(seed + variant, group ^ Rng.Mix(peer.As));
        _buffer.Clear();

        // ORIGIN: IGP nine times in ten, else incomplete.
        Head(AttributeRule.Transitive, AttributeRule.Origin, 1);
        _buffer.U8(rng.Below(10) == 0 ? 2 : 0);
        AsPath(peer.As, originAs != 0 ? originAs : SyntheticOrigins + (uint)(Rng.Mix(group) % Origins), ref rng);
        if (peer.Family == Family.IPv4)
        {
            Head(AttributeRule.Transitive, AttributeRule.NextHop, 4);
            _buffer.U32((uint)(nextHop >> 96));
        }

        var drawn = rng.Below(10) == 0 ? (uint?)rng.Below(200) : null;
        if (med != 0 || drawn is not null)
        {
            Head(AttributeRule.Optional, AttributeRule.Med, 4);
            _buffer.U32(med != 0 ? med : drawn!.Value);
        }

        if (rng.Below(5) == 0)
        {
            var communities = 1 + rng.Below(4);
            Head(0xC0, 8, communities * 4);
            for (var i = 0; i < communities; i++)
                _buffer.U32((peer.As & 0xFFFF) << 16 | (uint)rng.Below(5000));
        }
    }

    /// <summary>Appends MP_REACH_NLRI in the short form of RIB entries: only the next hop (RFC 6396, 4.3.4).</summary>
    public void AppendShortReach(UInt128 nextHop)
    {
        Head(AttributeRule.Optional, AttributeRule.MpReach, 17);
        _buffer.U8(16);
        _buffer.Address(Family.IPv6, nextHop);
    }

    private void AsPath(uint first, uint origin, ref Rng rng)
    {
        var transits = rng.Below(100) switch
        {
            < 20 => 0, < 55 => 1, < 82 => 2, < 94 => 3, < 98 => 4,
            _ => 5 + rng.Below(2),
        };
        var prepends = rng.Below(50) == 0 ? 1 + rng.Below(3) : 0;
        var set = rng.Below(300) == 0 ? 2 : 0;
        var ases = 2 + transits + prepends;
        Head(AttributeRule.Transitive, AttributeRule.AsPath, 2 + ases * 4 + (set > 0 ? 2 + set * 4 : 0));
        Segment(Mrt.AsPath.Sequence, ases);
        _buffer.U32(first);
        for (var i = 0; i < transits; i++)
            _buffer.U32(FirstTransitAs + (uint)rng.Below(TransitAses));
        for (var i = 0; i <= prepends; i++)
            _buffer.U32(origin);
        if (set == 0)
            return;
        Segment(Mrt.AsPath.Set, set);
        for (var i = 0; i < set; i++)
            _buffer.U32(SyntheticOrigins + (uint)(origin % Origins) + (uint)i + 1);
    }

    private void Segment(int type, int ases)
    {
        _buffer.U8(type);
        _buffer.U8(ases);
    }

    private void Head(int flags, int type, int length)
    {
        _buffer.U8(flags);
        _buffer.U8(type);
        _buffer.U8(length);
    }
}
