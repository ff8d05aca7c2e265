// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Text;
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>What a prefix list held, line by line; <see cref="V4"/> + <see cref="V6"/> include duplicates.</summary>
public sealed class PrefixListCounts
{
    /// <summary>All lines, blank ones and comments too.</summary>
    public long Lines { get; internal set; }

    /// <summary>Lines with an IPv4 prefix.</summary>
    public long V4 { get; internal set; }

    /// <summary>Lines with an IPv6 prefix.</summary>
    public long V6 { get; internal set; }

    /// <summary>Lines of the family read whose prefix had been met before: the first one counts.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Lines that are neither prefix, comment nor blank, or are over-long.</summary>
    public long Damaged { get; internal set; }

    /// <summary>Prefixes of the other family: counted and skipped.</summary>
    public long OtherFamily(Family family) => family == Family.IPv4 ? V6 : V4;
}

/// <summary>
/// Reads prefix lists as text. Each line is one of
/// <code>
///   PREFIX [NEXTHOP] [AS]      192.0.2.0/24 198.51.100.1 64500     any spaces or tabs between the fields
///   ADDRESS LENGTH AS          192.0.2.0    24           64500     CAIDA pfx2as
///   # comment, or nothing
/// </code>
/// An AS is written 64500 or AS64500; of a set ({1,2}, 1,2) or of several origins (1_2) the first counts. A NEXTHOP is any
/// word that is not an AS, with or without <c>via</c> before it; <c>-</c> means not stated. Further fields are ignored.
/// </summary>
public static class PrefixListReader
{
    /// <summary>The name of the next hop of prefixes that state none.</summary>
    public const string NoNextHop = "-";

    /// <summary>Longest name of a next hop, in bytes.</summary>
    public const int MaxNextHop = 64;

    /// <inheritdoc cref="Read(Stream, string, Family, DamageLog, out PrefixListCounts)"/>
    public static RouteTable Read(Stream stream, string name, Family family, DamageLog damage) =>
        Read(stream, name, family, damage, out _);

    /// <summary>
    /// Reads one family's prefixes in the order of the file, each once. Never fails on content: what is not
    /// understood goes to <paramref name="damage"/> with its line and offset. Memory is bounded by the table.
    /// </summary>
    /// <param name="stream">Uncompressed text.</param>
    /// <param name="name">The source as shown to people.</param>
    /// <param name="family">The family wanted; the other one's lines are counted and skipped.</param>
    /// <param name="damage">Takes malformed and over-long lines.</param>
    /// <param name="counts">What was in the file.</param>
    public static RouteTable Read(
        Stream stream, string name, Family family, DamageLog damage, out PrefixListCounts counts)
    {
        // A line is some 16 bytes: one guess saves the growing, and a wrong one costs little.
        var expected = stream.CanSeek ? Math.Clamp((stream.Length - stream.Position) / 16, 1 << 10, 1 << 21) : 1 << 16;
        var reading = new Reading(family, (int)expected);
        var lines = new LineReader(stream);
        counts = reading.Counts;
        while (lines.TryRead(out var line))
        {
            if (lines.Number == 1 && line.StartsWith("\uFEFF"u8))
                line = line[3..];
            var complaint = lines.TooLong ? $"the line is longer than {LineReader.MaxLine} bytes" : reading.Take(line);
            if (complaint is null)
                continue;
            counts.Damaged++;
            damage.Add(name, lines.Number, lines.Offset, complaint);
        }

        counts.Lines = lines.Number;
        return reading.Finish(name);
    }

