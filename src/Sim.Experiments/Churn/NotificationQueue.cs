// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// A socket that is told of every change of a route, and the program that reads it. The socket's buffer is full after so many
/// messages; the one that does not fit is lost, and so is each that follows until the program has read the buffer empty
/// (net/netlink/af_netlink.c <c>netlink_broadcast_deliver</c>, <c>netlink_overrun</c>, NETLINK_S_CONGESTED). ENOBUFS tells the
/// program, which then dumps the whole table to know what it has missed. Staleness is seconds from a change to the program's knowing of it.
/// <code>
///   changes    x x x x x x x x x x                       x
///   buffer     1 2 3 4 full: lost until empty            1
///   program    |--read--|--read--|...empty|==== dump ====|--read--|
///                                                        the lost ones are known from here on
/// </code>
/// </summary>
public readonly record struct NotificationQueue(long Told, long Lost, long Overruns, double MeanStaleness, double LongestStaleness)
{
    /// <summary>net.core.rmem_default: bytes that a socket may hold if nobody asks for more.</summary>
    public const int DefaultBuffer = 212_992;

    /// <summary>
    /// Bytes that one notification of an IPv4 route counts for: struct sk_buff, skb_shared_info and the 384 bytes of data of
    /// skb_small_head, into which fib_nlmsg_size fits with each way to name a peer (x86-64; <c>SKB_TRUESIZE</c>).
    /// </summary>
    public const int TrueSizeV4 = 256 + 320 + 384;

    /// <summary>The same of IPv6, whose rt6_nlmsg_size is larger: kmalloc-1k, and the sk_buff.</summary>
    public const int TrueSizeV6 = 256 + 1024;

    /// <summary>
    /// Simulates the program from the first change until it knows them all. Changes are announced at ascending seconds, to a buffer that holds a
    /// number of messages. Seconds are given that the program takes for one message, and for a dump of the table.
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

        /// <summary>Runs the program up to a moment.</summary>
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
                    // The buffer is empty: messages are taken in again, and the dump begins.
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
