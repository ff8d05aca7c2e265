// SPDX-License-Identifier: MIT
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Sim.Workloads.Input;

/// <summary>The check of a stream's blocks (the .xz file format 1.2, 2.1.1.2): none, CRC-32, CRC-64 or SHA-256.</summary>
internal sealed class XzCheck(int id) : IDisposable
{
    private const int Crc32Id = 1, Crc64Id = 4, Sha256Id = 10;

    private readonly IncrementalHash? _sha256 = id == Sha256Id ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly Crc32 _crc32 = new();
    private ulong _crc64;

    /// <summary>Bytes that the check takes in the file.</summary>
    public int Size => id switch { 0 => 0, Crc32Id => 4, Crc64Id => 8, _ => 32 };

    public static bool IsKnown(int id) => id is 0 or Crc32Id or Crc64Id or Sha256Id;

    public void Update(ReadOnlySpan<byte> content)
    {
        if (id == Crc32Id)
            _crc32.Append(content);
        else if (id == Crc64Id)
            _crc64 = XzCrc64.Update(_crc64, content);
        else
            _sha256?.AppendData(content);
    }

    /// <summary>Returns whether the content since the last call has the check <paramref name="stored"/>; begins anew.</summary>
    public bool Ends(ReadOnlySpan<byte> stored)
    {
        Span<byte> own = stackalloc byte[32];
        if (id == Crc32Id)
            BinaryPrimitives.WriteUInt32LittleEndian(own, _crc32.GetCurrentHashAsUInt32());
        else if (id == Crc64Id)
            BinaryPrimitives.WriteUInt64LittleEndian(own, _crc64);
        else
            _sha256?.GetHashAndReset(own);
        _crc32.Reset();
        _crc64 = 0;
        return stored.SequenceEqual(own[..Size]);
    }

    public void Dispose() => _sha256?.Dispose();
}

/// <summary>The CRC-64 of xz (the .xz file format 1.2, 6): ECMA-182, least significant bit first; four bytes a step.</summary>
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