    /// <summary>
    /// Whether a file that begins with these bytes can be such a list: only printable ASCII and white space, and the
    /// first line that is no comment begins with an address. An MRT record's header has a zero byte within its first
    /// eight.
    /// </summary>
    public static bool LooksLikeText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("\uFEFF"u8))
            head = head[3..];
        while (head.Length > 0)
        {
            var end = head.IndexOf((byte)'\n');
            var whole = end >= 0;
            var line = whole ? head[..end].Trim(" \t\r"u8) : head.TrimStart(" \t\r"u8);
            head = whole ? head[(end + 1)..] : default;
            if (line.IsEmpty)
                continue;
            if (line[0] == (byte)'#')
            {
                // Comments may hold any UTF-8, but no control characters.
                if (line.IndexOfAnyInRange((byte)0, (byte)8) >= 0)
                    return false;
                continue;
            }

            var first = PrefixListFields.Next(ref line);
            var isWhole = whole || !line.IsEmpty;
            return Prefix.TryParse(first, out _) || (!isWhole && first.IndexOfAnyExcept(PrefixBytes) < 0);
        }

        return false;
    }

    private static readonly SearchValues<byte> PrefixBytes = SearchValues.Create("0123456789abcdefABCDEF.:/"u8);

    private sealed class Reading(Family family, int expected)
    {
        private readonly PrefixSet _prefixes = new(expected);
        private readonly NextHopNames _nextHops = new();
        private (int NextHop, uint OriginAs)[] _bound = new (int, uint)[expected];

        public PrefixListCounts Counts { get; } = new();

        /// <summary>Takes one line; returns what is wrong with it, null where nothing is.</summary>
        public string? Take(ReadOnlySpan<byte> line)
        {
            line = line.TrimStart(" \t"u8);
            if (line.IsEmpty || line[0] == (byte)'#')
                return null;
            var complaint = PrefixListFields.Parse(line, out var prefix, out var nextHop, out var originAs);
            if (complaint is not null)
                return complaint;
            Counts.V4 += prefix.Family == Family.IPv4 ? 1 : 0;
            Counts.V6 += prefix.Family == Family.IPv6 ? 1 : 0;
            if (prefix.Family != family)
                return null;
            if (nextHop.Length > MaxNextHop)
                return $"the name of the next hop is longer than {MaxNextHop} bytes";
            if (!_prefixes.Add(prefix))
            {
                Counts.Duplicates++;
                return null;
            }

            if (_prefixes.Count > _bound.Length)
                Array.Resize(ref _bound, _bound.Length * 2);
            _bound[_prefixes.Count - 1] = (_nextHops.IndexOf(nextHop), originAs);
            return null;
        }

        public RouteTable Finish(string name)
        {
            var routes = new Route[_prefixes.Count];
            for (var i = 0; i < routes.Length; i++)
                routes[i] = new Route(_prefixes[i], _bound[i].NextHop, _bound[i].OriginAs);
            return new RouteTable(name, family, routes, _nextHops.Names);
        }
    }

    /// <summary>Numbers names as they come, with a string for each distinct one only.</summary>
    private sealed class NextHopNames
    {
        private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byChars;
        private readonly List<string> _names = [];
        private readonly byte[] _last = new byte[MaxNextHop];
        private int _lastLength = -1;
        private int _lastIndex;

        public NextHopNames() => _byChars = _indexes.GetAlternateLookup<ReadOnlySpan<char>>();

        public IReadOnlyList<string> Names => _names;

        public int IndexOf(ReadOnlySpan<byte> utf8)
        {
            // Neighbouring lines mostly have one next hop: comparing it is cheaper than looking it up.
            if (_lastLength == utf8.Length && utf8.SequenceEqual(_last.AsSpan(0, _lastLength)))
                return _lastIndex;
            utf8.CopyTo(_last);
            _lastLength = utf8.Length;
            _lastIndex = Find(utf8);
            return _lastIndex;
        }

        private int Find(ReadOnlySpan<byte> utf8)
        {
            Span<char> chars = stackalloc char[MaxNextHop];
            var name = utf8.IsEmpty ? NoNextHop.AsSpan() : chars[..Encoding.UTF8.GetChars(utf8, chars)];
            if (_byChars.TryGetValue(name, out var index))
                return index;
            _names.Add(name.ToString());
            _indexes.Add(_names[^1], _names.Count - 1);
            return _names.Count - 1;
        }
    }
}
