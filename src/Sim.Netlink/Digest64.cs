// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Netlink;

/// <summary>The digest by which the harness, the agent and the kernel module compare long sequences without sending them:
/// <code>
///   h = 0xCBF29CE484222325;   for each 32-bit word:   h = (h ^ word) * 0x9E3779B97F4A7C15;   h ^= h >> 32
/// </code>
/// (kernel-patch/vm/README.md, Digest). The order of the words counts.</summary>
public record struct Digest64
{
    /// <summary>The digest of an empty sequence.</summary>
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Factor = 0x9E3779B97F4A7C15;

    // Kept as the difference to Empty, so that default(Digest64) is the digest of nothing.
    private ulong _difference;

    public readonly ulong Value => _difference ^ Empty;

    public void Add(uint word) => _difference = Step(Value, word) ^ Empty;

    /// <summary>Adds 32-bit little-endian words.</summary>
    /// <exception cref="ArgumentException">Thrown if the length is not a multiple of four bytes.</exception>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        if ((bytes.Length & 3) != 0)
            throw new ArgumentException($"{bytes.Length} bytes are not whole 32-bit words", nameof(bytes));
        var value = Value;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes))
            value = Step(value, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        _difference = value ^ Empty;
    }

    /// <summary>Adds a left-aligned address as the words of its network order in memory: one word for IPv4, four for IPv6.</summary>
    public void AddAddress(Family family, UInt128 address)
    {
        Add(BinaryPrimitives.ReverseEndianness((uint)(address >> 96)));
        if (family == Family.IPv4)
            return;
        Add(BinaryPrimitives.ReverseEndianness((uint)(address >> 64)));
        Add(BinaryPrimitives.ReverseEndianness((uint)(address >> 32)));
        Add(BinaryPrimitives.ReverseEndianness((uint)address));
    }

    /// <summary>Returns 16 hexadecimal digits, as the protocol writes digests.</summary>
    public override readonly string ToString() => Value.ToString("x16");

    private static ulong Step(ulong value, uint word)
    {
        value = (value ^ word) * Factor;
        return value ^ (value >> 32);
    }
}
