// SPDX-License-Identifier: MIT
using System.Buffers;

namespace Sim.Workloads.Tables;

/// <summary>The kinds of content that a file may hold: MRT, perhaps damaged; a prefix list or any other text; text in
/// UTF-16, which is not supported; anything else.</summary>
public enum ContentKind { Mrt, Text, WideText, Other }

/// <summary>Tells MRT from text by the first bytes of a file.</summary>
public static class ContentRecogniser
{
    private const int MrtHeader = 12;

    private static readonly SearchValues<byte> s_control = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(value => (byte)value).Except("\t\n\f\r\e"u8.ToArray()), 127]);

    /// <summary>Recognises the content by the head of a file, which is some kilobytes or the whole file. Content is MRT if its first record
    /// has a known type and a plausible subtype or length; either the subtype or the length may be damaged. The MRT types in use have a NUL
    /// byte at a place where text has none. Content is text if its head has no control characters, or has a line that holds a
    /// route.</summary>
    public static ContentKind Recognise(ReadOnlySpan<byte> head)
    {
        if (IsWide(head))
            return ContentKind.WideText;
        var isRecord = IsRecord(head, out var isPrivate);
        if (isRecord && !isPrivate)
            return ContentKind.Mrt;
        if (!head.IsEmpty && (!head.ContainsAny(s_control) || HasRoute(head)))
            return ContentKind.Text;
        return isRecord || head.Length < MrtHeader ? ContentKind.Mrt : ContentKind.Other;
    }

    private static bool IsRecord(ReadOnlySpan<byte> head, out bool isPrivate)
    {
        isPrivate = false;
        if (head.Length < MrtHeader)
            return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(head[4..]);
        isPrivate = type > byte.MaxValue;
        return MrtTypes.IsAssigned(type)
            && (head[6] == 0 || BinaryPrimitives.ReadUInt32BigEndian(head[8..]) <= MrtReader.MaxRecord);
    }

    /// <summary>Returns the reason why a file that is neither MRT nor readable text is refused.</summary>
    public static string Refusal(ContentKind kind, ReadOnlySpan<byte> head) => kind == ContentKind.WideText
        ? "text in UTF-16 is not supported; 'iconv -f UTF-16 -t UTF-8' converts it"
        : $"neither MRT nor text: it begins with the bytes {Convert.ToHexString(head[..Math.Min(8, head.Length)])}";

    /// <summary>Describes text in which no line holds a prefix.</summary>
    public static string Describe(ReadOnlySpan<byte> head)
    {
        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        var text = Encoding.ASCII.GetString(head).Trim();
        bool Begins(string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        return Begins("<!doctype html") || Begins("<html") || Begins("<head") || Begins("<body") ? "HTML, such as an error page"
            : Begins("<") ? "XML or HTML"
            : IsJson(head.TrimStart(" \t\r\n"u8)) ? "JSON"
            : Begins("version https://git-lfs") ? "a Git LFS pointer in place of the file"
            : "text";
    }

    /// <summary>Returns advice to append to a message about text that is not a prefix list; empty if there is no advice.</summary>
    public static string Advice(ReadOnlySpan<byte> head) =>
        Describe(head) == "JSON" ? "; a command's plain output is read ('ip route' without -j), and jq makes a list of other files" : "";

    /// <summary>Returns whether text begins like HTML, XML or JSON. Some lines of such text may look like lines of a prefix list.</summary>
    public static bool IsNoList(ReadOnlySpan<byte> head)
    {
        var text = (head.StartsWith("\uFEFF"u8) ? head[3..] : head).TrimStart(" \t\r\n"u8);
        return text is [(byte)'<', ..] || IsJson(text);
    }

    /// <summary>Returns whether text begins with a bracket, followed by a string, another bracket or nothing. A set of
    /// ASes begins with a brace and a number instead.</summary>
    private static bool IsJson(ReadOnlySpan<byte> text) =>
        text is [(byte)'{' or (byte)'[', ..]
        && text[1..].TrimStart(" \t\r\n"u8) is [] or [(byte)'"' or (byte)'{' or (byte)'[' or (byte)'}' or (byte)']', ..];

    private static bool HasRoute(ReadOnlySpan<byte> head) =>
        !PrefixListReader.Count(new MemoryStream(head.ToArray()), "", new DamageLog()).HasNothing;

    /// <summary>Returns whether every second byte of the head is NUL and the other bytes are ASCII, perhaps after a byte order
    /// mark.</summary>
    private static bool IsWide(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            head = head[2..];
        if (head.Length < 8)
            return false;
        var (even, odd) = (true, true);
        for (var i = 0; i < 8; i++)
        {
            var isText = head[i] is >= 0x20 and < 0x7F or (byte)'\t' or (byte)'\n' or (byte)'\r';
            even &= i % 2 == 0 ? head[i] == 0 : isText;
            odd &= i % 2 == 0 ? isText : head[i] == 0;
        }

        return even || odd;
    }
}
