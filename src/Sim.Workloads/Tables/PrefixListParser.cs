// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Joins the lines of a list into routes. A route is complete when the next line does not continue it. Each route to a next hop or
/// device is passed to <paramref name="take"/>, which returns false if the prefix occurred before. The columns of a header row apply to the
/// lines below it. If the line of a <c>default</c> shows no family, the route gets the family of the list, provided that all other routes
/// have the same family. For each family, only the first titled table is read.</summary>
internal sealed class PrefixListParser(Func<ListRoute, bool> take, PrefixListCounts counts)
{
    private ListRoute _route = new(), _waiting = new();
    private long _waitingRoutes;
    private State _state;
    private ListColumns? _columns;
    private bool _hasAttributes;
    private Family _family;
    private bool _isMixed, _inLegend;
    private readonly ListTables _tables = new();

    /// <summary>The route that a line could continue: no route, the route being read, or a damaged route, whose continuation lines are
    /// ignored.</summary>
    private enum State { None, Route, Refused }

    /// <summary>Takes one line without its line feed. The line's number counts from 1, and its offset counts from the start of the list.
    /// Returns the error in the line, or null.</summary>
    public string? Take(ReadOnlySpan<byte> line, long number, long offset)
    {
        var text = line.Trim(" \t"u8);
        if (text.IsEmpty || ListWords.IsComment(text) || (_inLegend && ListTitles.IsLegend(text)))
            return null;
        _inLegend = false;
        // Most lines of most lists begin with a digit, and that is cheap to tell.
        var isRoute = char.IsAsciiDigit((char)text[0]);
        if (!isRoute && _hasAttributes && line[0] == (byte)'\t' && RouteWords.IsAttribute(text))
            return null;
        var fields = new FieldCursor(text, FieldCursor.FindSeparator(text));
        if (!isRoute && GoesOn(text, fields))
            return GoOn(text);
        EndRoute();
        _route.Begin(number, offset);
        var complaint = _columns is not null ? _columns.Take(line, _route)
            : !isRoute && FrrLine.IsHead(text) ? FrrLine.TakeHead(text, _route)
            : fields.Next(out var first) ? PrefixListLine.Take(first, fields, _route) : fields.Complaint;
        _state = complaint is null ? State.Route : State.Refused;
        _hasAttributes |= _route.HasProtocol;
        if (complaint is null || TakeHeading(text))
            return null;
        // Below routes that were read, such a line is only damage, and the routes are kept.
        if (counts.HasNothing)
            counts.Refusal = ListTitles.Refusal(text);
        return counts.Refusal ?? complaint;
    }

    /// <summary>Skips a line that cannot be read. If the line begins with a tab, it may have held the next hop of the route above, so this
    /// route is left out.</summary>
    public void Refuse(ReadOnlySpan<byte> line)
    {
        if (line is not [(byte)'\t', ..] || _route.Settled)
            EndRoute();
        _state = State.Refused;
    }

    /// <summary>Completes the last route, and gives each <c>default</c> without a family the family of the list. If the list does not show
    /// a family, returns the place of the first <c>default</c> without a family; else null.</summary>
    public (long Number, long Offset)? End()
    {
        EndRoute();
        if (_waitingRoutes > 0 && (_isMixed || _family == default))
            return _waiting.Line;
        // Each `default` after the first repeats it.
        for (; _waitingRoutes > 0; _waitingRoutes--)
        {
            _waiting.GiveFamily(_family);
            Deliver(_waiting);
        }

        return null;
    }

    private bool GoesOn(ReadOnlySpan<byte> text, FieldCursor fields) =>
        (_route.IsFrr && _state != State.None && FrrLine.IsHop(text))
        || (fields.Separator == FieldCursor.Blanks && fields.Next(out var word) && RouteWords.GoesOn(word, fields.Rest));

    private string? GoOn(ReadOnlySpan<byte> text)
    {
        if (_state == State.None)
            return "continues a route, but there is no route above it";
        if (_state == State.Refused)
            return null;
        var complaint = _route.IsFrr ? FrrLine.TakeHop(text, _route) : new RouteWords(_route, text).Take(isHead: false);
        if (complaint is null || _route.Settled)
            return complaint;
        // The route's own next hop cannot be read, and the route must not get the next hop of the line after.
        _state = State.Refused;
        return complaint + "; the route above is left out";
    }

    /// <summary>Returns whether the line is a title or a header row. The columns of a header row apply to all lines
    /// below. One word that names the column of prefixes is a title, because the lines below may hold more
    /// fields.</summary>
    private bool TakeHeading(ReadOnlySpan<byte> text)
    {
        _inLegend = ListTitles.BeginsLegend(text);
        var isTitle = _inLegend || ListTitles.IsTitle(text) || (_columns is null && ListColumns.IsTitle(text));
        var columns = isTitle ? null : ListColumns.TryParse(text);
        if (columns is null && !isTitle)
            return false;
        if (ListTitles.Table(text) is { IsEmpty: false } table)
            _tables.Begin(table);
        _columns = columns;
        _state = State.None;
        return true;
    }

    private void EndRoute()
    {
        if (_state != State.Route)
            return;
        _state = State.None;
        if (_route.IsDead)
            _route.SetAside(ListNote.Dead);
        if (_route.HasFamily && !_tables.IsFirst(_route.Prefix.Family))
            _route.SetAside(ListNote.OtherTable, "table"u8, _tables.Current);
        if (_route.Aside != ListNote.None)
        {
            counts.Add(_route.Aside, 1, _route.Line.Number, _route.Reason);
            return;
        }

        if (_route.HasFamily)
        {
            _isMixed |= _family != default && _family != _route.Prefix.Family;
            _family = _route.Prefix.Family;
            Deliver(_route);
        }
        else if (_waitingRoutes++ == 0)
        {
            (_route, _waiting) = (_waiting, _route);
        }
    }

    private void Deliver(ListRoute route)
    {
        counts.V4 += route.Prefix.Family == Family.IPv4 ? 1 : 0;
        counts.V6 += route.Prefix.Family == Family.IPv6 ? 1 : 0;
        var line = route.Line.Number;
        counts.Add(ListNote.HostBits, route.HostBits ? 1 : 0, line);
        counts.Add(ListNote.Named, route.IsNamed ? 1 : 0, line);
        counts.Add(ListNote.DeadNextHop, route.DeadNextHops, line);
        counts.Add(ListNote.FurtherNextHop, route.FurtherNextHops, line);
        counts.Duplicates += take(route) ? 0 : 1;
    }
}
