// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>The relation of a looked-up prefix to the update.</summary>
public enum ProbeGroup
{
    /// <summary>The update moves or deletes the prefix.</summary>
    Changed,

    /// <summary>The prefix belongs to the updated peer, and stays with this peer.</summary>
    Kept,

    /// <summary>The prefix does not belong to the updated peer.</summary>
    Others,
}

/// <summary>An address to look up, with its longest matching prefix and with the peers before and after an update (-1: no peer). The
/// address is left-aligned.</summary>
public readonly record struct Probe(Prefix Prefix, UInt128 Address, int Before, int After, ProbeGroup Group)
{
    /// <summary>Returns whether a peer is a right answer during the update: the peer before the update or the peer after it.</summary>
    public bool Allows(int peer) => peer == Before || peer == After;
}

/// <summary>Finds addresses and their peers without a trie, in bindings sorted by address and length.</summary>
public sealed class ProbeFinder(KeyValuePair<Prefix, int>[] sorted)
{
    private static readonly Comparer<KeyValuePair<Prefix, int>> s_byPrefix =
        Comparer<KeyValuePair<Prefix, int>>.Create(static (left, right) => left.Key.CompareTo(right.Key));

    /// <summary>
    /// Finds the first address of <c>sorted[at]</c> that lies in none of the longer prefixes below it. This address belongs to
    /// the prefix alone. Returns false if longer prefixes cover the whole prefix.
    /// <code>
    ///   10.0.0.0/22   | 10.0.0.0/24 | 10.0.1.0/25 | here: 10.0.1.128 ...      longer prefixes follow their cover
    /// </code>
    /// </summary>
    public bool TryAddress(int at, out UInt128 address)
    {
        var prefix = sorted[at].Key;
        address = prefix.Address;
        var end = End(prefix);
        for (var next = at + 1; next < sorted.Length && prefix.Contains(sorted[next].Key); next++)
        {
            var inner = sorted[next].Key;
            if (inner.Address > address)
                break;
            var innerEnd = End(inner);
            if (innerEnd == end)
                return false;
            if (innerEnd >= address)
                address = innerEnd + 1;
        }

        return true;
    }

    /// <summary>Returns the peer of the longest prefix that holds the address and is shorter than <paramref name="length"/>; -1 if no such
    /// prefix exists.</summary>
    public int Cover(Family family, UInt128 address, int length)
    {
        while (--length >= 0)
        {
            if (Array.BinarySearch(sorted, new(new Prefix(family, address, length), 0), s_byPrefix) is >= 0 and var at)
                return sorted[at].Value;
        }

        return -1;
    }

    /// <summary>Returns the last address of a prefix. The bits beyond the family's width are set, too.</summary>
    private static UInt128 End(Prefix prefix) => prefix.Address | ~Prefix.Mask(prefix.Length);
}
