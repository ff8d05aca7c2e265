// SPDX-License-Identifier: MIT
namespace Sim.Fuzz.Mrt;

/// <summary>
/// Path attributes (RFC 4271, 4.3), and per attribute what RFC 7606 has done about an error: discard it, treat the UPDATE
/// as a withdrawal, or reset the session. In a RIB entry the last two both mean that the entry is left out.
/// </summary>
internal sealed class NaiveAttributes
{
    private readonly Dictionary<int, byte[]> _first = [];
    private readonly Dictionary<int, int> _flags = [];
    private readonly bool _wide;
    private byte[]? _reachHop;

    private NaiveAttributes(bool wide) => _wide = wide;

    /// <summary>RFC 7606, 2: treat-as-withdraw.</summary>
    public bool Withdraws { get; private set; }

    /// <summary>RFC 7606, 2: session reset.</summary>
    public bool Resets { get; private set; }

    /// <summary>RFC 7606, 2: attribute discard.</summary>
    public bool Discarded { get; private set; }

    /// <summary>MP_UNREACH_NLRI as it stands.</summary>
    public byte[]? Unreach => _first.GetValueOrDefault(15);

    /// <summary>AFI(2) SAFI(1) of MP_REACH_NLRI; null where it is absent or names none.</summary>
    public byte[]? ReachFamily { get; private set; }

    public byte[] ReachNlri { get; private set; } = [];

    /// <param name="bytes">All attributes.</param>
    /// <param name="wide">Whether AS_PATH has 4-byte ASes.</param>
    /// <param name="inRib">Whether a RIB entry holds them (RFC 6396, 4.3.4).</param>
    /// <param name="external">Whether the peer is in another AS than the collector.</param>
    public static NaiveAttributes Read(byte[] bytes, bool wide, bool inRib, bool external)
    {
        var read = new NaiveAttributes(wide);
        try
        {
            read.Split(new Cursor(bytes));
        }
        catch (MalformedException)
        {
            // RFC 7606, 4: an attribute that runs over the end.
            read.Withdraws = true;
        }

        foreach (var (type, value) in read._first.ToList())
            read.Check(type, value, external);
        if (read._first.TryGetValue(14, out var reach))
            read.TakeReach(reach, inRib);
        return read;
    }

    /// <summary>The fields of an event that the attributes decide.</summary>
    /// <param name="v6">Whether the prefix is of IPv6.</param>
    /// <param name="inReach">Whether it came in MP_REACH_NLRI.</param>
    /// <param name="inRib">Whether it came in a RIB entry.</param>
    public string Describe(bool v6, bool inReach, bool inRib)
    {
        // RFC 4760, 3: beside MP_REACH_NLRI, NEXT_HOP says nothing of a RIB entry; of another family MP_REACH_NLRI does not.
        var isOwn = _reachHop is not null && (ReachFamily is null || ReachFamily[1] == (v6 ? 2 : 1));
        var hop = inReach || (inRib && isOwn) ? _reachHop : _first.GetValueOrDefault(3);
        var origin = _first.TryGetValue(1, out var value) ? value[0] : 255;
        return $"{origin}|{Path()}|{(hop is null || hop.All(value => value == 0) ? "-" : NaiveMrt.Text(hop))}|{Number(5)}|{Number(4)}";
    }

    private string Number(int type) => _first.TryGetValue(type, out var value) ? $"{new Cursor(value).U32()}" : "-";

    /// <summary>flags(1) type(1) length(1, or 2 with flag 0x10) value, again and again.</summary>
    private void Split(Cursor cursor)
    {
        while (cursor.Left > 0)
        {
            var flags = cursor.U8();
            var type = cursor.U8();
            var value = cursor.Take((flags & 0x10) != 0 ? cursor.U16() : cursor.U8());
            if (_first.TryAdd(type, value))
            {
                _flags[type] = flags;
                continue;
            }

            // RFC 7606, 3 g: of others the first counts.
            Resets |= type is 14 or 15;
            Discarded = true;
        }
    }

    /// <summary>Notes which attributes that an announcement must have are absent (RFC 7606, 3 d).</summary>
    /// <param name="nextHop">Whether NEXT_HOP is one of them.</param>
    public void Require(bool nextHop) =>
        Withdraws |= !_flags.ContainsKey(1) || !_flags.ContainsKey(2) || (nextHop && !_flags.ContainsKey(3));

