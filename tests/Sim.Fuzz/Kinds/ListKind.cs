// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Tables;
using static Sim.Fuzz.Field;

namespace Sim.Fuzz;

/// <summary>
/// Prefix lists of every kind, and text that is none. Each prefix that is read must stand in a line of the file, and a table
/// that is written out must be read back equal.
/// </summary>
internal sealed class ListKind : FuzzKind
{
    private const int Styles = 10;

    private static readonly char[] s_separators = [.. " \t\r\n,;|\"'=()[]{}<>\0"];

    public override string Name => "list";

    public override FuzzInput Make(Dice dice)
    {
        var style = dice.Below(Styles);
        var lines = Enumerable.Range(0, dice.Pick([1, 3, 12, 200])).Select(_ => Line(dice.OneIn(30) ? dice.Below(Styles) : style, dice)).ToList();
        if (dice.OneIn(3))
            lines.Insert(dice.OneIn(3) ? dice.Below(lines.Count) : 0, Words(dice.Pick(
            [
                "# comment", "; comment", "% comment", "// comment", "prefix,next hop,origin as", "BIRD 2.0.12 ready.", "Table master4:", "Table other:", "VRF red:", "Codes: K - kernel route,", "   Network          Next Hop            Metric LocPrf Weight Path", "prefixes",
                "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface", "<!DOCTYPE html>", "", "\uFEFF10.0.0.0/8",
                "Kernel IP routing table", "# " + new string('x', dice.Pick([100, 4094, 5000, 70_000])),
            ])));
        var file = Group(lines);
        if (!dice.OneIn(4))
            Damage.Structure(file, dice);
        var bytes = file.ToArray();
        if (dice.OneIn(3))
            bytes = Damage.Bytes(bytes, Group(Enumerable.Range(0, 20).Select(_ => Line(dice.Below(Styles), dice))).ToArray(), dice);
        return new FuzzInput(bytes, [], Promise.None);
    }

