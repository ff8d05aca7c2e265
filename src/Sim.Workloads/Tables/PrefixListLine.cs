// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Reads a line that begins a route, in a list that has no header row. <see cref="PrefixListReader"/> has the grammar. Every
/// method that reads text returns the error in the text, or null.</summary>
internal static class PrefixListLine
{
    /// <summary>Reads the rest of a line, after its first field.</summary>
    public static string? Take(ReadOnlySpan<byte> first, FieldCursor fields, ListRoute route)
    {
        var isPlain = fields.Separator == FieldCursor.Blanks;
        if (isPlain && (first.SequenceEqual("unicast"u8) || ListWords.IsNoPeerType(first)))
            return TakeTyped(first, fields, route);
        var isDefault = first.SequenceEqual("default"u8);
        if (!isDefault)
        {
            if (!ListWords.TryParseDestination(first, out var prefix, out var hostBits))
                return isPlain && TakeRisWhois(first, fields, route) ? null : fields.Complaint ?? ListWords.WhyNoDestination(first);
            route.SetDestination(prefix, hostBits);
        }

        var rest = fields.Rest;
        if (!fields.Next(out var second))
            return fields.Complaint;
        if (isPlain && RouteWords.IsKeyword(second))
            return TakeWords(rest, route);
        return TakeFields(second, ref fields, route, isBare: !isDefault && !first.Contains((byte)'/'));
    }

    public static bool IsAbsent(ReadOnlySpan<byte> field) => field.IsEmpty || field is [(byte)'-' or (byte)'*'];

    /// <summary>Sets the next hop to an address, or to a name if names are allowed. 0.0.0.0, ::, <c>-</c> and <c>*</c> mean that there is
    /// no next hop.</summary>
    public static string? TakeNextHop(ReadOnlySpan<byte> field, ListRoute route, bool names)
    {
        if (IsAbsent(field))
            return null;
        route.BeginNextHop();
        if (ListWords.TryParseAddress(field, out var family, out var isStated))
            route.GiveFamily(family);
        else if (names && ListWords.IsName(field))
            isStated = route.IsNamed = true;
        else
            return "neither a next hop nor an AS";
        return !isStated || route.SetNextHop(field) ? null : PrefixListReader.LongNextHop;
    }

    /// <summary>Reads the length or netmask of a route whose address came without a length.</summary>
    public static string? TakeMask(ReadOnlySpan<byte> field, ListRoute route)
    {
        var family = route.Prefix.Family;
        if (ListWords.ParseMask(field, family, out var length) is { } complaint)
            return complaint;
        var prefix = new Prefix(family, route.Prefix.Address, length);
        if (prefix.Address != route.Prefix.Address)
            return "the address has bits beyond the length beside it";
        route.SetDestination(prefix, hostBits: false);
        return null;
    }

    public static bool IsMulticast(Prefix prefix) => prefix.Family == Family.IPv4
        ? prefix is { Length: >= 4 } && prefix.Address >> 124 == 0xE
        : prefix is { Length: >= 8 } && prefix.Address >> 120 == 0xFF;

    /// <summary>Reads <c>TYPE PREFIX ...</c>. <c>ip route</c> prints only routes that are not unicast in this form. <c>ip -d route</c>
    /// prints all routes in this form.</summary>
    private static string? TakeTyped(ReadOnlySpan<byte> type, FieldCursor fields, ListRoute route)
    {
        if (!type.SequenceEqual("unicast"u8))
            route.SetAside(ListNote.NoPeer);
        if (!fields.Next(out var word))
            return "a type of route without its prefix";
        if (!word.SequenceEqual("default"u8))
        {
            if (!ListWords.TryParseDestination(word, out var prefix, out var hostBits))
                return ListWords.WhyNoDestination(word);
            route.SetDestination(prefix, hostBits);
        }

        return TakeWords(fields.Rest, route);
    }

    private static string? TakeWords(ReadOnlySpan<byte> rest, ListRoute route)
    {
        var complaint = new RouteWords(route, rest).Take(isHead: true);
        // Kernels before 5.11 had no type for the ff00::/8 of each device.
        if (route.HasFamily && IsMulticast(route.Prefix))
            route.SetAside(ListNote.NoPeer);
        return complaint;
    }

    /// <summary>Reads <c>[LENGTH|NETMASK] [NEXTHOP] [AS]</c>. A length or netmask can follow only an address without a length.</summary>
    private static string? TakeFields(ReadOnlySpan<byte> field, ref FieldCursor fields, ListRoute route, bool isBare)
    {
        var isMasked = isBare && (ListWords.TryParseAddress(field, out _, out _) || field is [>= (byte)'0' and <= (byte)'9', ..]);
        if (isMasked)
        {
            if (TakeMask(field, route) is { } complaint)
                return complaint;
            if (!fields.Next(out field))
                return fields.Complaint;
        }

        var isLast = fields.Rest.IsEmpty;
        if (ListWords.TryParseAs(field, alone: false, out var origin))
        {
            route.OriginAs = origin;
            return End(ref fields);
        }

        if (TakeNextHop(field, route, names: !isMasked) is { } wrong)
            return wrong;
        if (!fields.Next(out var last))
            return fields.Complaint ?? (field.IsEmpty && isLast ? Trailing : null);
        if (last.IsEmpty)
            return Trailing;
        if (!IsAbsent(last))
        {
            if (!ListWords.TryParseAs(last, alone: true, out origin))
                return "not an AS after the next hop";
            route.OriginAs = origin;
        }

        return End(ref fields);
    }

    private const string Trailing = "a separator that separates nothing";

    private static string? End(ref FieldCursor fields) =>
        fields.Next(out _) ? "more fields than PREFIX NEXTHOP AS" : fields.Complaint;

    /// <summary>Reads <c>AS PREFIX PEERS</c>, the lines of RIPE's riswhois dumps.</summary>
    private static bool TakeRisWhois(ReadOnlySpan<byte> first, FieldCursor fields, ListRoute route)
    {
        if (!ListWords.TryParseAs(first, alone: false, out var origin)
            || !fields.Next(out var second) || !second.Contains((byte)'/')
            || !ListWords.TryParseDestination(second, out var prefix, out var hostBits)
            || !fields.Next(out var peers) || !ListWords.IsNumber(peers) || fields.Next(out _) || fields.Complaint is not null)
        {
            return false;
        }

        route.SetDestination(prefix, hostBits);
        route.OriginAs = origin;
        return true;
    }
}
