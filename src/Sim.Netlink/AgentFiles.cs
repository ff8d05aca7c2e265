// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>
/// The agent's operation files: records without a header, little-endian (kernel-patch/vm/README.md, Files).
/// <code>
///   address 4 or 16, network order | length 1 | kind 1 | peer 2
/// </code>
/// </summary>
public static class BindOperations
{
    /// <summary>Bytes of a record: 8 for IPv4, 20 for IPv6.</summary>
    public static int RecordBytes(Family family) => family.AddressBytes() + 4;

    /// <summary>Encodes operations as the content of a file.</summary>
    /// <exception cref="ArgumentException">The families are mixed: a file has one.</exception>
    public static byte[] ToBytes(ReadOnlySpan<BindOperation> operations) =>
        operations.IsEmpty ? [] : Encode(operations[0].Prefix.Family, operations);

    /// <summary>Writes a file.</summary>
    /// <exception cref="ArgumentException">The families are mixed: a file has one.</exception>
    public static void Write(Stream stream, ReadOnlySpan<BindOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(stream);
        for (var i = 0; i < operations.Length; i += AgentFile.Chunk)
            stream.Write(Encode(operations[0].Prefix.Family, operations.Slice(i, Math.Min(AgentFile.Chunk, operations.Length - i))));
    }

    /// <summary>Decodes the operations of a file of one family.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole number of records.</exception>
    public static BindOperation[] FromBytes(Family family, ReadOnlySpan<byte> bytes)
    {
        var record = RecordBytes(family);
        AgentFile.RequireWhole(bytes, record);
        var operations = new BindOperation[bytes.Length / record];
        for (var i = 0; i < operations.Length; i++)
            operations[i] = ReadRecord(bytes.Slice(i * record, record), family);
        return operations;
    }

    private static byte[] Encode(Family family, ReadOnlySpan<BindOperation> operations)
    {
        var record = RecordBytes(family);
        var bytes = new byte[(long)record * operations.Length];
        for (var i = 0; i < operations.Length; i++)
            WriteRecord(bytes.AsSpan(i * record, record), family, in operations[i]);
        return bytes;
    }

    private static void WriteRecord(Span<byte> record, Family family, in BindOperation operation)
    {
        if (operation.Prefix.Family != family)
            throw new ArgumentException($"{operation.Prefix} among operations of IPv{(int)family}", nameof(operation));
        NetlinkWriter.WriteAddress(record, family, operation.Prefix.Address);
        record[^4] = operation.Prefix.Length;
        record[^3] = (byte)operation.Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(record[^2..], operation.Peer);
    }

    private static BindOperation ReadRecord(ReadOnlySpan<byte> record, Family family)
    {
        var address = family == Family.IPv4
            ? (UInt128)BinaryPrimitives.ReadUInt32BigEndian(record) << 96
            : BinaryPrimitives.ReadUInt128BigEndian(record);
        var peer = BinaryPrimitives.ReadUInt16LittleEndian(record[^2..]);
        return new BindOperation(new Prefix(family, address, record[^4]), (BindKind)record[^3], peer);
    }
}

/// <summary>The agent's key files: addresses in network order, 4 or 16 bytes each, without a header.</summary>
public static class KeyFile
{
    /// <summary>Encodes IPv4 addresses in host order as the content of a file.</summary>
    public static byte[] ToBytes(ReadOnlySpan<uint> addresses)
    {
        var bytes = new byte[4L * addresses.Length];
        for (var i = 0; i < addresses.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), addresses[i]);
        return bytes;
    }

    /// <summary>Encodes IPv6 addresses as the content of a file.</summary>
    public static byte[] ToBytes(ReadOnlySpan<UInt128> addresses)
    {
        var bytes = new byte[16L * addresses.Length];
        for (var i = 0; i < addresses.Length; i++)
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16 * i), addresses[i]);
        return bytes;
    }

    /// <summary>Decodes a file of IPv4 keys into addresses in host order.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole number of addresses.</exception>
    public static uint[] V4FromBytes(ReadOnlySpan<byte> bytes)
    {
        AgentFile.RequireWhole(bytes, 4);
        var addresses = new uint[bytes.Length / 4];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
        return addresses;
    }

    /// <summary>Decodes a file of IPv6 keys into addresses.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole number of addresses.</exception>
    public static UInt128[] V6FromBytes(ReadOnlySpan<byte> bytes)
    {
        AgentFile.RequireWhole(bytes, 16);
        var addresses = new UInt128[bytes.Length / 16];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = BinaryPrimitives.ReadUInt128BigEndian(bytes[(16 * i)..]);
        return addresses;
    }

    /// <summary>Writes a file of IPv4 addresses, given in host order.</summary>
    public static void Write(Stream stream, ReadOnlySpan<uint> addresses)
    {
        ArgumentNullException.ThrowIfNull(stream);
        for (var i = 0; i < addresses.Length; i += AgentFile.Chunk)
            stream.Write(ToBytes(addresses.Slice(i, Math.Min(AgentFile.Chunk, addresses.Length - i))));
    }

    /// <summary>Writes a file of IPv6 addresses.</summary>
    public static void Write(Stream stream, ReadOnlySpan<UInt128> addresses)
    {
        ArgumentNullException.ThrowIfNull(stream);
        for (var i = 0; i < addresses.Length; i += AgentFile.Chunk)
            stream.Write(ToBytes(addresses.Slice(i, Math.Min(AgentFile.Chunk, addresses.Length - i))));
    }
}

/// <summary>Names and pieces of the files in the agent's data folder.</summary>
public static class AgentFile
{
    /// <summary>Records written at once.</summary>
    internal const int Chunk = 4096;

    /// <summary>The name of a file of one family: <c>NAME.4</c> or <c>NAME.6</c>.</summary>
    public static string Name(string name, Family family) => $"{name}.{(int)family}";

    internal static void RequireWhole(ReadOnlySpan<byte> bytes, int record)
    {
        if (bytes.Length % record != 0)
            throw new InvalidDataException($"{bytes.Length} bytes are not a whole number of records of {record} bytes");
    }
}
