// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Sim.Workloads.Input;

/// <summary>
/// Reads bits, most significant first, as bzip2 packs them. Past the end it delivers zeros and <see cref="Overrun"/>
/// turns true, so that inner loops need no check of their own.
/// <code>
///   _window  bbbbbbbb bbbbbbb. ........   the next bits, left-aligned; _count of them are valid
/// </code>
/// </summary>
internal ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _data;
    private int _next;
    private ulong _window;
    private int _count;

    /// <param name="data">The bytes.</param>
    /// <param name="bit">The first bit to read: 0 to 7.</param>
    public BitReader(ReadOnlySpan<byte> data, int bit)
    {
        _data = data;
        Need(8);
        Skip(bit);
    }

    /// <summary>Bits consumed, from the start of the data.</summary>
    public readonly long Position => _next * 8L - _count;

    /// <summary>Whether bits past the end were consumed.</summary>
    public readonly bool Overrun => Position > _data.Length * 8L;

    /// <summary>Makes at least <paramref name="count"/> bits ready, at most 56.</summary>
    public void Need(int count)
    {
        if (_count < count)
            Refill();
    }

    /// <summary>The next bits, 1 to 32, that <see cref="Need"/> has made ready; not consumed.</summary>
    public readonly uint Peek(int count) => (uint)(_window >> (64 - count));

    public void Skip(int count)
    {
        _window <<= count;
        _count -= count;
    }

    public uint Read(int count)
    {
        Need(count);
        var value = Peek(count);
        Skip(count);
        return value;
    }

    public bool ReadBit() => Read(1) != 0;

    private void Refill()
    {
        if (_next + 8 <= _data.Length)
        {
            _window |= BinaryPrimitives.ReadUInt64BigEndian(_data[_next..]) >> _count;
            var bytes = (63 - _count) >> 3;
            _next += bytes;
            _count += bytes * 8;
            // Bits of a byte taken in part stay in the window; reading that byte again puts the same bits there.
            return;
        }

        for (; _count <= 56; _count += 8, _next++)
        {
            if (_next < _data.Length)
                _window |= (ulong)_data[_next] << (56 - _count);
        }
    }
}
