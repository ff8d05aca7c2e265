// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// The outermost code of bzip2: four equal bytes are followed by a count of 0 to 255 more of them. Runs do not cross
/// blocks. The struct undoes it piece by piece.
/// </summary>
internal struct Bzip2Runs
{
    private static readonly uint[] Table = MakeTable();

    private int _at;
    private int _equal;
    private int _pending;
    private byte _last;

    /// <summary>Writes expanded bytes; fewer than there is room for only when the block is used up.</summary>
    /// <param name="content">The block's content, the same on every call.</param>
    /// <param name="target">Where the bytes go.</param>
    /// <returns>Bytes written.</returns>
    public int Expand(ReadOnlySpan<byte> content, Span<byte> target)
    {
        var written = 0;
        while (written < target.Length)
        {
            if (_pending > 0)
            {
                var count = Math.Min(_pending, target.Length - written);
                target.Slice(written, count).Fill(_last);
                written += count;
                _pending -= count;
                continue;
            }

            if (_at == content.Length)
                break;
            var value = content[_at++];
            if (_equal == 4)
            {
                (_pending, _equal) = (value, 0);
                continue;
            }

            _equal = value == _last ? _equal + 1 : 1;
            _last = value;
            target[written++] = value;
        }

        return written;
    }

    /// <summary>The CRC of the expanded content: polynomial 04C11DB7, most significant bit first.</summary>
    public static uint Check(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        var (equal, last) = (0, 0);
        foreach (var value in content)
        {
            if (equal == 4)
            {
                for (var more = 0; more < value; more++)
                    crc = crc << 8 ^ Table[crc >> 24 ^ (uint)last];
                equal = 0;
                continue;
            }

            equal = value == last ? equal + 1 : 1;
            last = value;
            crc = crc << 8 ^ Table[crc >> 24 ^ value];
        }

        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value << 24;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 0x80000000) != 0 ? crc << 1 ^ 0x04C11DB7 : crc << 1;
            table[value] = crc;
        }

        return table;
    }
}
