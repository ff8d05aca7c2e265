// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;
using static Sim.Fuzz.Field;

namespace Sim.Fuzz.Mrt;

/// <summary>
/// Makes valid MRT files of every record type and subtype that carries unicast routes, and some of those that do not
/// (RFC 6396, RFC 8050), with BGP messages and path attributes of RFC 4271, 4760, 5065, 6793, 7911, 8092 and 8950.
/// </summary>
internal sealed class RandomMrt
{
    private static readonly int[] WideSubtypes = [4, 5, 7, 9, 11];
    private readonly Dice _dice;
    private readonly List<(bool V6, byte[] Address, uint As)> _peers = [];
    private uint _time = 1_600_000_000;

    private RandomMrt(Dice dice) => _dice = dice;

    /// <summary>A file of some records, the fields apart.</summary>
    public static Field Make(Dice dice)
    {
        var maker = new RandomMrt(dice);
        var records = new List<Field>();
        if (!dice.OneIn(3))
            records.Add(maker.PeerTable());
        for (var count = dice.Between(1, 8); count > 0; count--)
            records.Add(maker.AnyRecord());
        return Group(records);
    }

    private Field AnyRecord()
    {
        _time += (uint)_dice.Below(3);
        if (_peers.Count == 0)
            return _dice.OneIn(4) ? TableDump() : Bgp4mp();
        return _dice.Below(8) switch
        {
            0 => TableDump(),
            1 => OtherRecord(),
            2 when _dice.OneIn(4) => PeerTable(),
            <= 4 => Rib(),
            _ => Bgp4mp(),
        };
    }

    private Field Record(int type, int subtype, params Field[] body) =>
        Group(Leaf(Number(_time, 4)), Leaf(Number(type, 2)), Leaf(Number(subtype, 2)), Sized(4, body));

    /// <summary>Record types without unicast routes: multicast and generic RIBs, geographic peers, OSPF, IS-IS, unassigned subtypes.</summary>
    private Field OtherRecord()
    {
        var (type, subtype) = _dice.Pick([(13, 3), (13, 5), (13, 6), (13, 7), (13, 12), (16, 2), (16, 3), (11, 0), (32, 0), (48, 1), (64512, 9)]);
        return Record(type, subtype, Leaf(_dice.Bytes(_dice.Below(40))));
    }

    private Field PeerTable()
    {
        _peers.Clear();
        for (var count = _dice.Between(1, 6); count > 0; count--)
        {
            var v6 = _dice.OneIn(2);
            _peers.Add((v6, Address(v6), _dice.OneIn(2) ? (uint)_dice.Between(1, 65535) : _dice.U32()));
        }

        // Bit 0: the address is IPv6. Bit 1: the AS has 4 bytes.
        var peers = _peers.Select(peer =>
        {
            var wide = peer.As > 65535 || _dice.OneIn(2);
            var flags = (peer.V6 ? 1 : 0) | (wide ? 2 : 0);
            return Group(Leaf((byte)flags), Leaf(_dice.Bytes(4)), Leaf(peer.Address), Leaf(Number(peer.As, wide ? 4 : 2)));
        });
        return Record(13, 1, Leaf(_dice.Bytes(4)), Sized(2, Leaf(_dice.Bytes(_dice.Below(6)))), Listed([.. peers]));
    }

    private Field TableDump()
    {
        var v6 = _dice.OneIn(2);
        var length = PrefixLength(v6);
        return Record(12, v6 ? 2 : 1,
            Leaf(0, 0), Leaf(_dice.Bytes(2)), Leaf(Address(v6)), Leaf((byte)length), Leaf(1), Leaf(Number(_time, 4)),
            Leaf(Address(v6)), Leaf(_dice.Bytes(2)), Sized(2, Attributes(v6, wide: false, inRib: true)));
    }

    private Field Rib()
    {
        var v6 = _dice.OneIn(2);
        var addPath = _dice.OneIn(3);
        var entries = Enumerable.Range(0, _dice.Below(5)).Select(_ =>
        {
            var fields = new List<Field> { Leaf(Number(_dice.Below(_peers.Count), 2)), Leaf(Number(_time, 4)) };
            if (addPath)
                fields.Add(Leaf(_dice.Bytes(4)));
            return Group([.. fields, Sized(2, Attributes(v6, wide: true, inRib: true))]);
        }).ToList();
        return Record(13, (v6 ? 4 : 2) * 1 + (addPath ? 6 : 0), Leaf(_dice.Bytes(4)), Prefix(v6), Listed(entries));
    }

