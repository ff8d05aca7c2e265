// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>A column of a table of configurations: a metric's value in the configuration or, with a variant, in the configuration that differs in
/// its variant alone.</summary>
internal sealed record HubColumn(string Head, Metric Metric, string? Variant = null);

/// <summary>Tables of packets and peers. A line is a configuration, and a column is a metric.</summary>
internal static class HubTables
{
    /// <summary>Returns a table with the columns that have values; empty without configurations. Each group of lines has a name.</summary>
    public static Html Of(
        HubView view, string caption, IReadOnlyList<Figure> cases, Func<Figure, string> group, Func<Figure, string> line, IReadOnlyList<HubColumn> columns)
    {
        Figure? Find(Figure row, HubColumn column) => view.Beside(row, column.Metric, column.Variant);
        var shown = columns.Where(column => cases.Any(row => Find(row, column) is not null)).ToList();
        var body = cases.GroupBy(group).Select(lines => Markup.Group(
            shown.Count + 1, lines.Key, lines.Select(row => Markup.Row(line(row), shown.Select(column => Cell(view, Find(row, column)))))));
        return Html.If(cases.Count > 0, Markup.Table(
            caption, Markup.Head(1, ["", .. shown.Select(column => column.Head)]), Html.Join("", body), "costs",
            Markup.BasisTags(cases.SelectMany(row => shown.Select(column => Find(row, column)).OfType<Figure>()))));
    }

    public static Html Folded(string title, Html tables) => Html.If(!tables.IsEmpty, $"<details><summary>{title}</summary>\n{tables}</details>\n");

    /// <summary>Returns a value that links to its row. Shares are percentages. A modelled value says so, because measured values stand beside
    /// it.</summary>
    private static Html? Cell(HubView view, Figure? row) => row is null ? null
        : (Html)$"{(row.Metric == Metrics.ChoiceShare || row.Metric == Metrics.UnusedOverhead ? Share(view, row) : Markup.Value(view.Rows, row, ScaleOf(row)))}{Html.If(row.Basis == Basis.Modelled, $" {Markup.BasisTag(row.Basis)}")}";

    public static Html Share(HubView view, Figure row) =>
        Markup.Link(view.Rows, row, $"{(row.Value < 0 ? "−" : "")}{Phrases.Percent(Math.Abs(row.Value))}");

    /// <summary>The scale of a value whose unit the column's head or the sentence names; null for a value that needs its unit.</summary>
    public static Scale? ScaleOf(Figure row) => row.Unit is Units.PerSecond or Units.Instructions ? new Scale(1, "") : null;
}
