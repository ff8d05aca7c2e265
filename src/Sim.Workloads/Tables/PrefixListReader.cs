// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Reads prefix lists: text in UTF-8. Each line has one of these forms; every other line is refused.
/// <code>
///   PREFIX [NEXTHOP] [AS]             192.0.2.0/24 198.51.100.1 64500      spaces or tabs between the fields
///   ADDRESS LENGTH [NEXTHOP] [AS]     192.0.2.0    24           64500      CAIDA pfx2as; a netmask instead of the length
///   ADDRESS [NAME] [AS]               192.0.2.77   peer-a       64500      a host
///   AS PREFIX PEERS                   64500  192.0.2.0/24  342             RIPE's riswhois dumps
///   [TYPE] PREFIX KEYWORD ...         192.0.2.0/24 via 198.51.100.1 dev eth0 proto bgp     `ip route`, BIRD
///     nexthop via NEXTHOP ..., via NEXTHOP on DEVICE ...                   lines that go on with the route above
///   B>* PREFIX [20/0] via NEXTHOP, DEVICE, ...                            `show ip route` of FRR (FrrLine)
///   FIELD,FIELD,...                   any of the first three with commas or semicolons, fields in quotes or not
///   header row, then rows             CSV with two named columns or more; `route -n` and `netstat -rn`
///   # comment (also ; % //, and after blanks at the end of a line), or nothing
/// </code>
/// PREFIX is ADDRESS/LENGTH, or <c>default</c>. A <c>default</c> is 0.0.0.0/0 or ::/0, depending on the family of its next hop. A
/// <c>default</c> without a next hop gets the family of the list, and comes last in the table. NEXTHOP is an IP address (IPv6 may have a
/// zone) or a NAME (<see cref="ListWords.IsName"/>), which is no keyword, type or AS; <c>-</c>, 0.0.0.0 and :: state no next hop. AS is
/// 64500 or AS64500. AS may be asdot (1.10) if the field can be nothing else. Of a set ({1,2}, 1,2) or of several origins (1_2), the first
/// AS counts. A number after an address without a length is its length, never an AS. Leading zeros are refused. The first next hop that is
/// not dead counts. A list is one table. Four kinds of routes are set aside: those of another table (<c>table N</c>, or below a second
/// title <c>Table NAME:</c> or <c>VRF NAME:</c>), those for one type of service or source, those that lead to no peer (TYPE unreachable,
/// blackhole, prohibit, throw, local, broadcast, multicast, anycast), and FRR routes that are not selected.
/// <see cref="PrefixListCounts.Notes"/> counts each reason. A line of one word that names a column of prefixes is a title.
/// <see cref="ListTitles"/> knows all further titles, and the formats that are refused as a whole
/// (<see cref="PrefixListCounts.Refusal"/>).</summary>
public static class PrefixListReader
{
    public const int MaxNextHop = 64;

    internal static readonly string LongNextHop = $"the name of the next hop is longer than {MaxNextHop} bytes";

    /// <summary>The number of bytes that a message quotes from a refused line.</summary>
    private const int Quoted = 60;

    internal static ReadOnlySpan<byte> NoNextHopUtf8 => "-"u8;

    /// <summary>Reads one family's prefixes in the order of the file, each once. Prefixes of the other family are only counted. No content
    /// makes the method fail: lines that are not understood are logged to <paramref name="damage"/> with line and offset. Damage to the
    /// container is logged too. The list then ends at the damage, without its unfinished last line. The name appears in messages and in the
    /// table. Memory is bounded by the table.</summary>
    public static RouteTable Read(Stream stream, string name, Family family, DamageLog damage, out PrefixListCounts counts)
    {
        // A line is some 16 bytes: one guess saves the growing, and a wrong one costs little.
        var expected = stream.CanSeek ? Math.Clamp((stream.Length - stream.Position) / 16, 1 << 10, 1 << 21) : 1 << 16;
        var sink = new TableSink(family, (int)expected);
        counts = ReadLines(stream, name, sink.Take, damage);
        return sink.Finish(name);
    }

