// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads;

/// <summary>Puts prefixes in order.</summary>
public static class PrefixOrder
{
    /// <summary>Sorts prefixes of one family by <see cref="Prefix.CompareTo"/>: address, then length.</summary>
    public static void Sort(Prefix[] prefixes)
    {
        if (Array.Exists(prefixes, prefix => prefix.Family == Family.IPv6))
        {
            Array.Sort(prefixes);
            return;
        }

        // Numbers sort several times faster than prefixes.
        var keys = Array.ConvertAll(prefixes, prefix => (ulong)prefix.V4 << 8 | prefix.Length);
        Array.Sort(keys);
        for (var i = 0; i < keys.Length; i++)
            prefixes[i] = Prefix.OfV4((uint)(keys[i] >> 8), (int)(keys[i] & 255));
    }
}
