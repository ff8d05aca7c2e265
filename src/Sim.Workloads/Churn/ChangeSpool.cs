// SPDX-License-Identifier: MIT
using System.Collections;
using Microsoft.Win32.SafeHandles;

namespace Sim.Workloads.Churn;

/// <summary>Holds changes in a temporary file, so that a trace of any length takes no memory. Changes are appended once and read any number
/// of times. The file has no name, so nothing is left behind when the program ends. The class is not thread-safe.
/// <code>
///   record of 40 bytes, in the machine's byte order
///   address 16 | time 8 | old peer 4 | new peer 4 | length 1 | family 1 | 0 6
/// </code></summary>
public sealed class ChangeSpool : IEnumerable<BindingChange>, IDisposable
{
    private const int RecordBytes = 40, BufferRecords = 4096;

    private readonly FileStream _stream = TemporaryFile.Open("churn");
    private readonly Record[] _buffer = new Record[BufferRecords];
    private int _buffered;
    private long _written;

    public long Count => _written + _buffered;

    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(in BindingChange change)
    {
        if (_buffered == BufferRecords)
            Flush();
        _buffer[_buffered++] = new Record
        {
            Upper = (ulong)(change.Prefix.Address >> 64), Lower = (ulong)change.Prefix.Address, Time = change.Time,
            OldPeer = change.OldPeer, NewPeer = change.NewPeer, Length = change.Prefix.Length, Family = (byte)change.Prefix.Family,
        };
    }

    /// <summary>Reads the changes from the first to the last. Do not add changes while reading.</summary>
    /// <exception cref="IOException">The file is shorter than the data written to it.</exception>
    public IEnumerator<BindingChange> GetEnumerator()
    {
        Flush();
        var records = new Record[BufferRecords];
        for (var next = 0L; next < _written; next += records.Length)
        {
            var count = (int)Math.Min(records.Length, _written - next);
            Fill(records.AsSpan(0, count), next);
            for (var i = 0; i < count; i++)
                yield return records[i].ToChange();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => _stream.Dispose();
    private SafeFileHandle File => _stream.SafeFileHandle;

    private void Flush()
    {
        if (_buffered == 0)
            return;
        RandomAccess.Write(File, MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)), _written * RecordBytes);
        _written += _buffered;
        _buffered = 0;
    }

    private void Fill(Span<Record> records, long first)
    {
        var bytes = MemoryMarshal.AsBytes(records);
        for (var offset = first * RecordBytes; !bytes.IsEmpty;)
        {
            var read = RandomAccess.Read(File, bytes, offset);
            if (read == 0)
                throw new IOException("the temporary file of changes is shorter than what was written to it");
            bytes = bytes[read..];
            offset += read;
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = RecordBytes)]
    private struct Record
    {
        public ulong Upper, Lower;
        public long Time;
        public int OldPeer, NewPeer;
        public byte Length, Family;

        public readonly BindingChange ToChange() =>
            new(Time, new Prefix((Family)Family, new UInt128(Upper, Lower), Length), OldPeer, NewPeer);
    }
}
