// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <content>Skips NUL bytes where a record should begin: the tail of a file after a power cut, or a hole that was never written. If NUL
/// bytes were not skipped, a header of zeros would be read as an empty record of type 0 (NULL, deprecated). A hole would be read as
/// hundreds of empty records.</content>
public sealed partial class MrtReader
{
    // A header may itself begin with NUL bytes: a time of 0, and the upper byte of its type.
    private const int LeadingZeros = 5;

    /// <summary>Skips NUL bytes and logs them as one place of damage. Returns false if no record follows. A record
    /// follows if there is a plausible header, and another header or the end of the file comes after the
    /// record.</summary>
    private bool SkipNuls()
    {
        if (!AtHole(out var lead))
            return true;
        Advance(lead);
        var (record, from) = (Counts.Records + 1, _offset);
        int zeros;
        while ((zeros = _buffer.AsSpan(_start, _end - _start).IndexOfAnyExcept((byte)0)) < 0)
        {
            // The last NUL bytes are kept, because they may belong to a header.
            var kept = Math.Min(_end - _start, LeadingZeros);
            Advance(_end - _start - kept);
            if (Ensure(kept + 1))
                continue;
            Advance(kept);
            damage.Add(name, record, from, $"{_offset - from:N0} NUL bytes, and then the file ends");
            return false;
        }

        Advance(Math.Max(zeros - LeadingZeros, 0));
        zeros = Math.Min(zeros, LeadingZeros);
        for (var own = 0; own <= zeros; own++)
        {
            if (!BeginsRecord(zeros - own))
                continue;
            Advance(zeros - own);
            damage.Add(name, record, from, $"{_offset - from:N0} NUL bytes where a record should begin");
            return true;
        }

        Advance(zeros);
        damage.Add(name, record, from, $"{_offset - from:N0} NUL bytes, and what follows them is no record: the framing is lost");
        return false;
    }

    /// <summary>Returns whether the next header lies in a hole: the header begins with zeros, or the hole begins within the header. If the
    /// hole begins within the header, the first <paramref name="lead"/> bytes of the header were written.</summary>
    private bool AtHole(out int lead)
    {
        lead = 0;
        Ensure(Header + 1);
        var bytes = _buffer.AsSpan(_start, Math.Min(_end - _start, Header + 1));
        if (bytes.IsEmpty)
            return false;
        // A time of 0 and a type of 0: nobody has written such a record.
        if (bytes[..Math.Min(bytes.Length, LeadingZeros + 1)].IndexOfAnyExcept((byte)0) < 0)
            return true;
        // A time followed by zeros only. A real record of type 0 would be followed by the time of another record.
        lead = bytes.LastIndexOfAnyExcept((byte)0) + 1;
        return lead <= 4 && bytes.Length >= Header;
    }

    /// <summary>Returns whether a hole begins within the record: the record ends in a NUL byte, and a header's length of NUL bytes
    /// follows.</summary>
    private bool EndsInHole(int length) =>
        length > 0 && _buffer[_start + Header + length - 1] == 0 && Ensure(Header + length + Header)
        && _buffer.AsSpan(_start + Header + length, Header).IndexOfAnyExcept((byte)0) < 0;

    private bool BeginsRecord(int at)
    {
        if (!IsHeader(at, out var length) || length == 0 || !Ensure(at + Header + length))
            return false;
        at += Header + length;
        return !Ensure(at + 1) || IsHeader(at, out _);
    }

    private bool IsHeader(int at, out int length)
    {
        length = 0;
        if (!Ensure(at + Header))
            return false;
        var header = _buffer.AsSpan(_start + at, Header);
        var wide = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        length = (int)Math.Min(wide, MaxRecord);
        return wide <= MaxRecord && MrtTypes.IsAssigned(BinaryPrimitives.ReadUInt16BigEndian(header[4..]));
    }
}
