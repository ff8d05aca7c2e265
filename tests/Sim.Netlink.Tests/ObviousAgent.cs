// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Kernel;
using Sim.Netlink;

namespace Sim.Netlink.Tests;

/// <summary>
/// The contract once more, slowly: every message is made from lists of byte arrays, and whether one more operation
/// fits is found by making the message with it.
/// </summary>
internal sealed class ObviousAgent
{
    private uint _sequence = 1;

    public List<byte[]> Calls { get; } = [];

    public int Messages { get; private set; }

    public void WireGuardAdd(IReadOnlyList<BindingChange> operations, int messageBytes, bool replace)
    {
        var held = new List<BindingChange>();
        var flags = replace ? 6u : 0;
        foreach (var operation in operations)
        {
            if (held.Count > 0 && SetDevice([.. held, operation], flags).Length > messageBytes)
            {
                Send(SetDevice(held, flags), 1);
                held.Clear();
                flags = 0;
            }

            held.Add(operation);
        }

        if (held.Count > 0)
            Send(SetDevice(held, flags), 1);
    }

    public void RouteRun(IReadOnlyList<BindingChange> operations, RouteShape shape, uint table, int batch, int ifindex)
    {
        foreach (var call in operations.Chunk(batch))
        {
            var bytes = new List<byte>();
            for (var i = 0; i < call.Length; i++)
            {
                bytes.AddRange(Route(call[i], shape, table, ifindex, acknowledge: i == call.Length - 1));
                _sequence++;
            }

            _sequence -= (uint)call.Length;
            Send([.. bytes], call.Length);
        }
    }

    public NetlinkTraffic Traffic()
    {
        var digest = default(Digest64);
        foreach (var call in Calls)
            digest.AddBytes(call);
        return new NetlinkTraffic(Messages, Calls.Sum(call => call.Length), Calls.Count, digest.Value, Calls.Count);
    }

    private void Send(byte[] call, int messages)
    {
        Calls.Add(call);
        Messages += messages;
        _sequence += (uint)messages;
    }

    private byte[] SetDevice(IReadOnlyList<BindingChange> operations, uint flags)
    {
        var peers = new List<byte[]>();
        for (var i = 0; i < operations.Count;)
        {
            var same = operations.Skip(i).TakeWhile(operation => operation.Peer == operations[i].Peer).ToList();
            var allowedIps = same.Select(operation => Nest(
                0,
                Attribute(1, [(byte)(operation.Prefix.Family == Family.IPv4 ? 2 : 10), 0]),
                Attribute(2, Address(operation.Prefix)),
                Attribute(3, [operation.Prefix.Length])));
            peers.Add(Nest(
                0,
                Attribute(1, Hex.Key(operations[i].Peer)),
                flags == 0 ? [] : Attribute(3, BitConverter.GetBytes(flags)),
                Nest(9, [.. allowedIps])));
            i += same.Count;
        }

        return Message(28, 5, [1, 1, 0, 0], Attribute(2, Encoding.ASCII.GetBytes("wg0\0")), Nest(8, [.. peers]));
    }

    private byte[] Route(BindingChange operation, RouteShape shape, uint table, int ifindex, bool acknowledge)
    {
        var p = operation.Peer;
        var flags = operation.Kind switch { RouteChange.Insert => 0x601, RouteChange.Move => 0x501, RouteChange.Append => 0xC01, _ => 1 };
        var header = new byte[12];
        var isV4 = operation.Prefix.Family == Family.IPv4;
        header[0] = (byte)(isV4 ? 2 : 10);
        header[1] = operation.Prefix.Length;
        header[4] = (byte)(table < 256 ? table : 0);
        header[5] = 4;
        header[6] = (byte)(shape == RouteShape.Device ? 253 : 0);
        header[7] = 1;
        header[8] = (byte)(shape == RouteShape.Gateway ? 4 : 0);
        var oif = Attribute(4, BitConverter.GetBytes(ifindex));
        var number = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder((isV4 ? (10 << 24) + (255 << 16) : 0) + p + 1));
        byte[] gateway = isV4 ? number : [0xFE, 0x80, .. new byte[10], .. number];
        return Message(
            operation.Kind == RouteChange.Delete ? 25 : 24,
            flags | (acknowledge ? 4 : 0),
            header,
            operation.Prefix.Length == 0 ? [] : Attribute(1, Address(operation.Prefix)),
            shape switch
            {
                RouteShape.Nexthop => Attribute(30, BitConverter.GetBytes(p + 1)),
                RouteShape.Gateway => [.. Attribute(5, gateway), .. oif],
                _ => oif,
            },
            table < 256 ? [] : Attribute(15, BitConverter.GetBytes(table)));
    }

    private byte[] Message(int type, int flags, byte[] header, params byte[][] attributes)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(16 + header.Length + attributes.Sum(attribute => attribute.Length));
        writer.Write((ushort)type);
        writer.Write((ushort)flags);
        writer.Write(_sequence);
        writer.Write(0);
        writer.Write(header);
        foreach (var attribute in attributes)
            writer.Write(attribute);
        return stream.ToArray();
    }

    private static byte[] Nest(int type, params byte[][] parts) => Attribute(type | 0x8000, [.. parts.SelectMany(part => part)]);

    private static byte[] Attribute(int type, byte[] payload)
    {
        var bytes = new List<byte>(BitConverter.GetBytes((ushort)(4 + payload.Length)));
        bytes.AddRange(BitConverter.GetBytes((ushort)type));
        bytes.AddRange(payload);
        while (bytes.Count % 4 != 0)
            bytes.Add(0);
        return [.. bytes];
    }

    private static byte[] Address(Prefix prefix)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, prefix.Address);
        return prefix.Family == Family.IPv4 ? bytes[..4] : bytes;
    }
}
