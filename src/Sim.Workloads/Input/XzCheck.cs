// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Sim.Workloads.Input;

/// <summary>The check of a stream's blocks (the .xz file format 1.2, 2.1.1.2): none, CRC-32, CRC-64 or SHA-256.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int Crc32Id = 1;
    private const int Crc64Id = 4;
    private const int Sha256Id = 10;

    private readonly int _id;
    private readonly IncrementalHash? _sha256;
    private readonly Crc32 _crc32 = new();
    private ulong _crc64;

    /// <param name="id">One of the four; <see cref="IsKnown"/> tells.</param>
    public XzCheck(int id)
    {
        _id = id;
        _sha256 = id == Sha256Id ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Bytes that the check takes in the file.</summary>
    public int Size => _id switch { 0 => 0, Crc32Id => 4, Crc64Id => 8, _ => 32 };

    public static bool IsKnown(int id) => id is 0 or Crc32Id or Crc64Id or Sha256Id;

    public void Update(ReadOnlySpan<byte> content)
    {
        if (_id == Crc32Id)
            _crc32.Append(content);
        else if (_id == Crc64Id)
            _crc64 = XzCrc64.Update(_crc64, content);
        else
            _sha256?.AppendData(content);
    }

    /// <summary>Returns whether the content since the last call has the check <paramref name="stored"/>; begins anew.</summary>
    public bool Ends(ReadOnlySpan<byte> stored)
    {
        Span<byte> own = stackalloc byte[32];
        if (_id == Crc32Id)
            BinaryPrimitives.WriteUInt32LittleEndian(own, _crc32.GetCurrentHashAsUInt32());
        else if (_id == Crc64Id)
            BinaryPrimitives.WriteUInt64LittleEndian(own, _crc64);
        else
            _sha256?.GetHashAndReset(own);
        _crc32.Reset();
        _crc64 = 0;
        return stored.SequenceEqual(own[..Size]);
    }

    public void Dispose() => _sha256?.Dispose();
}
