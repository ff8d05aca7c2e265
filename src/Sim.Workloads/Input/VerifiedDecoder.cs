// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Holds content back until the check at the end of its unit (an xz block, a zstd frame) has confirmed it, so
/// that a prefix made by a flipped bit is never delivered.</summary>
/// <remarks>A unit with more than <see cref="Most"/> bytes of content cannot be held in bounded memory, so it is delivered as it is
/// decoded. If a file is cut off, the content before the cut is delivered too.</remarks>
internal sealed class VerifiedDecoder(Decoder inner) : Decoder
{
    /// <summary>The content size of the largest unit that is held back: 32 MiB.</summary>
    public const int Most = 32 << 20;

    private byte[] _held = new byte[1 << 16];
    private int _start, _end;
    private long _taken, _unit;
    private bool _streams, _ended;
    private Exception? _failure;

    public override long CompressedPosition => inner.CompressedPosition;
    public override long Verified => inner.Verified;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var sound = Deliverable;
            if (sound > 0)
            {
                var count = Math.Min(sound, buffer.Length);
                _held.AsSpan(_start, count).CopyTo(buffer);
                _start += count;
                return count;
            }

            if (_failure is not null)
                throw _failure;
            if (_ended)
                return 0;
            if (!_streams)
                Hold();
            else if (Stream(buffer) is var read and > 0)
                return read;
        }
    }

    public override void Dispose() => inner.Dispose();

    /// <summary>The number of held bytes that may be delivered.</summary>
    private int Deliverable => _streams || _ended || _failure is ContainerDamageException { IsCutOff: true }
        ? _end - _start
        : (int)Math.Clamp(inner.Verified - (_taken - (_end - _start)), 0, _end - _start);

    private void Hold()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end == _held.Length)
        {
            if (_start == 0 && _end >= Most)
            {
                (_streams, _unit) = (true, inner.Verified);
                return;
            }

            MakeRoom();
        }

        var read = Take(_held.AsSpan(_end));
        _end += read;
        if (_failure is ContainerDamageException { IsCutOff: false } damage && _taken > Math.Max(inner.Verified, _taken - (_end - _start)))
            _failure = damage.WithoutContent(_taken - Math.Max(inner.Verified, _taken - (_end - _start)));
    }

    /// <summary>Reads content straight into the caller's buffer, because its unit is too long to be held.</summary>
    private int Stream(Span<byte> buffer)
    {
        var read = Take(buffer);
        if (inner.Verified == _unit)
            return read;
        // The unit has ended: these bytes are of the next one.
        _streams = false;
        if (buffer.Length > _held.Length)
            _held = new byte[buffer.Length];
        buffer[..read].CopyTo(_held);
        (_start, _end) = (0, read);
        return 0;
    }

    private int Take(Span<byte> buffer)
    {
        try
        {
            var read = inner.Read(buffer);
            _taken += read;
            _ended = read == 0;
            return read;
        }
        catch (IOException failure) when (failure is ContainerDamageException or UnsupportedContainerException)
        {
            _failure = _streams && failure is ContainerDamageException { IsCutOff: false } damage ? damage.AfterContent(_taken - inner.Verified) : failure;
            return 0;
        }
    }

    private void MakeRoom()
    {
        var held = _held.AsSpan(_start, _end - _start);
        var target = held.Length > _held.Length / 2 ? new byte[Math.Min(Most, _held.Length * 4)] : _held;
        held.CopyTo(target);
        (_held, _start, _end) = (target, 0, held.Length);
    }
}
