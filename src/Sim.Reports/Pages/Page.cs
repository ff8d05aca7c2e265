// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>A plot of a page: the name of its PNG, a drawing for wide screens and paper, and a drawing for phones.</summary>
internal sealed record PagePlot(PlotSpec Spec, string File, string WideSvg, string NarrowSvg);

/// <summary>A section of a page: its anchor, its name among the links at the top, and its heading. A section without a body is left
/// out.</summary>
internal sealed record Section(string Id, string Link, string Heading, Html Body)
{
    /// <summary>The anchors inside the section to which the top of the page also links.</summary>
    public IReadOnlyList<(string Id, string Link)> Parts { get; init; } = [];
}

/// <summary>index.html: a question, the sections that answer it, and every row. A page of several runs has one part for each kind of run,
/// and the anchors of each part have a prefix. The file loads nothing and runs no script.</summary>
internal sealed record Page(string Title, string Question, Html About, IReadOnlyList<Section> Sections)
{
    /// <summary>Returns the whole page for one run, or for runs of one kind.</summary>
    public Html Render(Rows rows) => Document(Title, $"""
        <header>
        <h1>{Question}</h1>
        <p class="about">{About}</p>
        <nav aria-label="Sections">{Links(Shown)}
        <a href="#rows">All rows</a></nav>
        </header>
        <main>
        {Html.Concat(Shown, Render)}{RowSection.Of(rows)}</main>

        """);

    /// <summary>Returns one page of named parts. A section that compares both families may come first, and all rows come last.</summary>
    public static Html Join(Rows rows, Section? families, IReadOnlyList<(string Name, Page Page)> parts)
    {
        static string Id(int index) => string.Create(CultureInfo.InvariantCulture, $"part-{index + 1}");
        Section[] first = families is null ? [] : [families];
        return Document("Several runs side by side", $"""
            <header>
            <h1>{Numbers.Count(rows.Result.Runs.Count, "run")}, side by side</h1>
            <nav aria-label="Parts">{Links(first)}
            {Html.Concat(parts.Index(), part => $"<a href=\"#{Id(part.Index)}\">{part.Item.Name}</a>\n")}<a href="#rows">All rows</a></nav>
            </header>
            <main>
            {Html.Concat(first, Render)}{Html.Concat(parts.Index(), part => $"<article id=\"{Id(part.Index)}\">\n{part.Item.Page.Part(part.Item.Name).Under(Id(part.Index) + "-")}</article>\n")}
            {RowSection.Of(rows)}</main>

            """);
    }

    public static Section Plots(string id, string link, string heading, Html reading, IReadOnlyList<PagePlot> plots) =>
        new(id, link, heading, plots.Count == 0 ? new Html() : $"<p>{reading}</p>\n{Html.Concat(plots, Figure)}");

    public static Html Figure(PagePlot plot) => $"""
        <figure id="{new Anchor($"plot-{plot.Spec.Name}")}">
        <h3>{plot.Spec.Question}</h3>
        {Html.Raw(plot.WideSvg)}
        {Html.Raw(plot.NarrowSvg)}
        <figcaption>{plot.Spec.Reading} {Markup.BasisTags(plot.Spec.Bases)}
        <span class="files">Also as <a href="{plot.File}.png">PNG</a>.</span></figcaption>
        </figure>

        """;

    private IEnumerable<Section> Shown => Sections.Where(section => !section.Body.IsEmpty);

    private Html Part(string name) => $"""
        <header>
        <h2 class="part">{name}: {Question}</h2>
        <p class="about">{About}</p>
        <nav aria-label="Sections of this part">{Links(Shown)}</nav>
        </header>
        {Html.Concat(Shown, Render)}
        """;

    private static Html Links(IEnumerable<Section> sections) => Html.Join("\n", sections
        .SelectMany(section => section.Parts.Prepend((section.Id, section.Link)))
        .Select(part => (Html)$"<a href=\"#{new Anchor(part.Item1)}\">{part.Item2}</a>"));

    private static Html Render(Section section) => $"""
        <section id="{new Anchor(section.Id)}">
        <h2>{section.Heading}</h2>
        {section.Body}</section>

        """;

    private static Html Document(string title, Html body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <style>
        {Html.Raw(Css.Sheet)}
        </style>
        </head>
        <body>
        {body}</body>
        </html>

        """;
}
