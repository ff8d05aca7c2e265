// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The lab's keys. Each peer's key contains the peer's number (kernel-patch/vm/README.md, Messages).</summary>
public static class PeerKey
{
    /// <summary>Bytes of a key: WG_KEY_LEN.</summary>
    public const int Bytes = 32;

    /// <summary>Writes the public key of a peer into 32 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the peer is negative.</exception>
    public static void WritePublic(Span<byte> key, int peer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(peer);
        BinaryPrimitives.WriteInt32LittleEndian(key, peer);
        for (var j = sizeof(int); j < Bytes; j++)
            key[j] = unchecked((byte)((peer * 37) + (j * 11) + 5));
        key[Bytes - 1] &= 0x7F;
    }

    /// <summary>Puts the public key of a peer as an attribute.</summary>
    internal static void Put(NetlinkWriter writer, ushort attribute, int peer) => WritePublic(writer.Reserve(attribute, Bytes), peer);

    /// <summary>Puts the public key of a peer, nested in an encapsulation of type <see cref="Lwtunnel.EncapWgPeer"/>.</summary>
    internal static void PutEncap(NetlinkWriter writer, ushort type, ushort attribute, int peer)
    {
        writer.PutU16(type, Lwtunnel.EncapWgPeer);
        var nest = writer.BeginNest(attribute);
        Put(writer, RouteUapi.EncapWgPeerKey, peer);
        writer.EndNest(nest);
    }

    /// <summary>Returns the device's private key, clamped as curve25519_clamp_secret does.</summary>
    public static byte[] Private()
    {
        var key = new byte[Bytes];
        for (var j = 0; j < Bytes; j++)
            key[j] = (byte)((j * 3) + 1);
        key[0] &= 248;
        key[Bytes - 1] = (byte)((key[Bytes - 1] & 127) | 64);
        return key;
    }
}
