// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sim.Workloads.Tables;

/// <summary>
/// The estimate of one yes/no question: the mean of a quick and a slow adapting probability, each 16 bits, so that
/// it learns from the first answers and settles later.
/// </summary>
internal struct BitModel
{
    private const int QuickShift = 4;
    private const int SlowShift = 7;

    private ushort _quick;
    private ushort _slow;

    public static BitModel[] Fresh(int count)
    {
        var models = new BitModel[count];
        Array.Fill(models, new BitModel { _quick = 1 << 15, _slow = 1 << 15 });
        return models;
    }

    /// <summary>Probability of yes in 1/65536, never 0 and never 1.</summary>
    public readonly uint Yes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Math.Clamp((uint)(_quick + _slow) >> 1, 32, 65536 - 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Learn(bool yes)
    {
        var target = yes ? 65535 : 0;
        _quick = (ushort)(_quick + ((target - _quick) >> QuickShift));
        _slow = (ushort)(_slow + ((target - _slow) >> SlowShift));
    }
}

/// <summary>
/// Binary arithmetic coder with carry propagation, as in LZMA's range coder: 32 bits of range, renormalised by
/// bytes when it falls under 2^24. The first byte out is always 0.
/// </summary>
internal sealed class RangeEncoder
{
    private readonly ArrayBufferWriter<byte> _out = new();
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _cache;
    private long _pending = 1;

    public void Encode(ref BitModel model, bool yes)
    {
        var bound = (_range >> 16) * model.Yes;
        if (yes)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        model.Learn(yes);
        while (_range < 1u << 24)
        {
            _range <<= 8;
            ShiftLow();
        }
    }

    public byte[] Finish()
    {
        for (var i = 0; i < 5; i++)
            ShiftLow();
        return _out.WrittenSpan.ToArray();
    }

    /// <summary>Moves the top byte out. A byte of ones waits, because a carry may still pass through it.</summary>
    private void ShiftLow()
    {
        if ((uint)_low < 0xFF000000 || _low >> 32 != 0)
        {
            var carry = (byte)(_low >> 32);
            for (; _pending > 0; _pending--)
            {
                _out.GetSpan(1)[0] = (byte)(_cache + carry);
                _out.Advance(1);
                _cache = 0xFF;
            }

            _cache = (byte)(_low >> 24);
        }

        _pending++;
        _low = (_low & 0x00FFFFFF) << 8;
    }
}

/// <summary>The reverse of <see cref="RangeEncoder"/>. Past the end of its input it reads zeros.</summary>
internal ref struct RangeDecoder
{
    private readonly ReadOnlySpan<byte> _in;
    private int _next;
    private uint _range;
    private uint _code;

    public RangeDecoder(ReadOnlySpan<byte> input)
    {
        _in = input;
        _range = uint.MaxValue;
        for (var i = 0; i < 5; i++)
            _code = _code << 8 | NextByte();
    }

    /// <summary>Bytes asked for beyond the end: more than a few mean a damaged input.</summary>
    public readonly int Overrun => Math.Max(0, _next - _in.Length);

    public bool Decode(ref BitModel model)
    {
        var bound = (_range >> 16) * model.Yes;
        var yes = _code < bound;
        if (yes)
        {
            _range = bound;
        }
        else
        {
            _code -= bound;
            _range -= bound;
        }

        model.Learn(yes);
        while (_range < 1u << 24)
        {
            _range <<= 8;
            _code = _code << 8 | NextByte();
        }

        return yes;
    }

    private byte NextByte()
    {
        var at = _next++;
        return at < _in.Length ? _in[at] : (byte)0;
    }
}