    /// <summary>RFC 7606, 7, attribute by attribute; RFC 8092, 5; RFC 9234, 5; RFC 6793, 6, for AS4_PATH.</summary>
    private void Check(int type, byte[] value, bool external)
    {
        var length = value.Length;
        var sound = type switch
        {
            1 => length == 1 && value[0] <= 2,
            2 => IsPath(value, _wide),
            3 or 4 or 5 or 9 or 35 => length == 4,
            6 => length == 0,
            7 => length == (_wide ? 8 : 6),
            8 or 10 => length > 0 && length % 4 == 0,
            15 => length >= 3,
            16 => length > 0 && length % 8 == 0,
            17 => length >= 6 && IsPath(value, wide: true),
            18 => length == 8,
            24 => length > 0,
            25 => length > 0 && length % 20 == 0,
            32 => length > 0 && length % 12 == 0,
            128 => length >= 4,
            _ => true,
        };
        if (sound && (_flags[type] & 0xC0) == Flags(type))
            return;
        _first.Remove(type);
        // RFC 7606, 7.11 and 7.12; RFC 4271, 6.3, for a well-known attribute that nobody knows.
        if (type is 14 or 15 || Flags(type) < 0)
            Resets = true;
        else if (type is 6 or 7 or 17 or 18 || (external && type is 5 or 9 or 10))
            Discarded = true;
        else
            Withdraws = true;
    }

    /// <summary>Optional (0x80) and transitive (0x40) as the attribute's RFC has them; of unknown ones the optional are right.</summary>
    private int Flags(int type) => type switch
    {
        1 or 2 or 3 or 5 or 6 => 0x40,
        4 or 9 or 10 or 14 or 15 or 24 => 0x80,
        7 or 8 or 16 or 17 or 18 or 25 or 32 or 35 or 128 => 0xC0,
        _ => (_flags[type] & 0x80) != 0 ? _flags[type] & 0xC0 : -1,
    };

    /// <summary>RFC 4760, 3: AFI(2) SAFI(1) length(1) next hop, reserved(1) NLRI; in a RIB entry the length and next hop suffice.</summary>
    private void TakeReach(byte[] value, bool inRib)
    {
        try
        {
            var cursor = new Cursor(value);
            var whole = !inRib || value is [0, ..];
            if (whole)
                ReachFamily = cursor.Take(3);
            var hop = cursor.Take(cursor.U8());
            // In RIB entries some leave the reserved byte out.
            if (whole && (!inRib || cursor.Left > 0))
                cursor.U8();
            ReachNlri = cursor.Rest();
            if (!whole && ReachNlri.Length > 0)
                throw new MalformedException("bytes after the next hop");
            if (ReachFamily is not (null or [0, 1 or 2, 1]))
                return;
            // RFC 8950: a next hop of IPv6 for prefixes of IPv4, and not the reverse.
            if (hop.Length is not (4 or 16 or 32) || (hop.Length == 4 && ReachFamily is [0, 2, ..]))
                throw new MalformedException("a next hop of another length");
            // RFC 2545, 3: a link-local address may come second, or alone behind zeros.
            _reachHop = hop.Length == 32 && hop.Take(16).All(value => value == 0) ? hop[16..] : hop[..Math.Min(16, hop.Length)];
        }
        catch (MalformedException)
        {
            Resets = true;
        }
    }

    private static List<(int Type, List<uint> Ases)> Segments(byte[] path, bool wide)
    {
        var cursor = new Cursor(path);
        var segments = new List<(int, List<uint>)>();
        while (cursor.Left > 0)
        {
            var (type, count) = (cursor.U8(), cursor.U8());
            if (type is < 1 or > 4 || count == 0)
                throw new MalformedException("no such segment");
            segments.Add((type, [.. Enumerable.Range(0, count).Select(_ => cursor.As(wide))]));
        }

        return segments;
    }

    private static bool IsPath(byte[] path, bool wide)
    {
        try
        {
            Segments(path, wide);
            return true;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    /// <summary>
    /// AS_PATH and AS4_PATH as hex, then length, first and last AS of both merged (RFC 6793, 4.2.3; RFC 5065, 5.3: confederation
    /// segments count for nothing; RFC 4271, 9.1.2.2: a set counts once, and has no first or last AS).
    /// </summary>
    private string Path()
    {
        var old = _first.GetValueOrDefault(2, []);
        var disowned = _first.TryGetValue(7, out var aggregator) && new Cursor(aggregator).U16() != 23456 && _first.ContainsKey(18);
        var more = _wide || disowned ? [] : _first.GetValueOrDefault(17, []);
        var path = Segments(old, _wide);
        var end = Segments(more, wide: true);
        var lead = path.Sum(Hops) - end.Sum(Hops);
        if (end.Sum(Hops) > 0 && lead >= 0)
            path = [.. Leading(path, lead), .. end];
        path.RemoveAll(segment => segment.Type > 2);
        var first = path is [(2, var ases), ..] ? ases[0] : 0;
        var last = path is [.., (2, var others)] ? others[^1] : 0;
        return $"{Convert.ToHexString(old)}|{Convert.ToHexString(more)}|{path.Sum(Hops)} {first} {last}";
    }

    private static IEnumerable<(int Type, List<uint> Ases)> Leading(List<(int Type, List<uint> Ases)> path, int hops)
    {
        foreach (var segment in path)
        {
            if (hops <= 0)
                yield break;
            yield return segment.Type == 2 ? (2, segment.Ases[..Math.Min(hops, segment.Ases.Count)]) : segment;
            hops -= Hops(segment);
        }
    }

    private static int Hops((int Type, List<uint> Ases) segment) => segment.Type switch { 2 => segment.Ases.Count, 1 => 1, _ => 0 };
}
