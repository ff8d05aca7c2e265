// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>Puts MRT records together by hand, field by field, and reads them.</summary>
internal static class MrtBytes
{
    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Address(string text)
    {
        if (!AddressText.TryParse(text, out var family, out var address))
            throw new FormatException(text);
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return bytes[..(family.Bits() / 8)];
    }

    public static byte[] Nlri(string prefix)
    {
        var slash = prefix.IndexOf('/');
        var length = int.Parse(prefix.AsSpan(slash + 1));
        return [(byte)length, .. Address(prefix[..slash])[..((length + 7) / 8)]];
    }

    public static byte[] Record(int type, int subtype, params byte[] body) =>
        [.. U32(1_700_000_000), .. U16(type), .. U16(subtype), .. U32((uint)body.Length), .. body];

    /// <summary>An attribute with the flags that its RFC gives it.</summary>
    public static byte[] Attribute(int type, params byte[] value) => Flagged(
        type switch { 1 or 2 or 3 or 5 or 6 => 0x40, 4 or 9 or 10 or 14 or 15 or 24 => 0x80, _ => 0xC0 }, type, value);

    public static byte[] Flagged(int flags, int type, params byte[] value) => value.Length < 256
        ? [(byte)flags, (byte)type, (byte)value.Length, .. value]
        : [(byte)(flags | 0x10), (byte)type, .. U16(value.Length), .. value];

    public static byte[] Sequence(params uint[] ases) => [2, (byte)ases.Length, .. ases.SelectMany(U32)];

    public static byte[] Sequence16(params int[] ases) => [2, (byte)ases.Length, .. ases.SelectMany(U16)];

    public static byte[] PeerTable(params (string Address, uint As)[] peers) =>
        Record(MrtTypes.TableDumpV2, MrtTypes.PeerIndexTable,
        [
            .. U32(1), .. U16(0), .. U16(peers.Length),
            .. peers.SelectMany(peer => (byte[])
                [(byte)(peer.Address.Contains(':') ? 3 : 2), .. U32(7), .. Address(peer.Address), .. U32(peer.As)]),
        ]);

    public static byte[] Entry(int peer, params byte[] attributes) =>
        [.. U16(peer), .. U32(1_600_000_000), .. U16(attributes.Length), .. attributes];

    public static byte[] Rib(string prefix, params byte[][] entries) =>
        Record(
            MrtTypes.TableDumpV2,
            prefix.Contains(':') ? MrtTypes.RibIPv6Unicast : MrtTypes.RibIPv4Unicast,
            [.. U32(0), .. Nlri(prefix), .. U16(entries.Length), .. entries.SelectMany(entry => entry)]);

    public static byte[] Path(params uint[] ases) =>
        [.. Attribute(1, 0), .. Attribute(2, Sequence(ases)), .. Attribute(3, Address("192.0.2.1"))];

    public static byte[] Update(byte[] withdrawn, byte[] attributes, byte[] announced)
    {
        byte[] body = [.. U16(withdrawn.Length), .. withdrawn, .. U16(attributes.Length), .. attributes, .. announced];
        return [.. Enumerable.Repeat((byte)0xFF, 16), .. U16(19 + body.Length), 2, .. body];
    }

    /// <summary>A BGP4MP record of a peer 192.0.2.9, AS 64500.</summary>
    public static byte[] Message(int subtype, byte[] message, string peer = "192.0.2.9", uint peerAs = 64500)
    {
        var wide = subtype is MrtTypes.MessageAs4 or MrtTypes.MessageAs4Local or MrtTypes.MessageAs4AddPath
            or MrtTypes.MessageAs4LocalAddPath or MrtTypes.StateChangeAs4;
        byte[] ases = wide ? [.. U32(peerAs), .. U32(65000)] : [.. U16((int)peerAs), .. U16(65000)];
        return Record(MrtTypes.Bgp4mp, subtype,
            [.. ases, .. U16(0), .. U16(1), .. Address(peer), .. Address("192.0.2.10"), .. message]);
    }

    public static (List<Line> Lines, MrtCounts Counts, DamageLog Log) Read(params byte[][] records)
    {
        var log = new DamageLog();
        var lines = new List<Line>();
        var reader = new MrtReader(new MemoryStream([.. records.SelectMany(record => record)]), "hand-made", log);
        var handler = new LineHandler(reader.Peers, lines.Add);
        reader.Read(ref handler);
        return (lines, reader.Counts, log);
    }
}
