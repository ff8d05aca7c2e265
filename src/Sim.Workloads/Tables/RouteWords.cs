// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>The words after the destination in a line of <c>ip route</c> (<c>print_route</c> of iproute2) or of BIRD's
/// <c>show route</c>: keywords with their arguments, flags, and BIRD's words in brackets.</summary>
internal ref struct RouteWords(ListRoute route, ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>Whether <c>nexthop</c> or <c>via</c> has begun a next hop on this line.</summary>
    private bool _begun;

    /// <summary>Whether the word <c>nexthop</c> came before the next <c>via</c>.</summary>
    private bool _announced;

    private static ReadOnlySpan<byte> Structure => " via nexthop dev on from encap nh_info unicast multipath "u8;

    private static ReadOnlySpan<byte> WithArgument =>
        " nhid table proto scope src metric weight pref tos dsfield dscp mtu advmss rtt rttvar window cwnd ssthresh initcwnd initrwnd hoplimit rto_min reordering features quickack congctl fastopen_no_cookie ttl-propagate expires error users age ipid used realm realms flow mark uid iif oif mpls "u8;

    private static ReadOnlySpan<byte> Flags =>
        " onlink pervasive linkdown offload trap offload_failed rt_offload rt_trap rt_offload_failed notify unresolved cache * ! "u8;

    /// <summary>The flag of a next hop that the kernel does not use. A next hop with only <c>linkdown</c> is used, unless
    /// ignore_routes_with_linkdown is set.</summary>
    private static ReadOnlySpan<byte> Dead => "dead"u8;

    /// <summary>BIRD's types of OSPF routes, which follow the protocol: within the area, between areas, external.</summary>
    private static ReadOnlySpan<byte> OspfTypes => " I IA E1 E2 "u8;

    /// <summary>Returns whether a word is a keyword after a destination, and so cannot be a next hop.</summary>
    public static bool IsKeyword(ReadOnlySpan<byte> word) =>
        word is [(byte)'\\'] || word.IsOneOf(Structure) || word.IsOneOf(WithArgument) || word.IsOneOf(Flags) || word.SequenceEqual(Dead) || ListWords.IsNoPeerType(word);

    /// <summary>Returns whether a line that begins with these words continues the route above. BIRD's further routes to
    /// a prefix begin with a type, followed by the protocol in brackets.</summary>
    public static bool GoesOn(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest) =>
        first.IsOneOf(" via nexthop dev nh_info cache "u8)
        || (rest is [(byte)'[', ..] && (first.IsOneOf(Structure) || ListWords.IsNoPeerType(first)));

    /// <summary>Returns whether a line is an attribute, such as <c>BGP.as_path: 64500</c>, which <c>show route all</c> prints below a
    /// route.</summary>
    public static bool IsAttribute(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        return colon > 0 && char.IsAsciiLetter((char)text[0]) && (colon + 1 == text.Length || text[colon + 1] == (byte)' ')
            && !text[..colon].ContainsAny("/[]\t"u8);
    }

    /// <summary>Reads a line from its first keyword on. If <paramref name="isHead"/>, the destination is on the same line, else on a line
    /// above. Returns the error in the line, or null.</summary>
    public string? Take(bool isHead)
    {
        for (var word = Next(); !word.IsEmpty && !ListWords.IsComment(word); word = Next())
        {
            if (word.SequenceEqual("nh_info"u8))
                break;
            if (TakeWord(word, isHead) is { } complaint)
                return complaint;
        }

        route.Settled |= route.HasNextHop && (_begun || route.HasDevice);
        return null;
    }

    private string? TakeWord(ReadOnlySpan<byte> word, bool isHead)
    {
        switch (word[0])
        {
            case (byte)'[':
                return TakeBrackets(word, isHead);
            case (byte)'(' when word[^1] == (byte)')':
            case (byte)'<' when word[^1] == (byte)'>':
                return null;
        }

        if (word.SequenceEqual("via"u8))
            return TakeVia();
        if (word.SequenceEqual("nexthop"u8))
        {
            Begin();
            _announced = true;
            return null;
        }

        if (word.SequenceEqual("dev"u8) || word.SequenceEqual("on"u8))
        {
            if (!_begun && !isHead)
                Begin();
            return route.SetDevice(Next()) ? null : "no device after 'dev' or 'on'";
        }

        if (word.SequenceEqual("from"u8))
            return TakeSource();
        if (word.SequenceEqual("encap"u8))
        {
            SkipEncapsulation();
            return null;
        }

        if (word.IsOneOf(WithArgument))
            return TakeArgument(word);
        if (word.SequenceEqual(Dead))
        {
            route.Die();
            return null;
        }

        return word.IsOneOf(Flags) || (route.HasProtocol && word.IsOneOf(OspfTypes)) ? null : TakeType(word, isHead);
    }

    /// <summary>Takes BIRD's type of route. If no destination stands before the type, a further route to the prefix begins.</summary>
    private readonly string? TakeType(ReadOnlySpan<byte> word, bool isHead)
    {
        var toNoPeer = ListWords.IsNoPeerType(word);
        if (!toNoPeer && !word.IsOneOf(" unicast multipath "u8))
            return "a word that neither 'ip route' nor BIRD prints there";
        if (toNoPeer && isHead)
            route.SetAside(ListNote.NoPeer);
        route.Settled |= !isHead;
        return null;
    }

    private string? TakeVia()
    {
        if (!_announced)
            Begin();
        _announced = false;
        var word = Next();
        var named = word.SequenceEqual("inet6"u8) ? Family.IPv6 : word.SequenceEqual("inet"u8) ? Family.IPv4 : default;
        if (named != default)
            word = Next();
        if (!ListWords.TryParseAddress(word, out var family, out var isStated) || (named != default && named != family))
            return "no address after 'via'";
        // RTA_VIA, printed with its family, is for next hops of the family that is not the route's.
        route.GiveFamily((named != default) == (family == Family.IPv4) ? Family.IPv6 : Family.IPv4);
        return !isStated || route.SetNextHop(word) ? null : PrefixListReader.LongNextHop;
    }

    private string? TakeArgument(ReadOnlySpan<byte> keyword)
    {
        var argument = Next();
        if (argument.SequenceEqual("lock"u8))
            argument = Next();
        if (argument.IsEmpty)
            return "a keyword without its argument";
        // iproute2 prints a preference for IPv6 alone, and there no scope but the global one.
        if (keyword.SequenceEqual("pref"u8))
            route.GiveFamily(Family.IPv6);
        else if (keyword.SequenceEqual("scope"u8) && !argument.IsOneOf(" global 0 "u8))
            route.GiveFamily(Family.IPv4);
        else if (keyword.SequenceEqual("src"u8) && AddressText.TryParse(argument, out var family, out _))
            route.GiveFamily(family);
        else if (keyword.SequenceEqual("table"u8) && !argument.IsOneOf(" main 254 "u8))
            route.SetAside(ListNote.OtherTable, keyword, argument);
        else if (keyword.IsOneOf(" tos dsfield dscp "u8) && !argument.IsOneOf(" 0 0x0 0x00 default CS0 "u8))
            route.SetAside(ListNote.Tos, keyword, argument);
        return null;
    }

    /// <summary>Takes the source after <c>from</c>. A route for packets from one source is set aside, because packets from other sources do
    /// not take this route.</summary>
    private string? TakeSource()
    {
        var word = Next();
        if (!ListWords.TryParseDestination(word, out var source, out _))
            return "no prefix after 'from'";
        if (source.Address != 0)
            route.SetAside(ListNote.Source, "from"u8, word);
        return null;
    }

    /// <summary>Skips the words of a tunnel's header, which have their own addresses and keywords.</summary>
    private void SkipEncapsulation()
    {
        while (!_rest.IsEmpty)
        {
            var before = _rest;
            if (Next().IsOneOf(" via dev nexthop nhid "u8))
            {
                _rest = before;
                return;
            }
        }
    }

    /// <summary>Takes BIRD's words in brackets. The brackets <c>[bgp1 12:34:56 from 192.0.2.9]</c> are skipped. The brackets
    /// <c>[AS64500i]</c> give the origin AS.</summary>
    private string? TakeBrackets(ReadOnlySpan<byte> word, bool isHead)
    {
        if (word.StartsWith("[AS"u8) && word is [.., (byte)'i' or (byte)'e' or (byte)'?', (byte)']'])
        {
            if (!ListWords.TryParseAs(word[1..^2], alone: true, out var origin))
                return "no AS number in BIRD's brackets";
            if (isHead)
                route.OriginAs = origin;
            return null;
        }

        route.HasProtocol = true;
        while (!word.IsEmpty && word[^1] != (byte)']')
            word = Next();
        return word.IsEmpty ? "a bracket that is not closed" : null;
    }

    private void Begin()
    {
        _begun = true;
        route.BeginNextHop();
    }

    /// <summary>Returns the next word. Backslashes, with which <c>ip -o</c> marks the ends of lines, are left out.</summary>
    private ReadOnlySpan<byte> Next()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOfAny((byte)' ', (byte)'\t');
            var word = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[end..].TrimStart(" \t"u8);
            word = word.TrimEnd((byte)'\\');
            if (!word.IsEmpty)
                return word;
        }

        return default;
    }
}
