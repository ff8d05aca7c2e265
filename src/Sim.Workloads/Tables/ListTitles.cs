// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Recognises lines of a list that hold no route: titles, legends, trailers, and lines of unsupported formats.</summary>
internal static class ListTitles
{
    private const string BgpTable =
        "a table of BGP paths ('show bgp', 'show ip bgp'), which is not supported; use 'vtysh -c \"show ip route\"' (or \"show ipv6 route\"), or an MRT dump ('dump bgp routes-mrt FILE' of bgpd)";

    private const string Filter =
        "a filter of a router's configuration, which is not supported; bgpq4 prints a list with -F '%n/%l\\n'";

    private static ReadOnlySpan<byte> BgpHeader => "Network Next Hop Metric LocPrf Weight Path"u8;

    /// <summary>Returns whether a line is text that BIRD, FRR, net-tools or BSD's netstat prints above, between or below routes.</summary>
    public static bool IsTitle(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("Kernel IP routing table"u8) || text.SequenceEqual("Kernel IPv6 routing table"u8)
        || text.SequenceEqual("Routing tables"u8) || text.SequenceEqual("Internet:"u8) || text.SequenceEqual("Internet6:"u8)
        || text.SequenceEqual("Access restricted"u8)
        || (text.StartsWith("BIRD "u8) && text.EndsWith(" ready."u8))
        || IsBirdCount(text) || !Table(text).IsEmpty;

    /// <summary>Returns the name of the table in a title: <c>master4</c> for <c>Table master4:</c> (BIRD), and the whole title except the
    /// colon for <c>VRF default table 100:</c> (FRR). The name is empty if the line is not such a title.</summary>
    public static ReadOnlySpan<byte> Table(ReadOnlySpan<byte> text)
    {
        if (text is not [.., (byte)':'])
            return default;
        var name = text[..^1];
        var isFrr = name.StartsWith("VRF "u8) || (name.StartsWith("IPv"u8) && name.IndexOf("cast VRF "u8) is > 0 and < 12);
        if (isFrr)
            return name;
        return name.StartsWith("Table "u8) && name.Count((byte)' ') == 1 ? name[6..] : default;
    }

    /// <summary>Returns whether a line begins FRR's list of the letters that stand before its routes.</summary>
    public static bool BeginsLegend(ReadOnlySpan<byte> text) => text.StartsWith("Codes: "u8);

    /// <summary>Returns whether a line continues FRR's list of letters, such as <c>O - OSPF, ...</c>.</summary>
    public static bool IsLegend(ReadOnlySpan<byte> text) => text.Length > 4 && text[1..].StartsWith(" - "u8);

    /// <summary>Returns the reason why a text is refused as a whole if this line is above its first route; null if the text is not
    /// refused.</summary>
    public static string? Refusal(ReadOnlySpan<byte> text)
    {
        if (IsBgpHeader(text))
            return BgpTable;
        var command = text.StartsWith("no "u8) ? text[3..] : text;
        return command.StartsWith("ip prefix-list "u8) || command.StartsWith("ipv6 prefix-list "u8)
            || text.EndsWith(" = ["u8) || text.SequenceEqual("policy-options {"u8)
            ? Filter
            : null;
    }

    private static bool IsBgpHeader(ReadOnlySpan<byte> text)
    {
        var words = new FieldCursor(text, FieldCursor.Blanks);
        var expected = new FieldCursor(BgpHeader, FieldCursor.Blanks);
        while (expected.Next(out var name))
        {
            if (!words.Next(out var word) || !word.SequenceEqual(name))
                return false;
        }

        return words.Rest.IsEmpty;
    }

    /// <summary>Returns whether a line is BIRD's count of routes, such as <c>10 of 10 routes for 10 networks in table master4</c>, perhaps
    /// after <c>Total:</c>.</summary>
    private static bool IsBirdCount(ReadOnlySpan<byte> text)
    {
        var words = new FieldCursor(text.StartsWith("Total: "u8) ? text[7..] : text, FieldCursor.Blanks);
        return words.Next(out var shown) && ListWords.IsNumber(shown) && words.Next(out var of) && of.SequenceEqual("of"u8)
            && words.Next(out var all) && ListWords.IsNumber(all) && words.Rest.StartsWith("routes for "u8);
    }
}

/// <summary>The tables that a list's titles name. For each family, only the table with the family's first route is read.</summary>
internal sealed class ListTables
{
    private readonly Dictionary<Family, byte[]> _first = [];
    private byte[] _current = [];

    /// <summary>The name of the table whose routes are being read; empty before the first title.</summary>
    public ReadOnlySpan<byte> Current => _current;

    public void Begin(ReadOnlySpan<byte> name) => _current = name.ToArray();

    /// <summary>Returns whether the current table is the table that is read for a family.</summary>
    public bool IsFirst(Family family)
    {
        _first.TryAdd(family, _current);
        return _current.AsSpan().SequenceEqual(_first[family]);
    }
}
