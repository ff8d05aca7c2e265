// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;
using Sim.Kernel;

namespace Sim.Workloads;

/// <summary>One prefix of a table and what it is bound to.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="NextHop">Index into <see cref="RouteTable.NextHops"/>.</param>
/// <param name="OriginAs">The AS that originates the prefix; 0 if the source does not say.</param>
public readonly record struct Route(Prefix Prefix, int NextHop, uint OriginAs);

/// <summary>
/// A table: the prefixes of one family, each once, in the order of the file, with their next hops.
/// </summary>
public sealed class RouteTable
{
    /// <summary>The name of the next hop of routes that have none.</summary>
    public const string NoNextHop = "-";

    private string? _digest;

    /// <summary>Takes the routes as they are; the caller has removed duplicates.</summary>
    /// <param name="source">Where the table comes from, as shown to people: a file name, or what made it.</param>
    /// <param name="family">The family of every route.</param>
    /// <param name="routes">Routes in file order, no prefix twice.</param>
    /// <param name="nextHops">Names of the next hops; at least one where there are routes.</param>
    public RouteTable(string source, Family family, Route[] routes, IReadOnlyList<string> nextHops)
    {
        Source = source;
        Family = family;
        Routes = routes;
        NextHops = nextHops;
    }

    public string Source { get; }

    public Family Family { get; }

    public Route[] Routes { get; }

    public IReadOnlyList<string> NextHops { get; }

    /// <summary>Returns the prefixes in a new array, in the order of the routes.</summary>
    public Prefix[] ToPrefixes() => Array.ConvertAll(Routes, route => route.Prefix);

    /// <summary>
    /// SHA-256 in lower-case hex over the sorted prefixes as text, one a line, each line ended by a line feed:
    /// equal for equal sets of prefixes, whatever file, format or order they came in.
    /// </summary>
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
