// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Sim.Workloads.Input;

namespace Sim.Workloads.Tests.Input;

/// <summary>Writes xz streams whose blocks hold their content as it is; anything about them can be made wrong, with right CRCs.</summary>
internal sealed class XzCrafted
{
    private readonly List<byte> _records = [];
    private readonly List<byte> _blocks = [];
    private int _count;

    public byte FlagsHigh { get; init; }

    public byte Check { get; init; } = 1;

    /// <summary>Records to claim in the index beyond those there are.</summary>
    public int MoreRecords { get; init; }

    /// <summary>Added to the content size of every record in the index.</summary>
    public int RecordError { get; init; }

    public int BackwardError { get; init; }

    public byte FooterCheck { get; init; } = 0xFF;

    /// <summary>Adds a block.</summary>
    /// <param name="content">At most 64 KiB.</param>
    /// <param name="filters">The list of filters; LZMA2 with a dictionary of 4 KiB by default.</param>
    /// <param name="sizes">Whether the header has the sizes.</param>
    /// <param name="flags">Bits to set in the block's flags; 1 for each filter more than one.</param>
    /// <param name="sizeError">Added to the content size in the header.</param>
    public XzCrafted Block(byte[] content, byte[]? filters = null, bool sizes = false, byte flags = 0, int sizeError = 0)
    {
        byte[] data = [1, (byte)((content.Length - 1) >> 8), (byte)(content.Length - 1), .. content, 0];
        byte[] fields = [.. sizes ? [.. Number(data.Length), .. Number(content.Length + sizeError)] : Array.Empty<byte>(), .. filters ?? [0x21, 1, 0]];
        var length = (fields.Length + 2 + 4 + 3) / 4 * 4;
        byte[] header = [(byte)(length / 4 - 1), (byte)(flags | (sizes ? 0xC0 : 0)), .. fields, .. new byte[length - 6 - fields.Length]];
        var check = CheckOf(content);
        _blocks.AddRange([.. header, .. Crc(header), .. data, .. new byte[-data.Length & 3], .. check]);
        _records.AddRange([.. Number(length + data.Length + check.Length), .. Number(content.Length + RecordError)]);
        _count++;
        return this;
    }

    public byte[] ToArray()
    {
        byte[] flags = [FlagsHigh, Check];
        byte[] index = [0, .. Number(_count + MoreRecords), .. _records];
        index = [.. index, .. new byte[-index.Length & 3]];
        var backward = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(backward, (index.Length + 4) / 4 - 1 + BackwardError);
        byte[] footer = [.. backward, FlagsHigh, FooterCheck == 0xFF ? Check : FooterCheck];
        return [0xFD, .. "7zXZ"u8, 0, .. flags, .. Crc(flags), .. _blocks, .. index, .. Crc(index), .. Crc(footer), .. footer, .. "YZ"u8];
    }

    private byte[] CheckOf(byte[] content) => Check switch
    {
        0 => [],
        1 => Crc(content),
        4 => Crc64Of(content),
        10 => SHA256.HashData(content),
        _ => new byte[4 << ((Check - 1) / 3)],
    };

    private static byte[] Number(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static byte[] Crc(byte[] bytes) => Crc32.Hash(bytes);

    /// <summary>The CRC-64 of ECMA-182, least significant bit first, bit by bit.</summary>
    private static byte[] Crc64Of(byte[] content)
    {
        var crc = ulong.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xC96C5795D7870F42 : crc >> 1;
        }

        return BitConverter.GetBytes(~crc);
    }
}
