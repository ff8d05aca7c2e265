// SPDX-License-Identifier: MIT
using System.Collections;

namespace Sim.Workloads.Churn;

/// <summary>Holds changes in a temporary file, as they are in memory, so that a trace of any length takes no memory. Changes are appended
/// once and read any number of times. The file has no name, so nothing is left behind when the program ends. The class is not
/// thread-safe.</summary>
public sealed class ChangeSpool : IEnumerable<BindingChange>, IDisposable
{
    private const int BufferChanges = 4096;

    private readonly FileStream _file = TemporaryFile.Open("churn");
    private readonly BindingChange[] _buffer = new BindingChange[BufferChanges];
    private int _buffered;
    private long _written;

    public long Count => _written + _buffered;

    /// <exception cref="IOException">Thrown if the disk is full.</exception>
    public void Add(in BindingChange change)
    {
        if (_buffered == BufferChanges)
            Flush();
        _buffer[_buffered++] = change;
    }

    /// <summary>Reads the changes from the first to the last. Do not add changes while reading.</summary>
    /// <exception cref="IOException">Thrown if the file is shorter than the data written to it.</exception>
    public IEnumerator<BindingChange> GetEnumerator()
    {
        Flush();
        var changes = new BindingChange[BufferChanges];
        for (var next = 0L; next < _written; next += changes.Length)
        {
            var count = (int)Math.Min(changes.Length, _written - next);
            _file.Position = next * Unsafe.SizeOf<BindingChange>();
            _file.ReadExactly(MemoryMarshal.AsBytes(changes.AsSpan(0, count)));
            for (var i = 0; i < count; i++)
                yield return changes[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        _file.Position = _written * Unsafe.SizeOf<BindingChange>();
        _file.Write(MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)));
        _written += _buffered;
        _buffered = 0;
    }
}
