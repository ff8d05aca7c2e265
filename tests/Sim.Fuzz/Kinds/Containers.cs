// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ICSharpCode.SharpZipLib.BZip2;
using SharpCompress.Compressors.LZMA;
using Sim.Workloads.Input;
using ZstdNet;
using static Sim.Fuzz.Field;

namespace Sim.Fuzz;

/// <summary>gzip (RFC 1952), each of the optional fields of its header now and then.</summary>
internal sealed class GzipKind() : ContainerKind(ContainerFormat.Gzip)
{
    protected override Field Member(List<byte[]> units, Dice dice)
    {
        var content = units[0];
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, dice.Pick([CompressionLevel.Optimal, CompressionLevel.Fastest, CompressionLevel.NoCompression]), leaveOpen: true))
            deflate.Write(content);
        // The framework writes nothing at all for no content.
        var data = content.Length == 0 ? [3, 0] : target.ToArray();
        var flags = dice.OneIn(3) ? dice.Below(16) << 1 : 0;
        var header = new List<Field> { Leaf(0x1F, 0x8B), Leaf(8), Leaf((byte)flags), Leaf(dice.Bytes(4)), Leaf(0, 3) };
        if ((flags & 4) != 0)
            header.Add(Group(Leaf(5, 0), Leaf(dice.Bytes(5))));
        if ((flags & 8) != 0)
            header.Add(Group(Leaf("name"u8.ToArray()), Leaf(0)));
        if ((flags & 16) != 0)
            header.Add(Leaf(0));
        if ((flags & 2) != 0)
            header.Add(Leaf(Crc32.Hash(Group(header).ToArray())[..2]));
        return Group([.. header, Leaf(data), Leaf(Crc32.Hash(content)), Leaf(BitConverter.GetBytes(content.Length))]);
    }
}

/// <summary>bzip2 of every level.</summary>
internal sealed class Bzip2Kind() : ContainerKind(ContainerFormat.Bzip2)
{
    /// <summary>bzip2 refuses a block whose origin lies outside it. The library starts elsewhere, and its content can match the CRC.</summary>
    protected override bool IsStricter => true;

    protected override Field Member(List<byte[]> units, Dice dice)
    {
        var content = units[0];
        using var target = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(target, dice.Between(1, 9)) { IsStreamOwner = false })
            bzip2.Write(content);
        // Level; magic, check and head of the first block (of the end, where the content is empty); blocks; the end.
        var file = target.ToArray();
        return Split(file, 4, 10, 14, 18, file.Length - 11);
    }
}

/// <summary>zstd (RFC 8878) with a checksum, the size of the content in the header or not; skippable frames between.</summary>
internal sealed class ZstdKind() : ContainerKind(ContainerFormat.Zstd)
{
    /// <summary>zstd 1.5.4 calls a few damaged frames corrupt that libzstd 1.5.7 decodes to content whose checksum matches.</summary>
    protected override bool IsStricter => true;

    /// <summary>The third bit of a frame's header says that a checksum follows, and damage may change it.</summary>
    protected override bool IsChecked(byte[] file) => BehindEach([0x28, 0xB5, 0x2F, 0xFD], 0, file).All(flags => (flags & 4) != 0);

    protected override Field Member(List<byte[]> units, Dice dice)
    {
        var content = units[0];
        var parameters = new Dictionary<ZSTD_cParameter, int> { [ZSTD_cParameter.ZSTD_c_checksumFlag] = 1 };
        using var options = new CompressionOptions(null!, parameters, dice.Pick([1, 3, 9]));
        byte[] file;
        if (dice.OneIn(2))
        {
            using var compressor = new Compressor(options);
            file = compressor.Wrap(content);
        }
        else
        {
            using var target = new MemoryStream();
            using (var zstd = new CompressionStream(target, options, 1 << 16))
                zstd.Write(content);
            file = target.ToArray();
        }

        // The magic; the header's 2 to 14 bytes and the first block's; blocks; the checksum.
        return Split(file, 4, 5, 6, 9, 12, file.Length - 4);
    }

    protected override Field Between(Dice dice)
    {
        var size = dice.Below(30);
        return Group(Leaf((byte)(0x50 + dice.Below(16)), 0x2A, 0x4D, 0x18), Leaf(BitConverter.GetBytes(size)), Leaf(dice.Bytes(size)));
    }
}

/// <summary>
/// xz (the .xz file format 1.2): one to three blocks of LZMA2, each check there is, sizes in the block headers or not; padding
/// between streams. Written here, so that a change of a header, the index or the footer comes with its right CRC-32.
/// </summary>
internal sealed class XzKind() : ContainerKind(ContainerFormat.Xz)
{
    /// <summary>The second byte of a stream's flags names the check; 0 is none, and damage may bring it about.</summary>
    protected override bool IsChecked(byte[] file) =>
        BehindEach([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], 1, file).All(check => check != 0);

