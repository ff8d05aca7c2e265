// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tests.Input;

/// <summary>
/// Writes a bzip2 file of one block whose coded data is given byte by byte: 254 symbols are in use, so that there are
/// 256 codes of 8 bits each and any byte but 255 (the end) is a code. The content is worked out the textbook way.
/// </summary>
internal static class Bzip2Crafted
{
    public static (byte[] File, byte[] Content) Build(byte[] codes)
    {
        var content = UndoRuns(UndoBurrowsWheeler(UndoMoveToFront(codes)));
        var crc = Crc(content);
        var bits = new BitWriter();
        foreach (var letter in "BZh9")
            bits.Write(letter, 8);
        bits.Write(0x314159265359, 48);
        bits.Write(crc, 32);
        bits.Write(0, 1);
        bits.Write(0, 24);
        bits.Write(0xFFFF, 16);
        for (var row = 0; row < 16; row++)
            bits.Write(row == 15 ? 0xFFFCu : 0xFFFFu, 16);
        var selectors = (codes.Length + 1 + 49) / 50;
        bits.Write(2, 3);
        bits.Write((uint)selectors, 15);
        bits.Write(0, selectors);
        for (var table = 0; table < 2; table++)
        {
            bits.Write(8, 5);
            bits.Write(0, 256);
        }

        foreach (var code in codes)
            bits.Write(code, 8);
        bits.Write(255, 8);
        bits.Write(0x177245385090, 48);
        bits.Write(crc, 32);
        return (bits.ToArray(), content);
    }

    private static List<byte> UndoMoveToFront(byte[] codes)
    {
        var front = Enumerable.Range(0, 254).Select(value => (byte)value).ToList();
        var column = new List<byte>();
        var (run, weight) = (0, 1);
        foreach (var code in (int[])[.. codes, 255])
        {
            if (code <= 1)
            {
                run += weight * (code + 1);
                weight *= 2;
                continue;
            }

            column.AddRange(Enumerable.Repeat(front[0], run));
            (run, weight) = (0, 1);
            if (code == 255)
                break;
            var value = front[code - 1];
            front.RemoveAt(code - 1);
            front.Insert(0, value);
            column.Add(value);
        }

        return column;
    }

    /// <summary>Row 0 of the rotations: from each row of the last column to the place of its letter in the sorted column.</summary>
    private static List<byte> UndoBurrowsWheeler(List<byte> column)
    {
        var sorted = Enumerable.Range(0, column.Count).OrderBy(row => column[row]).ToArray();
        var content = new List<byte>();
        for (var (row, left) = (sorted[0], column.Count); left > 0; left--)
        {
            content.Add(column[row]);
            row = sorted[row];
        }

        return content;
    }

    private static byte[] UndoRuns(List<byte> coded)
    {
        var content = new List<byte>();
        for (var (at, equal) = (0, 0); at < coded.Count; at++)
        {
            equal = equal > 0 && coded[at] == coded[at - 1] ? equal + 1 : 1;
            content.Add(coded[at]);
            if (equal == 4 && at + 1 < coded.Count)
            {
                content.AddRange(Enumerable.Repeat(coded[at], coded[++at]));
                equal = 0;
            }
        }

        return [.. content];
    }

    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var top = (crc >> 31 ^ (uint)(value >> bit)) & 1;
                crc = crc << 1 ^ (top != 0 ? 0x04C11DB7u : 0);
            }
        }

        return ~crc;
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _free;

        public void Write(ulong value, int count)
        {
            for (var bit = count - 1; bit >= 0; bit--)
            {
                if (_free == 0)
                {
                    _bytes.Add(0);
                    _free = 8;
                }

                _free--;
                if (bit < 64 && (value >> bit & 1) != 0)
                    _bytes[^1] |= (byte)(1 << _free);
            }
        }

        public byte[] ToArray() => [.. _bytes];
    }
}
