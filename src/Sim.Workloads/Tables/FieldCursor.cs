// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Splits a line into fields. Fields are separated by runs of blanks, or by exactly one comma, semicolon or tab as in CSV. In CSV
/// a field in quotes may hold the separator (RFC 4180). A set of ASes in braces is one field.</summary>
internal ref struct FieldCursor(ReadOnlySpan<byte> text, byte separator)
{
    /// <summary>The value of <see cref="Separator"/> for runs of blanks and tabs. In a line separated by blanks, a field that begins a
    /// comment ends the line.</summary>
    public const byte Blanks = (byte)' ';

    private bool _isDone;

    public ReadOnlySpan<byte> Rest { get; private set; } = text;
    public byte Separator { get; } = separator;

    /// <summary>The error in the fields read so far, or null.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Returns the separator of a line. The text after the first field shows the separator.</summary>
    public static byte FindSeparator(ReadOnlySpan<byte> text)
    {
        var first = text[0] switch
        {
            (byte)'"' => text[1..].IndexOf((byte)'"') + 2,
            (byte)'{' => text.IndexOf((byte)'}') + 1,
            _ => text.IndexOfAny(" \t,;"u8),
        };
        if (first <= 0 || first >= text.Length)
            return Blanks;
        var after = text[first..].TrimStart(Blanks);
        if (after is [(byte)',', ..] || text[first] == (byte)';')
            return after[0];
        return text[0] == (byte)'"' && after is [(byte)'\t', ..] ? (byte)'\t' : Blanks;
    }

    /// <summary>Takes the next field. Returns false at the end of the line, or if the line is malformed.</summary>
    public bool Next(out ReadOnlySpan<byte> field)
    {
        field = default;
        if (_isDone || Complaint is not null)
            return false;
        if (Separator != Blanks)
            return NextSeparated(out field);
        if (Rest.IsEmpty || ListWords.IsComment(Rest))
        {
            // Spamhaus' lists have "PREFIX ; remark". An AS or an address after the semicolon may be a field as well.
            if (Rest is [(byte)';', ..] && IsValue(Rest[1..].Trim(" \t"u8)))
                Complaint = "a ';' that separates fields or begins a remark";
            return false;
        }

        var end = EndOfField(Rest, " \t"u8);
        field = Rest[..end];
        Rest = Rest[end..].TrimStart(" \t"u8);
        return true;
    }

    private bool NextSeparated(out ReadOnlySpan<byte> field)
    {
        var blanks = Separator == (byte)'\t' ? " "u8 : " \t"u8;
        var rest = Rest.TrimStart(blanks);
        var isQuoted = rest is [(byte)'"', ..];
        var end = isQuoted ? EndOfQuotes(rest) : EndOfField(rest, [Separator]);
        field = rest[..end].TrimEnd(blanks);
        if (isQuoted)
        {
            var closed = field.Length > 1 && field[^1] == (byte)'"';
            if (!closed || rest[end..].TrimStart(blanks) is [var next, ..] && next != Separator)
                Complaint = "a quoted field that does not end at a separator";
            field = closed ? field[1..^1] : default;
        }

        rest = rest[end..].TrimStart(blanks);
        _isDone = rest.IsEmpty;
        Rest = _isDone ? rest : rest[1..];
        return Complaint is null;
    }

    private static int EndOfField(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separators)
    {
        var set = text is [(byte)'{', ..] ? Math.Max(0, text.IndexOf((byte)'}')) : 0;
        var end = text[set..].IndexOfAny(separators);
        return end < 0 ? text.Length : set + end;
    }

    /// <summary>Returns the length of a quoted field, including its quotes. A doubled quote inside stands for one quote.</summary>
    private static int EndOfQuotes(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != (byte)'"')
                continue;
            if (i + 1 == text.Length || text[i + 1] != (byte)'"')
                return i + 1;
            i++;
        }

        return text.Length;
    }

    private static bool IsValue(ReadOnlySpan<byte> text) =>
        ListWords.TryParseAs(text, alone: false, out _) || ListWords.TryParseAddress(text, out _, out _);
}
