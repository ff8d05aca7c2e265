// SPDX-License-Identifier: MIT
using CsCheck;

namespace Sim.Fuzz;

/// <summary>The random choices of one input: the same seed and index give the same choices on any machine.</summary>
internal sealed class Dice(ulong seed, uint index)
{
    private readonly PCG _pcg = new(index, seed);

    /// <summary>A number from 0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)_pcg.Next((uint)bound);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public uint U32() => _pcg.Next();

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count; at++)
            bytes[at] = (byte)_pcg.Next(256);
        return bytes;
    }

    /// <summary>Bytes at which readers err: zeros, ones, the least and the greatest of a signed number, any.</summary>
    public byte[] Extreme(int count)
    {
        var bytes = new byte[count];
        switch (Below(6))
        {
            case 0:
                break;
            case 1:
                Array.Fill(bytes, (byte)0xFF);
                break;
            case 2 when count > 0:
                Array.Fill(bytes, (byte)0xFF);
                bytes[0] = 0x7F;
                break;
            case 3 when count > 0:
                bytes[0] = 0x80;
                break;
            case 4 when count > 0:
                bytes[^1] = (byte)Below(4);
                break;
            default:
                return Bytes(count);
        }

        return bytes;
    }
}
