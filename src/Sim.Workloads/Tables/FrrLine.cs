// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Reads the routes of FRR's <c>show ip route</c> and <c>show ipv6 route</c> (vty_show_ip_route of zebra). Quagga prints routes in
/// the same form as FRR. The line of a route has a letter, three marks, the prefix, and a next hop. The lines below hold further next hops.
/// Every method that reads a line returns the error in the line, or null.
/// <code>
///   S>* 10.0.0.0/8 [1/0] via 192.0.2.1, eth0, weight 1, 00:00:02
///     *                  via 198.51.100.1, eth1, weight 1, 00:00:02
/// </code></summary>
internal static class FrrLine
{
    private const string Unknown = "a word that FRR's 'show ip route' does not print there";

    /// <summary>The number of bytes before the prefix: the letter, <c>></c>, <c>*</c> and a blank.</summary>
    private const int MarksLength = 4;

    [Flags]
    private enum HopState { None = 0, Inactive = 1, Recursive = 2, Unknown = 4 }

    private static ReadOnlySpan<byte> Direct => "is directly connected"u8;
    private static ReadOnlySpan<byte> Unreachable => "unreachable"u8;

    /// <summary>The words that may follow the next hop and its device, each after a comma. These words are ignored.</summary>
    private static ReadOnlySpan<byte> Details => " weight label src rmapsrc backup seg6 seg6local bsid mtu "u8;

    /// <summary>Returns whether a line begins a route: it has a letter and the marks <c>></c> (selected) and <c>*</c> (in the kernel's
    /// table) in their columns.</summary>
    public static bool IsHead(ReadOnlySpan<byte> text) => FindPrefix(text) > 0;
    public static bool IsHop(ReadOnlySpan<byte> text) => BeginsHop(text) || (Marked(text) is [_, ..] rest && BeginsHop(rest));

    /// <summary>Reads a line that begins a route, from the letter on.</summary>
    public static string? TakeHead(ReadOnlySpan<byte> text, ListRoute route)
    {
        route.IsFrr = true;
        var at = FindPrefix(text);
        if (text[at - 3] != (byte)'>')
            route.SetAside(ListNote.NotSelected);
        if (text[at - 2] == (byte)'r')
            route.SetAside(ListNote.Rejected);
        if (text[0] == (byte)'L')
            route.SetAside(ListNote.NoPeer);
        var rest = text[at..];
        var word = Cut(ref rest, (byte)' ');
        if (!ListWords.TryParseDestination(word, out var prefix, out var hostBits))
            return ListWords.WhyNoDestination(word);
        route.SetDestination(prefix, hostBits);
        if (rest is [(byte)'[', ..] && Cut(ref rest, (byte)' ') is not [.., (byte)']'])
            return "a bracket that is not closed";
        return TakeNextHop(rest, route);
    }

    /// <summary>Reads a line with a further next hop. The mark <c>b</c> means a backup, which is not in use.</summary>
    public static string? TakeHop(ReadOnlySpan<byte> text, ListRoute route)
    {
        var complaint = TakeNextHop(BeginsHop(text) ? text : Marked(text), route);
        if (complaint is null && text[0] == (byte)'b')
            route.Die();
        return complaint;
    }

    private static string? TakeNextHop(ReadOnlySpan<byte> rest, ListRoute route)
    {
        var hop = Cut(ref rest, (byte)',');
        if (hop.StartsWith(Unreachable))
        {
            route.SetAside(ListNote.NoPeer);
            return TakeDetails(rest);
        }

        ReadOnlySpan<byte> address = default;
        if (hop.StartsWith(Direct))
        {
            hop = hop[Direct.Length..].TrimStart((byte)' ');
        }
        else if (!Cut(ref hop, (byte)' ').SequenceEqual("via"u8)
            || !ListWords.TryParseAddress(address = Cut(ref hop, (byte)' '), out _, out _))
        {
            return "neither 'via' with an address, 'is directly connected' nor 'unreachable' after a prefix of FRR";
        }

        var state = TakeFlags(hop);
        ReadOnlySpan<byte> device = default;
        if (IsDevice(rest))
        {
            var part = Cut(ref rest, (byte)',');
            device = Cut(ref part, (byte)' ');
            state |= TakeFlags(part);
        }

        return state.HasFlag(HopState.Unknown) ? Unknown : Set(address, device, state, route) ?? TakeDetails(rest);
    }