    protected override List<byte[]> Units(byte[] content, Dice dice)
    {
        var count = content.Length == 0 ? 0 : dice.Between(1, 3);
        return [.. Enumerable.Range(0, count).Select(at => content[(content.Length * at / count)..(content.Length * (at + 1) / count)])];
    }

    protected override Field Member(List<byte[]> units, Dice dice)
    {
        var check = dice.Pick<byte>([1, 1, 4, 10]);
        var blocks = new List<Field>();
        var records = new List<Field>();
        foreach (var part in units.Where(unit => unit.Length > 0))
        {
            blocks.Add(Block(part, check, dice, out var unpadded));
            records.Add(Group(Leaf(Varint(unpadded)), Leaf(Varint(part.Length))));
        }

        Field[] entries = [Leaf(0), Leaf(Varint(records.Count)), .. records];
        var index = Sealed(first: false, [.. entries, Leaf(new byte[Padding(Group(entries).ToArray().Length)])]);
        var backward = index.ToArray().Length / 4 - 1;
        return Group([
            Leaf(0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0), Sealed(first: false, Leaf(0), Leaf(check)),
            .. blocks,
            index, Sealed(first: true, Leaf(BitConverter.GetBytes(backward)), Leaf(0), Leaf(check)), Leaf("YZ"u8.ToArray()),
        ]);
    }

    protected override Field Between(Dice dice) => Leaf(new byte[4 * dice.Below(4)]);

    private static Field Block(byte[] content, byte check, Dice dice, out int unpadded)
    {
        var data = Lzma2(content, dice);
        var sizes = dice.OneIn(2);
        var header = new List<Field> { Leaf(0), Leaf((byte)(sizes ? 0xC0 : 0)) };
        if (sizes)
            header.AddRange([Leaf(Varint(data.ToArray().Length)), Leaf(Varint(content.Length))]);
        // One filter: LZMA2, a dictionary of 1 MiB.
        header.AddRange([Leaf(0x21), Leaf(1), Leaf(16)]);
        header.Add(Leaf(new byte[Padding(Group(header).ToArray().Length)]));
        var size = Group(header).ToArray().Length + 4;
        header[0].Value = [(byte)(size / 4 - 1)];
        var sum = check switch
        {
            1 => Crc32.Hash(content),
            4 => Crc64(content),
            _ => System.Security.Cryptography.SHA256.HashData(content),
        };
        var length = data.ToArray().Length;
        unpadded = size + length + sum.Length;
        return Group(Sealed(first: false, header), data, Leaf(new byte[Padding(length)]), Leaf(sum));
    }

    /// <summary>
    /// Chunks of LZMA2, by the library's LZMA encoder or stored, and the end:
    /// <code>
    ///   control(1) length less one(2) compressed length less one(2) properties(1) LZMA | control(1) length less one(2) bytes | 00
    /// </code>
    /// </summary>
    private static Field Lzma2(byte[] content, Dice dice)
    {
        if (content.Length > 0 && dice.OneIn(2))
        {
            using var target = new MemoryStream();
            byte properties;
            using (var encoder = LzmaStream.Create(new LzmaEncoderProperties(), false, target))
            {
                encoder.Write(content);
                properties = encoder.Properties[0];
            }

            // Control: resets of dictionary, state and properties, and the high bits of the content's length less one.
            if (target.Length <= 1 << 16)
                return Group(Leaf((byte)(0xE0 | (content.Length - 1) >> 16)), Leaf(Number(content.Length - 1, 2)),
                    Leaf(Number(target.Length - 1, 2)), Leaf(properties), Split(target.ToArray(), 1, 5), Leaf(0));
        }

        var chunks = new List<Field>();
        for (var at = 0; at < content.Length;)
        {
            var size = Math.Min(content.Length - at, dice.Between(1, 1 << 16));
            chunks.Add(Group(Leaf((byte)(at == 0 ? 1 : 2)), Leaf(Number(size - 1, 2)), Leaf(content[at..(at + size)])));
            at += size;
        }

        return Group([.. chunks, Leaf(0)]);
    }

    private static byte[] Crc64(byte[] content)
    {
        // ECMA-182, reflected.
        var crc = ulong.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (0xC96C5795D7870F42 & (0 - (crc & 1)));
        }

        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ~crc);
        return bytes;
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static int Padding(int length) => -length & 3;
}
