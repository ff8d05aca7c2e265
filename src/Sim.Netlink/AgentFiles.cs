// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The agent's operation files: records without a header, little-endian (kernel-patch/vm/README.md, Files).
/// <code>
///   address 4 or 16, network order | length 1 | kind 1 | peer 2
/// </code></summary>
public static class OperationFile
{
    /// <summary>Encodes changes as the content of a file.</summary>
    /// <exception cref="ArgumentException">Thrown if the families are mixed, because a file has one family.</exception>
    public static byte[] ToBytes(ReadOnlySpan<BindingChange> changes)
    {
        if (changes.IsEmpty)
            return [];
        var family = changes[0].Prefix.Family;
        var record = family.AddressBytes() + 4;
        var bytes = new byte[(long)record * changes.Length];
        for (var i = 0; i < changes.Length; i++)
            WriteRecord(bytes.AsSpan(i * record, record), family, in changes[i]);
        return bytes;
    }

    private static void WriteRecord(Span<byte> record, Family family, in BindingChange change)
    {
        if (change.Prefix.Family != family)
            throw new ArgumentException($"{change.Prefix} among changes of IPv{(int)family}", nameof(change));
        NetlinkWriter.WriteAddress(record, family, change.Prefix.Address);
        record[^4] = change.Prefix.Length;
        record[^3] = (byte)(change.Kind switch { RouteChange.Insert => 0, RouteChange.Delete => 1, RouteChange.Append => 3, _ => 2 });
        BinaryPrimitives.WriteUInt16LittleEndian(record[^2..], (ushort)change.Peer);
    }
}

/// <summary>The agent's key files: addresses in network order, 4 or 16 bytes each, without a header.</summary>
public static class KeyFile
{
    /// <summary>Encodes left-aligned addresses as the content of a file.</summary>
    public static byte[] ToBytes(Family family, ReadOnlySpan<UInt128> addresses)
    {
        var length = family.AddressBytes();
        var bytes = new byte[(long)length * addresses.Length];
        for (var i = 0; i < addresses.Length; i++)
            NetlinkWriter.WriteAddress(bytes.AsSpan(length * i), family, addresses[i]);
        return bytes;
    }
}

public static class AgentFile
{
    /// <summary>Returns the name of a file of one family: <c>NAME.4</c> or <c>NAME.6</c>.</summary>
    public static string Name(string name, Family family) => $"{name}.{(int)family}";
}
