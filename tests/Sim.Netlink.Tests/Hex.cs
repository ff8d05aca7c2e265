// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;

namespace Sim.Netlink.Tests;

/// <summary>Bytes as text: blanks and line ends are for the reader, and what follows a '#' is a comment.</summary>
internal static class Hex
{
    public static string Clean(string text)
    {
        var lines = text.Split('\n').Select(line => line.Split('#')[0]);
        return string.Concat(string.Concat(lines).Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
    }

    /// <summary>The public key of a peer.</summary>
    public static byte[] Key(int peer)
    {
        var key = new byte[PeerKey.Bytes];
        PeerKey.WritePublic(key, peer);
        return key;
    }

    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    /// <summary>The messages that one writing gives.</summary>
    public static string Written(Action<NetlinkWriter> write)
    {
        var writer = new NetlinkWriter(16);
        write(writer);
        return Of(writer.Written);
    }
}
