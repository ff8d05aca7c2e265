// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Sorts the files of a trace by time, because a shell sorts <c>updates.10</c> before <c>updates.9</c>.</summary>
internal static class TraceOrder
{
    private const int HeadBytes = 64 << 10;
    private const int HeadRecords = 33;
    private const int HeaderBytes = 12;

    /// <summary>Sorts the files by the time at which they begin. Files that begin at the same time keep their order. The beginning of a
    /// file is the median time of its first records. Times of clocks that were never set do not count. A file without a usable time stays
    /// behind the file named before it. An even number of records has two medians. If either median fits the order in which the files were
    /// named, that order is kept. A change of the order is logged as damage.</summary>
    public static IReadOnlyList<TraceFile> Sort(IReadOnlyList<TraceFile> files, DamageLog damage)
    {
        if (files.Count < 2)
            return files;
        var begins = new long[files.Count];
        var late = -1;
        var latest = long.MinValue;
        for (var at = 0; at < begins.Length; at++)
        {
            var (low, high) = Begin(files[at]) ?? (at == 0 ? (0, 0) : (begins[at - 1], begins[at - 1]));
            begins[at] = Math.Clamp(latest, low, high);
            if (late < 0 && begins[at] < latest)
                late = at;
            latest = Math.Max(latest, begins[at]);
        }

        if (late < 0)
            return files;
        damage.Add(
            files[late].Name, 0, 0,
            $"it begins at {TraceClock.Text(begins[late])}, earlier than a file named before it: the files are sorted by time");
        return [.. files.Zip(begins).OrderBy(file => file.Second).Select(file => file.First)];
    }

    /// <summary>Returns the two medians of a file's first times; null if the file has no usable time. The medians are equal if the number
    /// of times is odd.</summary>
    private static (long Low, long High)? Begin(TraceFile file)
    {
        var head = new byte[HeadBytes];
        var length = 0;
        using (var content = file.Open())
        {
            try
            {
                for (int read; (read = content.Read(head, length, head.Length - length)) > 0;)
                    length += read;
            }
            catch (ContainerDamageException)
            {
                // The content before the damage counts. The next reading meets the damage again and logs it.
            }
        }

        var times = new List<long>();
        for (var at = 0L; at + HeaderBytes <= length && times.Count < HeadRecords;)
        {
            var header = head.AsSpan((int)at, HeaderBytes);
            var time = BinaryPrimitives.ReadUInt32BigEndian(header) * 1_000_000L;
            if (!MrtTypes.IsAssigned(BinaryPrimitives.ReadUInt16BigEndian(header[4..])))
                break;
            if (!TraceClock.IsEarly(time))
                times.Add(time);
            at += HeaderBytes + BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        }

        times.Sort();
        return times.Count == 0 ? null : (times[(times.Count - 1) / 2], times[times.Count / 2]);
    }
}
