// SPDX-License-Identifier: MIT
using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sim.Kernel;

namespace Sim.Workloads.Churn;

/// <summary>
/// Holds changes in a temporary file, so that a trace of any length takes no memory. Changes are appended once and read any number of times.
/// <code>
///   record of 40 bytes, in the machine's byte order
///   address 16 | time 8 | old peer 4 | new peer 4 | length 1 | family 1 | 0 6
/// </code>
/// The file has no name that outlives the spool. Not thread-safe.
/// </summary>
public sealed class ChangeSpool : IEnumerable<BindingChange>, IDisposable
{
    /// <summary>Bytes of one change in the file.</summary>
    public const int RecordBytes = 40;

    private const int BufferRecords = 4096;

    private readonly FileStream _stream;
    private readonly SafeFileHandle _file;
    private readonly Record[] _buffer = new Record[BufferRecords];
    private int _buffered;
    private long _written;

    /// <summary>Opens an empty spool in the system's folder for temporary files.</summary>
    /// <exception cref="IOException">The folder is full or does not exist.</exception>
    public ChangeSpool()
    {
        _stream = TemporaryFile.Open("churn");
        _file = _stream.SafeFileHandle;
    }

    /// <summary>Changes in the spool.</summary>
    public long Count => _written + _buffered;

    /// <summary>Appends a change.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(in BindingChange change)
    {
        if (_buffered == BufferRecords)
            Flush();
        _buffer[_buffered++] = new Record
        {
            Upper = (ulong)(change.Prefix.Address >> 64),
            Lower = (ulong)change.Prefix.Address,
            Time = change.Time,
            OldPeer = change.OldPeer,
            NewPeer = change.NewPeer,
            Length = change.Prefix.Length,
            Family = (byte)change.Prefix.Family,
        };
    }

    /// <summary>Returns a reader that begins with the first change. Nothing may be added while it is in use.</summary>
    public Reader Read()
    {
        Flush();
        return new Reader(this);
    }

    /// <inheritdoc cref="Read"/>
    public IEnumerator<BindingChange> GetEnumerator()
    {
        var reader = Read();
        while (reader.TryRead(out var change))
            yield return change;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => _stream.Dispose();

    private void Flush()
    {
        if (_buffered == 0)
            return;
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)), _written * RecordBytes);
        _written += _buffered;
        _buffered = 0;
    }

    /// <summary>Reads a spool once, from the first change to the last.</summary>
    public sealed class Reader
    {
        private readonly ChangeSpool _spool;
        private readonly Record[] _records = new Record[BufferRecords];
        private long _next;
        private int _at;
        private int _have;

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
                var read = RandomAccess.Read(_spool._file, bytes, offset);
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
        public ulong Upper;
        public ulong Lower;
        public long Time;
        public int OldPeer;
        public int NewPeer;
        public byte Length;
        public byte Family;
    }
}
