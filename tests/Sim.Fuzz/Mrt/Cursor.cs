// SPDX-License-Identifier: MIT
namespace Sim.Fuzz.Mrt;

/// <summary>A record, field or entry that does not hold to its RFC.</summary>
internal sealed class MalformedException(string what) : Exception(what);

/// <summary>Takes numbers and bytes off the front of an array.</summary>
internal sealed class Cursor(byte[] data)
{
    private int _at;

    public int Left => data.Length - _at;

    public int U8() => Take(1)[0];

    public int U16() => U8() << 8 | U8();

    public uint U32() => (uint)U16() << 16 | (uint)U16();

    public uint As(bool wide) => wide ? U32() : (uint)U16();

    /// <exception cref="MalformedException">Fewer are left.</exception>
    public byte[] Take(int count)
    {
        if (count > Left)
            throw new MalformedException($"{count} bytes wanted, {Left} left");
        _at += count;
        return data[(_at - count).._at];
    }

    /// <summary>Returns up to this number of the next bytes without taking them.</summary>
    public byte[] Peek(int count) => data[_at..Math.Min(data.Length, _at + count)];

    public byte[] Rest() => Take(Left);
}
