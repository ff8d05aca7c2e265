// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Sim.Workloads.Input;

/// <summary>The check of a stream's blocks (the .xz file format 1.2, 2.1.1.2): none, CRC-32, CRC-64 or SHA-256.</summary>
internal sealed class XzCheck(int id) : IDisposable
{
    private const int Crc32Id = 1, Crc64Id = 4, Sha256Id = 10;

    // ECMA-182, least significant bit first (section 6).
    private static readonly Crc64ParameterSet s_crc64 =
        Crc64ParameterSet.Create(0x42F0E1EBA9EA3693, ulong.MaxValue, ulong.MaxValue, reflectValues: true);

    private readonly IncrementalHash? _sha256 = id == Sha256Id ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly NonCryptographicHashAlgorithm? _crc = id switch { Crc32Id => new Crc32(), Crc64Id => new Crc64(s_crc64), _ => null };

    /// <summary>The length of the check in the file, in bytes.</summary>
    public int Size => _sha256?.HashLengthInBytes ?? _crc?.HashLengthInBytes ?? 0;

    public static bool IsKnown(int id) => id is 0 or Crc32Id or Crc64Id or Sha256Id;

    public void Update(ReadOnlySpan<byte> content)
    {
        _crc?.Append(content);
        _sha256?.AppendData(content);
    }

    /// <summary>Returns whether <paramref name="stored"/> is the check of the content since the last call, and begins a new
    /// check.</summary>
    public bool Ends(ReadOnlySpan<byte> stored)
    {
        Span<byte> own = stackalloc byte[32];
        _crc?.GetHashAndReset(own);
        _sha256?.GetHashAndReset(own);
        return stored.SequenceEqual(own[..Size]);
    }

    public void Dispose() => _sha256?.Dispose();
}
