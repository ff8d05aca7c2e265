// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Sim.Workloads.Input;

/// <summary>The CRC of gzip (RFC 1952, section 8), eight bytes a step: table k holds the CRC of a byte and k zeros.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Continues a CRC; begin with 0.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        var (t4, t5, t6, t7) = (Tables[4], Tables[5], Tables[6], Tables[7]);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = t7[low & 255] ^ t6[(low >> 8) & 255] ^ t5[(low >> 16) & 255] ^ t4[low >> 24]
                ^ t3[high & 255] ^ t2[(high >> 8) & 255] ^ t1[(high >> 16) & 255] ^ t0[high >> 24];
        }

        foreach (var value in bytes)
            state = state >> 8 ^ t0[(state ^ value) & 255];
        return ~state;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var zeros = 0; zeros < 8; zeros++)
        {
            tables[zeros] = new uint[256];
            for (var value = 0u; value < 256; value++)
            {
                var crc = zeros == 0 ? value : tables[zeros - 1][value];
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
                tables[zeros][value] = crc;
            }
        }

        return tables;
    }
}
