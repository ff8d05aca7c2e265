// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The <c>traffic</c> that one command sends. The agent reports these figures first in its traffic. Bytes include headers and
/// padding; the <see cref="Digest64"/> covers every byte. Each call asks for one acknowledgement.</summary>
public readonly record struct NetlinkTraffic(long Messages, long Bytes, long Calls, ulong Digest, long Acks);

/// <summary>Receives the bytes of each sending call. The bytes are valid only during the call.</summary>
public delegate void NetlinkSink(ReadOnlySpan<byte> call);

/// <summary>A socket of the agent (kernel-patch/vm/README.md). Each method produces the bytes that the agent's command of the same name
/// sends. The first message has sequence number 1. An operation allocates nothing. The class is not thread-safe.</summary>
public abstract class NetlinkSocket
{
    private Digest64 _digest;
    private long _messages, _bytes, _calls;
    private int _pending;

    public NetlinkSink? Sink { get; set; }

    public uint NextSequence { get; private set; } = 1;

    private protected NetlinkWriter Writer { get; } = new();

    /// <summary>Begins the count of a command, and drops the remains of a failed command.</summary>
    private protected void BeginCommand()
    {
        Writer.Clear();
        _digest = default;
        _messages = _bytes = _calls = 0;
        _pending = 0;
    }

    /// <summary>Returns the sequence number for a message that is about to be written.</summary>
    private protected uint NextMessage()
    {
        _pending++;
        return NextSequence++;
    }

    /// <summary>Sends all written messages in one call, which is acknowledged once.</summary>
    private protected void Send()
    {
        var call = Writer.Written;
        _digest.AddBytes(call);
        _messages += _pending;
        _bytes += call.Length;
        _calls++;
        _pending = 0;
        Sink?.Invoke(call);
        Writer.Clear();
    }

    private protected NetlinkTraffic EndCommand() => new(_messages, _bytes, _calls, _digest.Value, _calls);
}
