// SPDX-License-Identifier: MIT
using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sim.Workloads.Churn;

/// <summary>Holds changes in a temporary file, so that a trace of any length takes no memory. Changes are appended once
/// and read any number of times. The file's name is gone before the spool is. Not thread-safe.
/// <code>
///   record of 40 bytes, in the machine's byte order
///   address 16 | time 8 | old peer 4 | new peer 4 | length 1 | family 1 | 0 6
/// </code></summary>
public sealed class ChangeSpool : IEnumerable<BindingChange>, IDisposable
{
    public const int RecordBytes = 40;

    private const int BufferRecords = 4096;

    private readonly FileStream _stream = TemporaryFile.Open("churn");
    private readonly Record[] _buffer = new Record[BufferRecords];
    private int _buffered;
    private long _written;

    public long Count => _written + _buffered;

    /// <summary>Appends a change.</summary>
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

    /// <summary>Returns a reader that begins with the first change. Nothing may be added while it is in use.</summary>
    public Reader Read()
    {
        Flush();
        return new Reader(this);
    }

    public IEnumerator<BindingChange> GetEnumerator()
    {
        var reader = Read();
        while (reader.TryRead(out var change))
            yield return change;
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

    /// <summary>Reads a spool once, from the first change to the last.</summary>
    public sealed class Reader
    {
        private readonly ChangeSpool _spool;
        private readonly Record[] _records = new Record[BufferRecords];
        private long _next;
        private int _at, _have;

        internal Reader(ChangeSpool spool) => _spool = spool;

        /// <summary>Reads the next change. Returns false at the end.</summary>
        /// <exception cref="IOException">The file is shorter than was written.</exception>
        public bool TryRead(out BindingChange change)
        {
            if (_at == _have && !Fill())
            {
                change = default;
                return false;
            }

            ref readonly var record = ref _records[_at++];
            var prefix = new Prefix((Family)record.Family, new UInt128(record.Upper, record.Lower), record.Length);
            change = new BindingChange(record.Time, prefix, record.OldPeer, record.NewPeer);
            return true;
        }

        private bool Fill()
        {
            (_at, _have) = (0, (int)Math.Min(BufferRecords, _spool._written - _next));
            var bytes = MemoryMarshal.AsBytes(_records.AsSpan(0, _have));
            for (var offset = _next * RecordBytes; !bytes.IsEmpty;)
            {
                var read = RandomAccess.Read(_spool.File, bytes, offset);
                if (read == 0)
                    throw new IOException("the temporary file of changes is shorter than what was written to it");
                bytes = bytes[read..];
                offset += read;
            }

            _next += _have;
            return _have > 0;
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = RecordBytes)]
    private struct Record
    {
        public ulong Upper, Lower;
        public long Time;
        public int OldPeer, NewPeer;
        public byte Length, Family;
    }
}
