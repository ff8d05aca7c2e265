// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Simulates a socket that receives a notification for every route change, and the program that reads the socket. A message that does not
/// fit into the buffer is lost, and so are all later messages until the program has emptied the buffer (net/netlink/af_netlink.c
/// <c>netlink_broadcast_deliver</c>, <c>netlink_overrun</c>, NETLINK_S_CONGESTED). The program learns of the loss from ENOBUFS, and then
/// dumps the whole table. Staleness is the time in seconds from a change until the program knows of it.
/// <code>
///   changes    x x x x x x x x x x                       x
///   buffer     1 2 3 4 full: lost until empty            1
///   program    |--read--|--read--|...empty|==== dump ====|--read--|
///                                                        the lost ones are known from here on
/// </code>
/// </summary>
public readonly record struct NotificationQueue(long Told, long Lost, long Overruns, double MeanStaleness, double LongestStaleness)
{
    /// <summary>The default bytes of a socket's receive buffer: net.core.rmem_default.</summary>
    public const int DefaultBuffer = 212_992;

    /// <summary>
    /// The bytes that one IPv4 notification takes in the buffer (x86-64; <c>SKB_TRUESIZE</c>): struct sk_buff, skb_shared_info and 384
    /// bytes of data (skb_small_head). The size from fib_nlmsg_size is at most 384 bytes for every way in which a route names its peer.
    /// </summary>
    public const int TrueSizeV4 = 256 + 320 + 384;

    /// <summary>The bytes that one IPv6 notification takes in the buffer: struct sk_buff, and 1024 bytes of data (kmalloc-1k).
    /// rt6_nlmsg_size exceeds 384 bytes.</summary>
    public const int TrueSizeV6 = 256 + 1024;

    /// <summary>
    /// Simulates the program from the first change until the program knows all changes. <paramref name="changes"/> has the times of the
    /// announcements in seconds, in ascending order. The buffer holds <paramref name="capacity"/> messages. The program takes
    /// <paramref name="read"/> seconds to read a message, and <paramref name="dump"/> seconds to dump the table.
    /// </summary>
    public static NotificationQueue Run(IEnumerable<double> changes, int capacity, double read, double dump)
    {
        var program = new Reader(capacity, read, dump);
        foreach (var at in changes)
            program.Announce(at);
        return program.End();
    }

    private sealed class Reader(int capacity, double read, double dump)
    {
        private readonly Queue<double> _buffer = new(capacity);
        private bool _congested;
        private long _told, _lost, _pending, _overruns;
        private double _free, _pendingSum, _pendingOldest, _staleness, _longest;

        public void Announce(double at)
        {
            Work(at);
            if (!_congested && _buffer.Count < capacity)
            {
                _buffer.Enqueue(at);
                return;
            }

            if (!_congested)
                _overruns++;
            _congested = true;
            if (_pending++ == 0)
                _pendingOldest = at;
            _pendingSum += at;
        }

        public NotificationQueue End()
        {
            Work(double.PositiveInfinity);
            var known = _told + _lost;
            return new NotificationQueue(_told, _lost, _overruns, known == 0 ? 0 : _staleness / known, _longest);
        }

        /// <summary>Runs the program until the given time, in seconds.</summary>
        private void Work(double until)
        {
            while (true)
            {
                if (_buffer.TryPeek(out var arrived))
                {
                    var begin = Math.Max(_free, arrived);
                    if (begin > until)
                        return;
                    _buffer.Dequeue();
                    _free = begin + read;
                    Know(arrived, 1, _free - arrived);
                    _told++;
                }
                else if (_congested && _free <= until)
                {
                    // The buffer is empty: it accepts messages again, and the dump begins.
                    _congested = false;
                    _free += dump;
                    Know(_pendingOldest, _pending, _pending * _free - _pendingSum);
                    _lost += _pending;
                    (_pending, _pendingSum) = (0, 0);
                }
                else
                {
                    return;
                }
            }
        }

        private void Know(double oldest, long changes, double staleness)
        {
            if (changes == 0)
                return;
            _staleness += staleness;
            _longest = Math.Max(_longest, _free - oldest);
        }
    }
}
