// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Writes tables as text. <see cref="PrefixListReader"/> reads an equal table from this text.</summary>
public static class PrefixListWriter
{
    /// <summary>Writes one <c>PREFIX NEXTHOP AS</c> per line. An unknown AS is left out. Next hops are left out if the table has no next
    /// hops. A character that cannot be in the name of a next hop becomes an underscore.</summary>
    public static void WriteText(RouteTable table, Stream stream)
    {
        var names = table.NextHops.Select(Word).ToArray();
        var hasNextHops = names.Any(name => name != "-");
        using var text = Writer(stream);
        foreach (var (prefix, nextHop, origin) in table.Routes)
        {
            text.Write($"{prefix}");
            if (origin != 0 || hasNextHops)
                text.Write($" {(hasNextHops ? names[nextHop] : "-")}");
            if (origin != 0)
                text.Write($" {origin}");
            text.Write('\n');
        }
    }

    /// <summary>Writes CAIDA pfx2as: address, length and origin AS, separated by tabs, without next hops.</summary>
    public static void WritePfx2As(RouteTable table, Stream stream)
    {
        using var text = Writer(stream);
        foreach (var (prefix, _, origin) in table.Routes)
            text.Write($"{AddressText.Format(prefix.Family, prefix.Address)}\t{prefix.Length}\t{origin}\n");
    }

    private static StreamWriter Writer(Stream stream) => new(stream, leaveOpen: true);

    /// <summary>Returns a name that can be read back as a next hop. Underscores replace characters that such a name cannot
    /// contain.</summary>
    private static string Word(string name)
    {
        var word = Encoding.UTF8.GetBytes(name);
        if (name is "" or "-")
            return "-";
        if (ListWords.IsName(word) || ListWords.TryParseAddress(word, out _, out _))
            return name;
        name = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || "_-.@+=/".Contains(c, StringComparison.Ordinal) ? c : '_'));
        return ListWords.IsName(Encoding.ASCII.GetBytes(name)) ? name : "_" + name[..Math.Min(name.Length, PrefixListReader.MaxNextHop - 1)];
    }
}
