// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>The columns that a header row names, in a CSV export or in the output of <c>route -n</c> and <c>netstat -rn</c>. Case, blanks
/// and punctuation in names are ignored. A CSV header may have columns with unknown names, but a header separated by blanks may
/// not.</summary>
internal sealed class ListColumns
{
    private const int LongestName = 32;

    private readonly List<Column> _columns = [];
    private readonly byte _separator;

    private enum Column : byte { Other, Destination, Length, NextHop, OriginAs, Origin, Flags, Type, Device }

    private ListColumns(byte separator) => _separator = separator;

    /// <summary>Returns whether a line is one word that names the column of prefixes, in the singular or plural.</summary>
    public static bool IsTitle(ReadOnlySpan<byte> text)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var plain = name[..(text.ContainsAny(" \t,;"u8) ? 0 : Normalise(text, name))];
        return IsDestination(plain) || (plain is [.., (byte)'s'] && IsDestination(plain[..^1]))
            || (plain.EndsWith("es"u8) && IsDestination(plain[..^2]));
    }

    /// <summary>Reads the columns of a header row, which has at least two columns. Returns null if the line is not a header row.</summary>
    public static ListColumns? TryParse(ReadOnlySpan<byte> text)
    {
        var separator = text.Contains((byte)'\t') ? (byte)'\t' : FieldCursor.FindSeparator(text);
        var columns = new ListColumns(separator);
        var cursor = new FieldCursor(text, separator);
        Span<byte> name = stackalloc byte[LongestName];
        while (cursor.Next(out var field))
        {
            var length = Normalise(field, name);
            if (IsValue(field))
                return null;
            if (separator == FieldCursor.Blanks && field.SequenceEqual("Next"u8) && cursor.Rest.StartsWith("Hop"u8))
            {
                cursor.Next(out _);
                columns._columns.Add(Column.NextHop);
                continue;
            }

            if (!TryName(name[..length], out var column) && separator == FieldCursor.Blanks)
                return null;
            columns._columns.Add(column);
        }

        return cursor.Complaint is null && columns._columns.Count > 1 && columns.IsUsable() ? columns : null;
    }

    /// <summary>Reads a row into a route. Returns the error in the row, or null.</summary>
    public string? Take(ReadOnlySpan<byte> line, ListRoute route)
    {
        // Tabs at the end of a line may stand for empty fields.
        var cursor = new FieldCursor(_separator == (byte)'\t' ? line : line.Trim(" \t"u8), _separator);
        ReadOnlySpan<byte> destination = default, length = default, nextHop = default, origin = default, flags = default, type = default, device = default;
        var read = 0;
        for (; cursor.Next(out var field); read++)
        {
            if (read == _columns.Count)
                return "more fields than the header names";
            switch (_columns[read])
            {
                case Column.Destination: destination = field; break;
                case Column.Length: length = field; break;
                case Column.NextHop: nextHop = field; break;
                case Column.OriginAs: origin = field; break;
                case Column.Origin when !field.IsOneOf(" IGP EGP INCOMPLETE igp egp incomplete i e ? "u8): origin = field; break;
                case Column.Flags: flags = field; break;
                case Column.Type: type = field; break;
                case Column.Device: device = field; break;
            }
        }

        if (cursor.Complaint is not null || (read < _columns.Count && _separator != FieldCursor.Blanks))
            return cursor.Complaint ?? "fewer fields than the header names";
        if (TakeDestination(destination, length, route) is { } complaint)
            return complaint;
        if (PrefixListLine.TakeNextHop(nextHop, route, names: true) is { } wrong)
            return wrong;
        if (!PrefixListLine.IsAbsent(origin))
        {
            if (!ListWords.TryParseAs(origin, alone: true, out var number))
                return "not an AS in its column";
            route.OriginAs = number;
        }
        if (!PrefixListLine.IsAbsent(device) && !route.SetDevice(device))
            return "not a device in its column";
        if (ListWords.IsNoPeerType(type)
            || (!flags.IsEmpty && _columns.Contains(Column.Device) && LeadsToNoPeer(route, flags, device)))
        {
            route.SetAside(ListNote.NoPeer);
        }

        return null;
    }

    private static string? TakeDestination(ReadOnlySpan<byte> destination, ReadOnlySpan<byte> length, ListRoute route)
    {
        // `route -6` prints ::/0 like this.
        if (destination.SequenceEqual("[::]/0"u8))
            destination = "::/0"u8;
        if (destination.SequenceEqual("default"u8))
        {
            if (AddressText.TryParse(length, out var family, out _))
                route.GiveFamily(family);
            return null;
        }

        if (!ListWords.TryParseDestination(destination, out var prefix, out var hostBits))
            return ListWords.WhyNoDestination(destination);
        route.SetDestination(prefix, hostBits);
        if (length.IsEmpty)
            return null;
        if (!destination.Contains((byte)'/'))
            return PrefixListLine.TakeMask(length, route);
        return ListWords.ParseMask(length, prefix.Family, out var bits) is null && bits == prefix.Length
            ? null
            : "the prefix has one length, and its column another";
    }

    /// <summary>Returns whether a line of net-tools holds a route that leads to no peer. A route that leads to no peer is shown by its
    /// flags (<c>!</c> is a rejected route, <c>n</c> without a next hop is an address of this host), by its device (none, or the
    /// loopback), or by a multicast prefix.</summary>
    private static bool LeadsToNoPeer(ListRoute route, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> device) =>
        flags.Contains((byte)'!') || (flags.Contains((byte)'n') && route.NextHop.IsEmpty)
        || PrefixListLine.IsAbsent(device) || device.SequenceEqual("lo"u8) || device.SequenceEqual("lo0"u8) || PrefixListLine.IsMulticast(route.Prefix);

    /// <summary>Returns whether there is exactly one column of destinations, and no other used column occurs twice.</summary>
    private bool IsUsable()
    {
        // Beside a column of ASes, ORIGIN is the attribute (RFC 4271, 5.1.1). Without such a column it is often the AS.
        var origin = _columns.IndexOf(Column.Origin);
        if (origin >= 0 && _columns.Contains(Column.OriginAs))
            _columns[origin] = Column.Other;
        return Count(Column.Destination) == 1 && Count(Column.Length) <= 1 && Count(Column.NextHop) <= 1
            && Count(Column.OriginAs) + Count(Column.Origin) <= 1;
    }

    private int Count(Column wanted) => _columns.Count(column => column == wanted);

    /// <summary>Copies the letters and digits of a name, in lower case. Returns the number of characters copied; 0 if the name is too
    /// long.</summary>
    private static int Normalise(ReadOnlySpan<byte> field, Span<byte> name)
    {
        var length = 0;
        foreach (var character in field)
        {
            if (!char.IsAsciiLetterOrDigit((char)character))
                continue;
            if (length == name.Length)
                return 0;
            name[length++] = char.IsAsciiLetter((char)character) ? (byte)(character | 0x20) : character;
        }

        return length;
    }

    private static bool IsDestination(ReadOnlySpan<byte> name) =>
        name.IsOneOf(" prefix prefixes network net cidr route subnet destination dest dst ipprefix ip address addr ipaddress "u8);

    /// <summary>Returns whether a field is a value rather than the name of a column: a number, an address or a prefix.</summary>
    private static bool IsValue(ReadOnlySpan<byte> field)
    {
        var slash = field.IndexOf((byte)'/');
        return field is [>= (byte)'0' and <= (byte)'9', ..] || field.Count((byte)'.') > 2 || field.Count((byte)':') > 1
            || (slash >= 0 && slash + 1 < field.Length && char.IsAsciiDigit((char)field[slash + 1]));
    }

    /// <summary>Finds a column's meaning. Returns false if the column's name is unknown.</summary>
    private static bool TryName(ReadOnlySpan<byte> name, out Column column)
    {
        column =
            IsDestination(name) ? Column.Destination
            : name.IsOneOf(" length len prefixlen prefixlength masklen masklength plen mask netmask genmask subnetmask "u8) ? Column.Length
            : name.IsOneOf(" nexthop nh gateway gw via nexthopip nexthopaddress "u8) ? Column.NextHop
            : name.IsOneOf(" as asn originas originasn asnumber "u8) ? Column.OriginAs
            : name.IsOneOf(" origin "u8) ? Column.Origin
            : name.IsOneOf(" flags flag "u8) ? Column.Flags
            : name.IsOneOf(" type routetype "u8) ? Column.Type
            : name.IsOneOf(" iface if netif dev device interface "u8) ? Column.Device
            : Column.Other;
        return column != Column.Other || name.IsOneOf(" metric met ref refs use mss window irtt expire mtu "u8);
    }
}