    private Field Bgp4mp()
    {
        var subtype = _dice.Pick([0, 1, 4, 5, 6, 7, 8, 9, 10, 11]);
        var wide = WideSubtypes.Contains(subtype);
        var v6 = _dice.OneIn(2);
        var body = new List<Field>
        {
            Leaf(Number(_dice.Between(1, 65535), wide ? 4 : 2)), Leaf(Number(65000, wide ? 4 : 2)), Leaf(0, 0),
            Leaf(0, (byte)(v6 ? 2 : 1)), Leaf(Address(v6)), Leaf(Address(v6)),
        };
        body.AddRange(subtype is 0 or 5
            ? [Leaf(0, (byte)_dice.Between(1, 6)), Leaf(0, (byte)_dice.Between(1, 6))]
            : Message(wide, addPath: subtype >= 8));
        if (_dice.OneIn(2))
            return Record(16, subtype, [.. body]);
        return Record(17, subtype, [Leaf(Number(_dice.Below(1_000_000), 4)), .. body]);
    }

    /// <summary>OPEN, NOTIFICATION and KEEPALIVE now and then, UPDATE mostly.</summary>
    private Field[] Message(bool wide, bool addPath)
    {
        const int marker = 16;
        var type = _dice.OneIn(10) ? _dice.Pick([1, 3, 4, 5]) : 2;
        Field[] rest = type == 2 ? Update(wide, addPath) : [Leaf(_dice.Bytes(_dice.Below(12)))];
        return [Leaf([.. Enumerable.Repeat((byte)0xFF, marker)]), Sized(2, 1, marker + 2, [Leaf((byte)type), .. rest])];
    }

    private Field[] Update(bool wide, bool addPath)
    {
        var announced = _dice.OneIn(2) ? Nlri(v6: false, addPath) : [];
        var attributes = new List<Field>();
        var reach = _dice.OneIn(2);
        if (announced.Count > 0 || reach)
            attributes.AddRange(Attributes(v6: announced.Count == 0, wide, inRib: false));
        if (reach)
            attributes.Insert(_dice.Below(attributes.Count + 1), Reach(addPath));
        if (_dice.OneIn(3))
            attributes.Insert(_dice.Below(attributes.Count + 1), Unreach(addPath));
        var withdrawn = _dice.OneIn(3) ? Nlri(v6: false, addPath) : [];
        return [Sized(2, withdrawn), Sized(2, attributes), Group(announced)];
    }

    /// <summary>MP_REACH_NLRI of a unicast family; once in eight of another.</summary>
    private Field Reach(bool addPath)
    {
        var v6 = !_dice.OneIn(4);
        if (_dice.OneIn(8))
            return Attribute(0x80, 14, Leaf(0, 25), Leaf(65), Sized(1, Leaf(_dice.Bytes(4))), Leaf(0), Leaf(_dice.Bytes(_dice.Below(9))));
        // RFC 8950: prefixes of IPv4 may have next hops of IPv6.
        var hop = _dice.Bytes(v6 || _dice.OneIn(2) ? _dice.Pick([16, 32]) : 4);
        return Attribute(0x80, 14, [Leaf(0, (byte)(v6 ? 2 : 1)), Leaf(1), Sized(1, Leaf(hop)), Leaf(0), .. Nlri(v6, addPath)]);
    }

    private Field Unreach(bool addPath)
    {
        var v6 = !_dice.OneIn(4);
        return _dice.OneIn(8)
            ? Attribute(0x80, 15, Leaf(0, 1), Leaf(128), Leaf(_dice.Bytes(_dice.Below(9))))
            : Attribute(0x80, 15, [Leaf(0, (byte)(v6 ? 2 : 1)), Leaf(1), .. _dice.OneIn(8) ? [] : Nlri(v6, addPath)]);
    }

