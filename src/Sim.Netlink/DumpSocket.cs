// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The <c>traffic</c> that a dump receives, including NLMSG_DONE. The agent reports these figures last in its traffic. Each call
/// receives one socket buffer.</summary>
public readonly record struct DumpTraffic(long Messages, long Bytes, long Calls);

/// <summary>The receiver of a dump, and the kernel that dumps. Receiver and kernel determine the size of the kernel's socket buffers
/// (net/netlink/af_netlink.c, <c>netlink_dump</c> and <c>netlink_recvmsg</c>). The kernel remembers the largest buffer that was ever given
/// to recv on the socket, and fills the first buffer of a dump before the dump's first recv.</summary>
/// <param name="ReceiveBuffer">The bytes of the buffer given to recv.</param>
/// <param name="EarlierBuffer">The bytes of the largest buffer given to recv on this socket before the dump; 0 if nothing was
/// received.</param>
/// <param name="AlignsCounters">Whether the kernel aligns 64-bit attributes to 8 bytes, as kernels without
/// CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS do: User-Mode Linux does, x86 does not.</param>
public readonly record struct DumpSocket(int ReceiveBuffer, int EarlierBuffer = 0, bool AlignsCounters = false)
{
    /// <summary>Bytes of NLMSG_GOODSIZE: a page of 4 KiB without <c>struct skb_shared_info</c>.</summary>
    public const int LeastBytes = 4096 - SharedInfoBytes;

    /// <summary>The largest buffer of the kernel in bytes: SKB_WITH_OVERHEAD(32768).</summary>
    public const int MostBytes = 32768 - SharedInfoBytes;

    private const int SharedInfoBytes = 320;

    /// <summary>Bytes of the buffer that the kernel fills while the request is being sent.</summary>
    internal int FirstBytes => Math.Max(LeastBytes, Math.Min(EarlierBuffer, MostBytes));

    /// <summary>Bytes of the buffer that the kernel fills during each recv.</summary>
    internal int NextBytes => Math.Max(FirstBytes, Math.Min(ReceiveBuffer, MostBytes));

    /// <summary>Begins to fill the buffers of one dump.</summary>
    /// <exception cref="InvalidOperationException">Thrown if recv has a smaller buffer than the kernel fills.</exception>
    internal DumpFill Begin() => ReceiveBuffer >= NextBytes
        ? new DumpFill(this)
        : throw new InvalidOperationException($"{NextBytes} bytes in a buffer of {ReceiveBuffer}: the end would be lost");
}

/// <summary>Fills socket buffers as <c>netlink_dump</c> does and counts what is received.</summary>
internal struct DumpFill
{
    private const int DoneBytes = NetlinkWriter.HeaderBytes + sizeof(int);

    private readonly DumpSocket _socket;
    private int _size;
    private long _messages, _bytes, _calls;

    public DumpFill(DumpSocket socket)
    {
        _socket = socket;
        Room = _size = socket.FirstBytes;
    }

    /// <summary>Bytes left in the buffer: <c>skb_tailroom</c>.</summary>
    public int Room { get; private set; }

    public readonly bool IsEmpty => Room == _size;

    /// <summary>Takes bytes from the buffer if there is room for them. Returns whether there was room.</summary>
    public bool Put(int bytes)
    {
        if (bytes > Room)
            return false;
        Room -= bytes;
        return true;
    }

    /// <summary>Gives back the bytes taken since <paramref name="room"/> bytes were left: <c>nla_nest_cancel</c>.</summary>
    public void Cancel(int room) => Room = room;

    /// <summary>Puts a 64-bit attribute: <c>nla_put_64bit</c>. If the payload would not be aligned, an empty attribute comes first. The end
    /// of the buffer is aligned, so the remaining room gives the alignment of the next attribute.</summary>
    public bool PutU64()
    {
        var padding = _socket.AlignsCounters && (Room & 7) == 0 ? NetlinkWriter.AttributeBytes(0) : 0;
        return Put(NetlinkWriter.AttributeBytes(sizeof(ulong)) + padding);
    }

    public void EndMessage() => _messages++;

    /// <summary>Counts the buffer as received, and begins the next one.</summary>
    public void NextBuffer()
    {
        _bytes += _size - Room;
        _calls++;
        Room = _size = _socket.NextBytes;
    }

    /// <summary>Ends the dump with NLMSG_DONE. If this buffer has no room for NLMSG_DONE, puts it into the next buffer
    /// (<c>netlink_dump_done</c>).</summary>
    public DumpTraffic End()
    {
        if (!Put(DoneBytes))
        {
            NextBuffer();
            Put(DoneBytes);
        }

        EndMessage();
        NextBuffer();
        return new DumpTraffic(_messages, _bytes, _calls);
    }
}
