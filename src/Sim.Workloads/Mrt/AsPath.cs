// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>The properties of an AS path that best-path selection compares. The length is the number of ASes in sequences plus one for each
/// set (RFC 4271, 9.1.2.2). Confederation segments do not count (RFC 5065, 5.3). The neighbour is the first AS; 0 if the path is empty or
/// begins with a set. The origin is the last AS; 0 if the path is empty or ends with a set (RFC 6811, 2).</summary>
public readonly record struct AsPathFacts(int Length, uint NeighbourAs, uint OriginAs);

/// <summary>AS_PATH and AS4_PATH (RFC 4271, 4.3 b; RFC 6793): lists of segments.
/// <code>
///   type(1) count(1) AS(2 or 4) x count | type count AS ...      1 set, 2 sequence, 3 and 4 confederation
/// </code></summary>
public static class AsPath
{
    public const byte Set = 1, Sequence = 2;

    /// <summary>Reads a path and gives its properties. Returns false if the path is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> path, bool wide, out AsPathFacts facts)
    {
        // Nearly every path of a dump is one sequence.
        if (wide && path.Length >= 6 && path[0] == Sequence && path.Length == 2 + 4 * path[1])
        {
            facts = new AsPathFacts(path[1], BinaryPrimitives.ReadUInt32BigEndian(path[2..]), BinaryPrimitives.ReadUInt32BigEndian(path[^4..]));
            return true;
        }

        return TryWalk(path, wide, out facts);
    }

    /// <summary>Merges a path of 2-byte ASes with its AS4_PATH (RFC 6793, 4.2.3). The AS4_PATH replaces the end of the
    /// path; a longer AS4_PATH is ignored. The length stays that of the AS_PATH.</summary>
    public static AsPathFacts Merge(in AsPathFacts path, in AsPathFacts wide) => wide.Length > path.Length || wide.Length == 0 ? path
        : path with { NeighbourAs = wide.Length == path.Length ? wide.NeighbourAs : path.NeighbourAs, OriginAs = wide.OriginAs };

    private static bool TryWalk(ReadOnlySpan<byte> path, bool wide, out AsPathFacts facts)
    {
        var size = wide ? 4 : 2;
        var length = 0;
        var (neighbour, origin) = (0u, 0u);
        facts = default;
        while (!path.IsEmpty)
        {
            if (path.Length < 2 || path[0] is < 1 or > 4 || path[1] == 0 || path.Length < 2 + size * path[1])
                return false;
            var ases = path.Slice(2, size * path[1]);
            if (path[0] == Sequence)
            {
                if (length == 0)
                    neighbour = ReadAs(ases, wide);
                origin = ReadAs(ases[^size..], wide);
                length += path[1];
            }
            else if (path[0] == Set)
            {
                origin = 0;
                length++;
            }

            path = path[(2 + ases.Length)..];
        }

        facts = new AsPathFacts(length, neighbour, origin);
        return true;
    }

    internal static uint ReadAs(ReadOnlySpan<byte> bytes, bool wide) =>
        wide ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
