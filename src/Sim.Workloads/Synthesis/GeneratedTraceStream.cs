// SPDX-License-Identifier: MIT
using Sim.Workloads.Input;

namespace Sim.Workloads.Synthesis;

/// <summary>
/// A generated trace as the MRT file that <see cref="MrtUpdateWriter"/> would write. It is made while it is read, so a reader
/// of traces needs no file. Memory: one or two megabytes, besides the generator's.
/// </summary>
/// <param name="generator">A new generator; it is used up.</param>
/// <param name="seed">The writer's seed, which decides paths and attributes.</param>
/// <param name="made">Called now and then with the number of events made; may throw to end the reading.</param>
public sealed class GeneratedTraceStream(TraceGenerator generator, ulong seed, Action<long>? made = null) : ForwardStream
{
    private const int Chunk = 8192;

    private readonly MemoryStream _buffer = new();
    private MrtUpdateWriter? _writer;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        if (_buffer.Position == _buffer.Length && !_ended)
            Fill();
        return _buffer.Read(buffer);
    }

    private void Fill()
    {
        _buffer.SetLength(0);
        _writer ??= new MrtUpdateWriter(_buffer, seed);
        for (var i = 0; i < Chunk && !_ended; i++)
        {
            if (generator.TryNext(out var change))
                _writer.Write(in change);
            else
                _ended = true;
        }

        _writer.Flush();
        _buffer.Position = 0;
        made?.Invoke(_writer.Counts.Records);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer?.Dispose();
            _buffer.Dispose();
        }

        base.Dispose(disposing);
    }
}