    public override void Check(FuzzInput input)
    {
        ContentRecogniser.Recognise(input.Bytes.AsSpan(0, Math.Min(input.Bytes.Length, 4096)));
        var allowed = new Lazy<HashSet<string>>(() => Denoted(input.Bytes));
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            var (table, counts, log) = Read(new MemoryStream(input.Bytes), family);
            var (again, _, againLog) = Read(new Trickle(input.Bytes), family);
            HoldEqual(Texts(table), Texts(again), "read at once and a byte at a time differ");
            HoldEqual(Texts(log), Texts(againLog), "the damage read at once and a byte at a time differs");
            Hold(table.Routes.DistinctBy(route => route.Prefix).Count() == table.Routes.Length, "a prefix is in the table twice");
            var own = family == Family.IPv4 ? counts.V4 : counts.V6;
            Hold(table.Routes.Length + counts.Duplicates <= own, "there are more routes than lines");
            Hold(counts.V4 + counts.V6 <= counts.Lines && counts.Damaged == log.Count, "the counts do not fit the lines");
            foreach (var route in table.Routes)
                Hold(allowed.Value.Contains(route.Prefix.ToString()), $"{route.Prefix} stands in no line");
            HoldRoundTrip(table);
        }
    }

    private static void HoldRoundTrip(RouteTable table)
    {
        using var text = new MemoryStream();
        PrefixListWriter.WriteText(table, text);
        text.Position = 0;
        var (back, _, log) = Read(text, table.Family);
        Hold(log.Count == 0, log.Count == 0 ? "" : $"written out, a table is damaged: {log.First[0]}");
        HoldEqual(Texts(table), Texts(back), "written out and read back, a table differs");
    }

    private static (RouteTable Table, PrefixListCounts Counts, DamageLog Log) Read(Stream stream, Family family)
    {
        var log = new DamageLog();
        var table = PrefixListReader.Read(stream, "input", family, log, out var counts);
        return (table, counts, log);
    }

    private static List<string> Texts(RouteTable table) =>
        [.. table.Routes.Select(route => $"{route.Prefix} {table.NextHops[route.NextHop]} {route.OriginAs}")];

    private static List<string> Texts(DamageLog log) => [.. log.First.Select(damage => damage.ToString())];

    /// <summary>
    /// Every prefix that a line can mean: ADDRESS/LENGTH, ADDRESS alone, ADDRESS with a length or netmask elsewhere in the line,
    /// the default route. Numbers have no leading zeros. Which of them a line does mean is for the reader to say.
    /// </summary>
    private static HashSet<string> Denoted(byte[] bytes)
    {
        var denoted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Encoding.Latin1.GetString(bytes).Replace("\u00EF\u00BB\u00BF", "", StringComparison.Ordinal).Split('\n'))
        {
            var words = line.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
            if (words.Contains("default", StringComparer.OrdinalIgnoreCase))
                denoted.UnionWith(["0.0.0.0/0", "::/0"]);
            foreach (var word in words)
            {
                var slash = word.IndexOf('/');
                if (Address(slash < 0 ? word : word[..slash]) is not { } address)
                    continue;
                IEnumerable<string> lengths = slash < 0 ? words : [word[(slash + 1)..]];
                foreach (var bits in lengths.Select(Length).Append(slash < 0 ? address.Length * 8 : null))
                {
                    if (bits <= address.Length * 8)
                        denoted.Add(Mrt.NaiveNlri.Text(address.Length == 16, bits.Value, address));
                }
            }
        }

        return denoted;
    }

    private static byte[]? Address(string word)
    {
        if (word.Contains(':', StringComparison.Ordinal))
            return IPAddress.TryParse(word, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 ? v6.GetAddressBytes() : null;
        var octets = word.Split('.').Select(Length).ToArray();
        return octets.Length == 4 && octets.All(octet => octet <= 255) ? [.. octets.Select(octet => (byte)octet!.Value)] : null;
    }

    /// <summary>A number, or the ones of a netmask.</summary>
    private static int? Length(string word)
    {
        if (word.Length is > 0 and < 4 && word.All(char.IsAsciiDigit) && (word[0] != '0' || word.Length == 1))
            return int.Parse(word, CultureInfo.InvariantCulture);
        if (word.Count(letter => letter == '.') != 3 || Address(word) is not { Length: 4 } mask)
            return null;
        var ones = mask.Sum(octet => int.PopCount(octet));
        return Mrt.NaiveNlri.Text(false, ones, [255, 255, 255, 255]) == $"{new IPAddress(mask)}/{ones}" ? ones : null;
    }

    /// <summary>One line in one of ten ways to write routes.</summary>
    private static Field Line(int style, Dice dice)
    {
        var v6 = style is 3 || dice.OneIn(3);
        var bits = v6 ? dice.Pick([0, 3, 32, 48, 64, 128]) : dice.Pick([0, 1, 8, 16, 24, 31, 32]);
        var address = new IPAddress(v6 ? [0x20, 1, 0xD, 0xB8, .. dice.Bytes(2), .. new byte[10]] : [10, .. dice.Bytes(2), 0]).ToString();
        var hop = dice.Pick(["192.0.2.1", "2001:db8::1", "fe80::1", "peer-a", "-", "AS64500"]);
        var number = dice.Pick(["64500", "AS64500", "1.10", "{1,2}", "1_2", "1,2", "4294967296", "0"]);
        var mask = IPNetwork.Parse($"255.255.255.255/{Math.Min(bits, 32)}").BaseAddress;
        return Words(style switch
        {
            0 => $"{address}/{bits}",
            1 => $"{address}/{bits} {hop} {number}",
            2 => $"{address}\t{bits}\t{number}",
            3 => $"{dice.Pick(["", "unreachable ", "local ", "blackhole "])}{dice.Pick([$"{address}/{bits}", "default"])} {dice.Pick(["via " + hop, "nhid 20 via inet6 fe80::1", ""])} dev eth0 proto bgp metric {dice.Below(2000)} pref medium",
            4 => $"{address} {hop} {mask} UG 0 0 0 eth0",
            5 => $"{address}/{bits} unicast [bgp1 12:00:00.000] * ({dice.Below(200)}) [AS64500i]\n\tvia 192.0.2.1 on eth0",
            6 => $"{dice.Pick(["B>*", "S  ", "O[1]>*", "C *", "K>r", "L>*"])} {address}/{bits} [20/0] {dice.Pick(["via 192.0.2.1, eth0", "via fe80::1, eth0 inactive", "via 2001:db8::9 (recursive)", "is directly connected, eth0", "unreachable (blackhole)"])}, weight 1, 00:00:0{dice.Below(9)}\n  *       via {dice.Pick(["192.0.2.2", "fe80::2"])}, eth1, 00:00:02",
            7 => $"{address}/{bits} {dice.Pick(["tos 0x10 ", "table 100 ", ""])}proto bird \n\tnexthop via 192.0.2.1 dev eth0 weight 1 {dice.Pick(["dead linkdown", "linkdown", ""])}\n\tnexthop via 192.0.2.2 dev eth1 {dice.Pick(["dead", ""])}",
            8 => $"\"{address}/{bits}\",{hop},{number}",
            _ => dice.Pick([$"{address} {mask}", $"{address} {bits}", $"0{address}/{bits}", $"{address}/0{bits}", "<tr><td>10.0.0.0/8</td></tr>", "404 not found"]),
        });
    }

    /// <summary>A line, its words and the spaces between them apart.</summary>
    private static Field Words(string line)
    {
        var parts = new List<Field>();
        for (var rest = line.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOfAny(" \t,/");
            end = end < 0 ? rest.Length : Math.Max(end, 1);
            parts.Add(Leaf(Encoding.UTF8.GetBytes(rest[..end].ToString())));
            rest = rest[end..];
        }

        return Group([.. parts, Leaf((byte)'\n')]);
    }
}