    private List<Field> Nlri(bool v6, bool addPath)
    {
        // An even number of prefixes of three bytes makes sense with path identifiers and without.
        if (_dice.OneIn(4))
            return [.. Enumerable.Range(0, 2 * _dice.Between(1, 2)).Select(at => Identified(addPath, Group(Leaf(24, 32, (byte)at), Leaf(_dice.Bytes(1)))))];
        // Distinct lengths make the prefixes of a field distinct. A default route before others may look like a small identifier.
        var lengths = Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => PrefixLength(v6)).Distinct().ToList();
        if (lengths.Count > 1)
            lengths.Remove(0);
        return [.. lengths.Select(length => Identified(addPath, Prefix(v6, length)))];
    }

    /// <summary>A prefix, with an identifier or without. A large identifier would be reason to doubt the record's type.</summary>
    private Field Identified(bool addPath, Field prefix) => addPath ? Group(Leaf([0, .. _dice.Bytes(3)]), prefix) : prefix;

    /// <summary>The prefix of a RIB record; its host bits are sometimes set, which RFC 4271 allows.</summary>
    private Field Prefix(bool v6) => Prefix(v6, PrefixLength(v6), hostBits: _dice.OneIn(16));

    /// <summary>Length and bytes. In a field of prefixes no host bits: they are reason to doubt the record's type.</summary>
    private Field Prefix(bool v6, int length, bool hostBits = false)
    {
        var bytes = Address(v6)[..((length + 7) / 8)];
        if (length % 8 != 0 && !hostBits)
            bytes[^1] &= (byte)(0xFF << (8 - length % 8));
        return Group(Leaf((byte)length), Leaf(bytes));
    }

    private int PrefixLength(bool v6) => (v6, _dice.OneIn(8)) switch
    {
        (_, true) => _dice.Pick([0, 1, 7, 8, 9, v6 ? 127 : 31, v6 ? 128 : 32]),
        (false, _) => _dice.Between(8, 24),
        (true, _) => _dice.Between(16, 64),
    };

    private byte[] Address(bool v6) => v6 ? [0x20, .. _dice.Bytes(15)] : [(byte)_dice.Between(1, 223), .. _dice.Bytes(3)];

    /// <summary>
    /// The attributes of one path: the mandatory ones, and others now and then, in any order.
    /// </summary>
    /// <param name="v6">Whether the next hop is in MP_REACH_NLRI; in a RIB entry, in one of its two forms.</param>
    /// <param name="wide">Whether AS_PATH has 4-byte ASes; else AS4_PATH and AS4_AGGREGATOR may come.</param>
    /// <param name="inRib">Whether a RIB entry holds them.</param>
    private List<Field> Attributes(bool v6, bool wide, bool inRib)
    {
        var made = new List<Field> { Attribute(0x40, 1, Leaf((byte)_dice.Below(3))), Attribute(0x40, 2, AsPath(wide)) };
        if (!v6)
            made.Add(Attribute(0x40, 3, Leaf(Address(v6: false))));
        else if (inRib)
            made.Add(_dice.OneIn(2)
                ? Attribute(0x80, 14, Sized(1, Leaf(_dice.Bytes(_dice.Pick([16, 32])))))
                : Attribute(0x80, 14, Leaf(0, 2), Leaf(1), Sized(1, Leaf(_dice.Bytes(16))), Leaf(0), Prefix(v6: true)));
        (int Flags, int Type, int[] Lengths)[] others =
        [
            (0x80, 4, [4]), (0x40, 5, [4]), (0x40, 6, [0]), (0xC0, 7, [wide ? 8 : 6]), (0xC0, 8, [4, 8, 400]), (0x80, 9, [4]),
            (0x80, 10, [4, 8]), (0xC0, 16, [8, 24]), (0xC0, 32, [12, 36]), (0xC0, 35, [4]), (0xE0, 99, [0, 3, 300]), (0xC0, 25, [20]),
        ];
        foreach (var (flags, type, lengths) in others)
        {
            if (_dice.OneIn(5))
                made.Insert(_dice.Below(made.Count + 1), Attribute(flags, type, Leaf(_dice.Bytes(_dice.Pick(lengths)))));
        }

        if (!wide && _dice.OneIn(3))
            made.Add(Attribute(0xC0, 17, AsPath(wide: true, least: 1)));
        if (!wide && _dice.OneIn(6))
            made.Add(Attribute(0xC0, 18, Leaf(_dice.Bytes(8))));
        return made;
    }

    private Field Attribute(int flags, int type, params Field[] value)
    {
        var length = value.Sum(part => part.ToArray().Length);
        var extended = length > 255 || _dice.OneIn(8);
        return Group(Leaf((byte)(flags | (extended ? 0x10 : 0))), Leaf((byte)type), Sized(extended ? 2 : 1, value));
    }

    /// <summary>Mostly one sequence; sets and confederation segments now and then; empty for what the peer originates itself.</summary>
    private Field[] AsPath(bool wide, int least = 0)
    {
        if (least == 0 && _dice.OneIn(12))
            return [];
        var types = _dice.OneIn(3) ? Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => _dice.Between(1, 4)) : [2];
        return [.. types.Select(type => Group(
            Leaf((byte)type),
            Sized(1, wide ? 4 : 2, 0, Enumerable.Range(0, _dice.Between(1, 6)).Select(_ => Leaf(_dice.Bytes(wide ? 4 : 2))))))];
    }
}
