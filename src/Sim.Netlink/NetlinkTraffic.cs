// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>The traffic that one command sends: the first figures of the agent's <c>traffic</c>.</summary>
/// <param name="Messages">Netlink messages.</param>
/// <param name="Bytes">Their bytes, headers and padding included.</param>
/// <param name="Calls">System calls that send.</param>
/// <param name="Digest">The <see cref="Digest64"/> of every byte sent.</param>
/// <param name="Acks">Acknowledgements asked for, one per call; a dump asks for none. Errors are not included.</param>
public readonly record struct NetlinkTraffic(long Messages, long Bytes, long Calls, ulong Digest, long Acks);

/// <summary>Receives the bytes of each sending call; they are valid during the call only.</summary>
public delegate void NetlinkSink(ReadOnlySpan<byte> call);

/// <summary>One of the agent's sockets: its buffer, its sequence numbers, and the count of what a command sends.</summary>
internal sealed class NetlinkSocket
{
    private Digest64 _digest;
    private long _messages;
    private long _bytes;
    private long _calls;
    private long _acks;
    private int _pending;

    public NetlinkWriter Writer { get; } = new();

    public NetlinkSink? Sink { get; set; }

    /// <summary>The number that the next message gets.</summary>
    public uint Sequence { get; set; } = 1;

    /// <summary>Begins the count of a command, and forgets what a failed command left.</summary>
    public void BeginCommand()
    {
        Writer.Clear();
        _digest = default;
        _messages = _bytes = _calls = _acks = 0;
        _pending = 0;
    }

    /// <summary>Returns the sequence number for a message that is about to be written.</summary>
    public uint NextMessage()
    {
        _pending++;
        return Sequence++;
    }

    /// <summary>Sends what was written, in one call.</summary>
    public void Send(int acks)
    {
        var call = Writer.Written;
        _digest.AddBytes(call);
        _messages += _pending;
        _bytes += call.Length;
        _calls++;
        _acks += acks;
        _pending = 0;
        Sink?.Invoke(call);
        Writer.Clear();
    }

    public NetlinkTraffic EndCommand() => new(_messages, _bytes, _calls, _digest.Value, _acks);
}
