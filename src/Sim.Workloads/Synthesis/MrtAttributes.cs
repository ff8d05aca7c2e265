// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Synthesis;

/// <summary>
/// Path attributes (RFC 4271, 4.3 and 5) as a full feed shows them: ORIGIN, AS_PATH from the peer's AS over private
/// transit ASes to the origin (2 to 8 long, 3.5 on average; 2% prepended, 0.3% ending in an AS_SET), next hop, MED in
/// one of ten, communities in one of five. Drawn by (seed, peer, group, variant): prefixes of one origin share their
/// attributes at one peer, as in a real dump.
/// </summary>
internal sealed class MrtAttributes
{
    /// <summary>Longest encoding that <see cref="Write"/> makes, in bytes.</summary>
    public const int MaxLength = 160;

    private const int TransitAses = 400;
    private const uint FirstTransitAs = 65_000;
    private const uint SyntheticOrigins = 4_210_000_000;
    private const int Origins = 75_000;

    private readonly byte[] _bytes = new byte[MaxLength];
    private int _length;

    /// <summary>The attributes last written.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>
    /// Returns the group of prefixes that share attributes: the origin AS or, if it is not stated, the allocation (IPv4
    /// /20, IPv6 /32) that the prefix lies in.
    /// </summary>
    public static ulong GroupOf(Prefix prefix, uint originAs) =>
        originAs != 0
            ? originAs
            : 1UL << 63 | (ulong)(prefix.Address >> (prefix.Family == Family.IPv4 ? 108 : 96));

    /// <summary>
    /// Writes ORIGIN, AS_PATH, NEXT_HOP (IPv4 only), MED and communities, in order of type. A <paramref name="med"/> other
    /// than 0 replaces the drawn one and changes nothing else.
    /// </summary>
    public void Write(MrtPeer peer, ulong group, uint originAs, UInt128 nextHop, ulong variant, ulong seed, uint med = 0)
    {
        var rng = Rng.Derive(seed + variant, group ^ Rng.Mix(peer.As));
        _length = 0;
        // ORIGIN: IGP nine times in ten, else incomplete.
        Head(0x40, 1, 1);
        _bytes[_length++] = (byte)(rng.Below(10) == 0 ? 2 : 0);
        AsPath(peer.As, originAs != 0 ? originAs : SyntheticOrigins + (uint)(Rng.Mix(group) % Origins), ref rng);
        if (peer.Family == Family.IPv4)
        {
            Head(0x40, 3, 4);
            U32((uint)(nextHop >> 96));
        }

        var drawn = rng.Below(10) == 0 ? (uint?)rng.Below(200) : null;
        if (med != 0 || drawn is not null)
        {
            Head(0x80, 4, 4);
            U32(med != 0 ? med : drawn!.Value);
        }

        if (rng.Below(5) == 0)
        {
            var communities = 1 + rng.Below(4);
            Head(0xC0, 8, communities * 4);
            for (var i = 0; i < communities; i++)
                U32((peer.As & 0xFFFF) << 16 | (uint)rng.Below(5000));
        }
    }

    /// <summary>Appends MP_REACH_NLRI as a RIB entry abbreviates it: the next hop only (RFC 6396, 4.3.4).</summary>
    public void AppendShortReach(UInt128 nextHop)
    {
        Head(0x80, 14, 17);
        _bytes[_length++] = 16;
        BinaryPrimitives.WriteUInt128BigEndian(_bytes.AsSpan(_length), nextHop);
        _length += 16;
    }

    private void AsPath(uint first, uint origin, ref Rng rng)
    {
        var transits = rng.Below(100) switch
        {
            < 20 => 0,
            < 55 => 1,
            < 82 => 2,
            < 94 => 3,
            < 98 => 4,
            _ => 5 + rng.Below(2),
        };
        var prepends = rng.Below(50) == 0 ? 1 + rng.Below(3) : 0;
        var set = rng.Below(300) == 0 ? 2 : 0;
        var ases = 2 + transits + prepends;
        Head(0x40, 2, 2 + ases * 4 + (set > 0 ? 2 + set * 4 : 0));
        _bytes[_length++] = 2;
        _bytes[_length++] = (byte)ases;
        U32(first);
        for (var i = 0; i < transits; i++)
            U32(FirstTransitAs + (uint)rng.Below(TransitAses));
        for (var i = 0; i <= prepends; i++)
            U32(origin);
        if (set == 0)
            return;
        _bytes[_length++] = 1;
        _bytes[_length++] = (byte)set;
        for (var i = 0; i < set; i++)
            U32(SyntheticOrigins + (uint)(origin % Origins) + (uint)i + 1);
    }

    private void Head(int flags, int type, int length)
    {
        _bytes[_length++] = (byte)flags;
        _bytes[_length++] = (byte)type;
        _bytes[_length++] = (byte)length;
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(_length), value);
        _length += 4;
    }
}
