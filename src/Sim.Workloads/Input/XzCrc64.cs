// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>The CRC-64 of xz (the .xz file format 1.2, 6): polynomial of ECMA-182, least significant bit first; four bytes a step.</summary>
internal static class XzCrc64
{
    private const int Step = 4;

    private static readonly ulong[][] Tables = MakeTables();

    /// <summary>Continues a CRC; begin with 0.</summary>
    public static ulong Update(ulong crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            state = t3[(state ^ bytes[0]) & 255] ^ t2[(state >> 8 ^ bytes[1]) & 255]
                ^ t1[(state >> 16 ^ bytes[2]) & 255] ^ t0[(state >> 24 ^ bytes[3]) & 255] ^ state >> 32;
        }

        foreach (var value in bytes)
            state = state >> 8 ^ t0[(state ^ value) & 255];
        return ~state;
    }

    private static ulong[][] MakeTables()
    {
        var tables = new ulong[Step][];
        for (var zeros = 0; zeros < Step; zeros++)
        {
            tables[zeros] = new ulong[256];
            for (var value = 0UL; value < 256; value++)
            {
                var crc = zeros == 0 ? value : tables[zeros - 1][value];
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xC96C5795D7870F42 : crc >> 1;
                tables[zeros][value] = crc;
            }
        }

        return tables;
    }
}
