// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;

namespace Sim.Fib;

/// <summary>Reads bits of addresses that are stored as two halves in host order, high half first.</summary>
internal static class Fib6Address
{
    /// <summary><c>addr_bit_set</c>: returns a bit of an address. Bit 0 is the first bit. For bit 128 the kernel reads memory behind the
    /// address, and the port reads bit 64. The result does not matter, because a node of 128 bits has no children.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Bit(ulong high, ulong low, int bit) => (nuint)((bit < 64 ? high : low) >> (~bit & 63)) & 1;

    /// <summary><c>ipv6_prefix_equal</c>: returns whether the first <paramref name="plen"/> bits of two addresses agree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool PrefixEqual(in Rt6Key key, ulong high, ulong low, int plen)
    {
        var differs = key.high ^ high;
        if (plen < 64)
            return plen == 0 || differs >> (64 - plen) == 0;
        return differs == 0 && (plen == 64 || (key.low ^ low) >> (128 - plen) == 0);
    }

    /// <summary><c>__ipv6_addr_diff</c>: returns the first bit in which two addresses differ; 128 for equal addresses.</summary>
    public static int Diff(in Rt6Key one, in Rt6Key other)
    {
        var high = one.high ^ other.high;
        return high != 0
            ? BitOperations.LeadingZeroCount(high)
            : 64 + BitOperations.LeadingZeroCount(one.low ^ other.low);
    }

    /// <summary><c>ipv6_addr_prefix</c>: returns the address with all bits beyond the length cleared.</summary>
    public static Rt6Key Key(UInt128 address, int plen)
    {
        var masked = address & Sim.Kernel.Prefix.Mask(plen);
        return new Rt6Key { high = (ulong)(masked >> 64), low = (ulong)masked, plen = plen };
    }
}
