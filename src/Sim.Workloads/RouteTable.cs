// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Sim.Workloads;

/// <summary>One prefix of a table, with the index of its next hop in <see cref="RouteTable.NextHops"/> and its origin AS. An origin AS of 0
/// means that the origin is unknown.</summary>
public readonly record struct Route(Prefix Prefix, int NextHop, uint OriginAs);

/// <summary>A routing table of one family. Each prefix occurs once, in the order of the file. If there are routes,
/// there is at least one next hop. The source is a file name, or says how the table was made.</summary>
public sealed class RouteTable(string source, Family family, Route[] routes, IReadOnlyList<string> nextHops)
{
    /// <summary>The name that stands for the next hop of routes without a next hop.</summary>
    public const string NoNextHop = "-";

    private string? _digest;

    public string Source => source;
    public Family Family => family;
    public Route[] Routes => routes;
    public IReadOnlyList<string> NextHops => nextHops;

    /// <summary>Returns the prefixes in a new array, in the order of the routes.</summary>
    public Prefix[] ToPrefixes() => Array.ConvertAll(Routes, route => route.Prefix);

    /// <summary>The SHA-256, in lower-case hex, of the sorted prefixes as text, one per line, each line ending in a line feed. Equal sets
    /// of prefixes have equal digests, even if their files, formats or orders differ.</summary>
    public string Digest => _digest ??= ComputeDigest();

    private string ComputeDigest()
    {
        var sorted = ToPrefixes();
        PrefixOrder.Sort(sorted);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var prefix in sorted)
            hash.AppendData(Encoding.ASCII.GetBytes($"{prefix}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

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
