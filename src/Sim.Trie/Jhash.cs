// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>The kernel's hash of words (include/linux/jhash.h), which is Bob Jenkins's lookup3.</summary>
public static unsafe class Jhash
{
    private const uint InitialValue = 0xDEADBEEF;

    /// <summary><c>jhash_1word</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OneWord(uint a, uint initval)
    {
        initval += InitialValue + (1 << 2);
        return Final(a + initval, initval, initval);
    }

    /// <summary><c>jhash2</c>: hashes words in the order of memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Words(uint* k, uint length, uint initval)
    {
        uint a, b, c;
        a = b = c = InitialValue + (length << 2) + initval;
        for (; length > 3; length -= 3, k += 3)
        {
            a += k[0];
            b += k[1];
            c += k[2];
            Mix(ref a, ref b, ref c);
        }

        if (length == 0)
            return c;
        c += length > 2 ? k[2] : 0;
        b += length > 1 ? k[1] : 0;
        return Final(a + k[0], b, c);
    }

    /// <summary><c>__jhash_mix</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        Step(ref a, ref c, b, 4);
        Step(ref b, ref a, c, 6);
        Step(ref c, ref b, a, 8);
        Step(ref a, ref c, b, 16);
        Step(ref b, ref a, c, 19);
        Step(ref c, ref b, a, 4);

        static void Step(ref uint one, ref uint two, uint three, int bits)
        {
            one -= two;
            one ^= BitOperations.RotateLeft(two, bits);
            two += three;
        }
    }

    /// <summary><c>__jhash_final</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Final(uint a, uint b, uint c)
    {
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        return (c ^ b) - BitOperations.RotateLeft(b, 24);
    }
}