    /// <summary>Counts the routes of both families in a list, in one reading. The parameters are those of
    /// <see cref="Read"/>.</summary>
    public static PrefixListCounts Count(Stream stream, string name, DamageLog damage)
    {
        var prefixes = new PrefixSet();
        var counts = ReadLines(stream, name, route => prefixes.Add(route.Prefix), damage);
        foreach (var prefix in prefixes.Items)
            counts.DistinctV4 += prefix.Family == Family.IPv4 ? 1 : 0;
        counts.DistinctV6 = prefixes.Count - counts.DistinctV4;
        return counts;
    }

    private static PrefixListCounts ReadLines(Stream stream, string name, Func<ListRoute, bool> take, DamageLog damage)
    {
        var counts = new PrefixListCounts();
        var lines = new LineReader(new ByteFeed(stream));
        var parser = new PrefixListParser(take, counts);
        try
        {
            while (lines.TryRead(out var line))
            {
                if (Complaint(lines, line, parser) is not { } complaint)
                    continue;
                counts.Damaged++;
                var offset = lines.NulOffset >= 0 ? lines.NulOffset : lines.Offset;
                damage.Add(name, lines.Number, offset, damage.Count < DamageLog.Kept ? complaint + Quote(line) : complaint, "line");
                if (counts.Refusal is not null)
                    break;
            }
        }
        catch (ContainerDamageException cut)
        {
            var unfinished = "";
            if (lines.IsUnfinished(out var begun))
            {
                parser.Refuse(begun);
                unfinished = $"; line {lines.Number + (lines.TooLong ? 0 : 1)} is cut off there and left out";
            }

            counts.IsCut = true;
            damage.Add(name, 0, cut.CompressedOffset, cut.Message + unfinished);
        }

        if (parser.End() is var (number, at))
        {
            counts.Damaged++;
            damage.Add(name, number, at, "a 'default' route whose family neither its line nor the list tells", "line");
        }

        counts.Lines = lines.Number;
        return counts;
    }

    private static string? Complaint(LineReader lines, ReadOnlySpan<byte> line, PrefixListParser parser)
    {
        if (lines.NulOffset < 0 && !lines.TooLong && !line.Contains((byte)'\r'))
            return parser.Take(line, lines.Number, lines.Offset);
        if (lines.NulOffset < 0 && !lines.TooLong)
        {
            parser.Refuse(line);
            return "a carriage return within the line: lines end in LF or CR LF";
        }

        if (lines.NulOffset < 0 && ListWords.IsComment(line.TrimStart(" \t"u8)))
            return null;
        parser.Refuse(line);
        return lines.NulOffset < 0
            ? $"the line is longer than {LineReader.MaxLine} bytes"
            : "a NUL byte: the file was cut off and filled up, or is no text";
    }

    /// <summary>Returns the beginning of a line for a message, with question marks for control characters.</summary>
    public static string Quote(ReadOnlySpan<byte> line)
    {
        var text = Encoding.ASCII.GetString(line[..Math.Min(line.Length, Quoted)]);
        return $": '{string.Concat(text.Select(c => char.IsControl(c) ? '?' : c))}{(line.Length > Quoted ? "..." : "")}'";
    }
}

/// <summary>Makes the table of one family. Routes of the other family are skipped.</summary>
internal sealed class TableSink(Family family, int expected)
{
    private readonly PrefixSet _prefixes = new(expected);
    private readonly NextHopNames _nextHops = new();
    private (int NextHop, uint OriginAs)[] _bound = new (int, uint)[expected];

    public bool Take(ListRoute route)
    {
        if (route.Prefix.Family != family)
            return true;
        if (!_prefixes.Add(route.Prefix))
            return false;
        if (_prefixes.Count > _bound.Length)
            Array.Resize(ref _bound, _bound.Length * 2);
        _bound[_prefixes.Count - 1] = (_nextHops.IndexOf(route), route.OriginAs);
        return true;
    }

    public RouteTable Finish(string name)
    {
        var routes = new Route[_prefixes.Count];
        for (var i = 0; i < routes.Length; i++)
            routes[i] = new Route(_prefixes[i], _bound[i].NextHop, _bound[i].OriginAs);
        return new RouteTable(name, family, routes, _nextHops.Names);
    }
}