    /// <summary>Sets the next hop of a route that has no next hop yet. A recursive next hop counts only if no line below resolves
    /// it.</summary>
    private static string? Set(ReadOnlySpan<byte> address, ReadOnlySpan<byte> device, HopState state, ListRoute route)
    {
        var isRecursive = state.HasFlag(HopState.Recursive);
        if (isRecursive && !route.BeginProvisional())
            return null;
        if (!isRecursive)
            route.BeginNextHop();
        if (!address.IsEmpty && !route.SetNextHop(address))
            return PrefixListReader.LongNextHop;
        if (!device.IsEmpty && !route.SetDevice(device))
            return "no device after the next hop";
        if (state.HasFlag(HopState.Inactive))
            route.Die();
        else
            route.Settled |= !isRecursive;
        return null;
    }

    /// <summary>Reads the flags after an address or a device, with or without parentheses.</summary>
    private static HopState TakeFlags(ReadOnlySpan<byte> text)
    {
        var state = HopState.None;
        while (!text.IsEmpty)
        {
            var word = Cut(ref text, text[0] == (byte)'(' ? (byte)')' : (byte)' ');
            state |= word.SequenceEqual("inactive"u8) ? HopState.Inactive
                : word.SequenceEqual("(recursive"u8) ? HopState.Recursive
                : word.SequenceEqual("(duplicate nexthop removed"u8) ? HopState.Inactive
                : word.StartsWith("(vrf "u8) || word.IsOneOf(" onlink linkdown "u8) ? HopState.None
                : HopState.Unknown;
        }

        return state;
    }

    /// <summary>Checks that nothing but details and the route's age follows.</summary>
    private static string? TakeDetails(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var part = Cut(ref rest, (byte)',');
            if (!IsDetail(part) && part is not [>= (byte)'0' and <= (byte)'9', ..])
                return Unknown;
        }

        return null;
    }

    /// <summary>Returns whether the next part is a device, not a detail or the age. The age comes last and begins with a digit.</summary>
    private static bool IsDevice(ReadOnlySpan<byte> rest) =>
        !rest.IsEmpty && !IsDetail(rest) && (!char.IsAsciiDigit((char)rest[0]) || rest.Contains((byte)','));

    private static bool IsDetail(ReadOnlySpan<byte> part) => Cut(ref part, (byte)' ').IsOneOf(Details);

    private static bool BeginsHop(ReadOnlySpan<byte> text) =>
        text.StartsWith("via "u8) || text.StartsWith(Direct) || text.StartsWith(Unreachable);

    /// <summary>Returns the text after the mark of a further next hop; empty if the line has no such mark.</summary>
    private static ReadOnlySpan<byte> Marked(ReadOnlySpan<byte> text) =>
        text is [(byte)'*' or (byte)'q' or (byte)'r' or (byte)'b' or (byte)'t' or (byte)'o', (byte)' ', ..] ? text[1..].TrimStart((byte)' ') : default;

    /// <summary>Returns the offset of the prefix: 4 bytes, or more if the line shows the instance of a protocol (<c>O[1]>* </c>); -1 if the
    /// line is not a route.</summary>
    private static int FindPrefix(ReadOnlySpan<byte> text)
    {
        if (text.Length < 8 || !char.IsAsciiLetter((char)text[0]))
            return -1;
        var at = text[1] == (byte)'[' ? text.IndexOf((byte)']') + MarksLength : MarksLength;
        return at >= MarksLength && at + 1 < text.Length && text[at - 1] == (byte)' ' && text[at] != (byte)' '
            && text[at - 3] is (byte)'>' or (byte)' ' && text[at - 2] is (byte)'*' or (byte)' ' or (byte)'q' or (byte)'r' or (byte)'b' or (byte)'t' or (byte)'o'
            && text[at..].IndexOf((byte)'/') > 0
            ? at
            : -1;
    }

    /// <summary>Takes the text before a separator. The separator and the blanks behind the separator are dropped.</summary>
    private static ReadOnlySpan<byte> Cut(scoped ref ReadOnlySpan<byte> rest, byte separator)
    {
        var end = rest.IndexOf(separator);
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..].TrimStart((byte)' ');
        return part;
    }
}
