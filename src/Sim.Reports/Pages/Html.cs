// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Sim.Reports.Pages;

/// <summary>The name of an anchor, unique within a part of a page. The anchor's <c>id</c> and all links to the anchor use the
/// name.</summary>
internal readonly record struct Anchor(string Name);

/// <summary>
/// Markup for a page. An interpolated string of this type is markup. Values in the string that are no markup are encoded, both as content
/// and inside quoted attributes:
/// <code>Html cell = $"&lt;td title=\"{reason}\"&gt;{value}&lt;/td&gt;";</code>
/// </summary>
[InterpolatedStringHandler]
internal sealed class Html(int literals, int values)
{
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new(literals + 16 * values);

    /// <summary>The places in the text where names of anchors begin. A prefix can be inserted at these places.</summary>
    private readonly List<int> _anchors = [];

    public Html()
        : this(0, 0)
    {
    }

    public bool IsEmpty => _text.Length == 0;

    /// <summary>Returns text as markup without encoding it. The text must be markup, such as a style sheet or a drawing.</summary>
    public static Html Raw(string markup) => new Html().Add(markup);

    public static Html Join(string separator, IEnumerable<Html> parts)
    {
        var all = new Html();
        foreach (var part in parts)
            all.Add(all.IsEmpty ? "" : separator).Append(part);
        return all;
    }

    public static Html Concat<T>(IEnumerable<T> items, Func<T, Html> markup) => Join("", items.Select(markup));

    public static Html If(bool condition, Html markup) => condition ? markup : new Html();

    public Html Append(Html other)
    {
        _anchors.AddRange(other._anchors.Select(at => at + _text.Length));
        _text.Append(other._text);
        return this;
    }

    /// <summary>Returns the markup with a prefix before the name of each anchor, so that no two parts of a page have the same
    /// anchor.</summary>
    public Html Under(string prefix)
    {
        var (renamed, from) = (new Html(_text.Length, _anchors.Count), 0);
        foreach (var at in _anchors)
        {
            renamed.Add(_text.ToString(from, at - from))._anchors.Add(renamed._text.Length);
            renamed.Add(prefix);
            from = at;
        }

        return renamed.Add(_text.ToString(from, _text.Length - from));
    }

    public override string ToString() => _text.ToString();

    public void AppendLiteral(string markup) => Add(markup);

    public void AppendFormatted(Html? markup) => Append(markup ?? new Html());

    public void AppendFormatted(IEnumerable<Html> markup) => Append(Join("", markup));

    public void AppendFormatted(Anchor anchor)
    {
        _anchors.Add(_text.Length);
        AppendFormatted(anchor.Name);
    }

    public void AppendFormatted(string? text) => Add(s_encoder.Encode(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    private Html Add(string markup)
    {
        _text.Append(markup);
        return this;
    }
}
