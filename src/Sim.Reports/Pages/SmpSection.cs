// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Lookups on several processors while a writer changes bindings: AllowedIPs against routes, in the kernel and in the
/// ports.</summary>
internal static class SmpSection
{
    /// <summary>The tables of times. Each table has a metric for the times and a metric for the ratios.</summary>
    private static readonly (string Title, Metric Each, Metric Ratio)[] s_times =
    [
        ("median time of a lookup", Metrics.LookupMedian, Metrics.MedianRatio), ("99.9th percentile of the time of a lookup", Metrics.LookupTail, Metrics.TailRatio),
    ];

    public static Html Of(ValidationView view)
    {
        var rows = view.Figures.Where(f => f.Experiment == Experiment.SmpReaders && double.IsFinite(f.Value)).ToList();
        Html Family(IGrouping<int, Figure> family) => $"""
            {Html.Concat(s_times, table => Times(view, $"IPv{family.Key}: {table.Title}", table.Each, table.Ratio, [.. family]))}{
            Rates(view, $"IPv{family.Key}: per second", [.. family])}
            """;
        return Html.If(rows.Count > 0, $"""
            <h3 id="{new Anchor("smp")}">Readers beside a writer</h3>
            {Html.Concat(Sentences(view, rows), sentence => $"<p>{sentence}</p>\n")}
            <p>Each reader is a thread on a processor of its own. A reader looks up addresses, takes a reference to the peer that it finds and gives it back, as the kernel does to send a packet. A writer moves prefixes
            from peer to peer as fast as it can: in AllowedIPs, or by replacing routes. One reader has a processor to itself; if there is a reader on each processor, the writer shares one with a reader.
            “{KeyPatterns.OnePeer.Words}” are addresses that all lead to one peer, so that all readers change one reference count. Each lookup is timed alone{Clocks(view, rows)}. The kernel’s and the
            port’s threads do the same with the same addresses and moves. Ratios are route / AllowedIPs, medians over neighbouring pairs (A B B A). A/A compares runs of one structure. Quartiles stand below.</p>
            {Html.Concat(rows.GroupBy(f => f.Family).OrderBy(g => g.Key), Family)}
            """);
    }

    private static IEnumerable<Html> Sentences(ValidationView view, List<Figure> rows)
    {
        foreach (var family in rows.GroupBy(f => f.Family).OrderBy(g => g.Key))
        {
            var most = family.Max(f => f.X ?? 0);
            foreach (var keys in new[] { KeyPatterns.Prefixes, KeyPatterns.OnePeer })
            {
                if (Compared(view, [.. family.Where(f => f.X == most && f.Keys == keys)]) is { IsEmpty: false } compared)
                    yield return $"IPv{family.Key}, {Numbers.Count((int)most, "reader")} of {(keys == KeyPatterns.OnePeer ? keys.Words : "all prefixes")} beside a writer. Compared with AllowedIPs, lookups by the route attribute are {compared}.";
            }

            if (Contention(view, [.. family], most) is { IsEmpty: false } contention)
                yield return contention;
        }

        var judged = rows.Where(f => f.Metric == Metrics.LookupsJudged).Sum(f => f.Value);
        var wrong = view.Checks.Where(check => check.Kernel.Metric == Metrics.WrongNone || check.Kernel.Metric == Metrics.WrongOther).Sum(check => check.Kernel.Value + check.Port.Value);
        yield return wrong == 0
            ? (Html)$"Each of {Numbers.Show(judged)} lookups found a peer that its address has before or after a move."
            : $"<strong class=\"bad\">{Numbers.Show(wrong)} of {Numbers.Show(judged)} lookups found a peer that the address never had, or found none.</strong>";
    }

    /// <summary>Returns the speed of the route attribute while a writer changes bindings, in the kernel and in the port.</summary>
    private static Html Compared(ValidationView view, List<Figure> rows)
    {
        Figure? Ratio(string side, Metric metric) =>
            rows.Find(f => f.Side == side && f.Metric == metric && f.Operation == Operations.BesideWriter && !f.IsNoise);
        var sides = new[] { Sides.Kernel, Sides.Port }.Where(side => Ratio(side, Metrics.MedianRatio) is not null && Ratio(side, Metrics.TailRatio) is not null);
        return Html.Join("; ", sides.Select(side => (Html)$"""
            in the {side} {Markup.Speed(view.Rows, Ratio(side, Metrics.MedianRatio)!)} by the median, and {
            Markup.Speed(view.Rows, Ratio(side, Metrics.TailRatio)!)} by the 99.9th percentile
            """));
    }

    /// <summary>Compares one reader with several readers of one peer, without a writer. The medians show the cost of sharing the peer's
    /// reference count.</summary>
    private static Html Contention(ValidationView view, List<Figure> family, double most)
    {
        Figure? Median(string structure, double readers) => family.Find(f =>
            f.Side == Sides.Kernel && f.Metric == Metrics.LookupMedian && f.Structure == structure && f.X == readers && f.Keys == KeyPatterns.OnePeer && f.Operation == Operations.NoWriter);
        var parts = new[] { (Structure: Names.AllowedIps, Words: "AllowedIPs"), (Structure: Names.RouteEncap, Words: "routes") }
            .Select(one => (one.Words, Alone: Median(one.Structure, 1), All: Median(one.Structure, most)))
            .Where(one => most > 1 && one.Alone is not null && one.All is not null)
            .Select(one => (Html)$"from {Markup.Link(view.Rows, one.Alone!)} to {Markup.Link(view.Rows, one.All!)} by {one.Words}").ToList();
        return Html.If(parts.Count > 0, $"""
            IPv{family[0].Family}, no writer: if {Numbers.Show(most)} readers instead of one look up {KeyPatterns.OnePeer.Words}, the kernel’s median goes {Html.Join(", and ", parts)}.
            """);
    }

    private static Html Clocks(ValidationView view, List<Figure> rows)
    {
        var clocks = rows.Where(f => f.Operation == Operations.Clock).GroupBy(f => f.Side).Select(side => (Html)$"{Markup.Link(view.Rows, side.First())} in the {side.Key}").ToList();
        return Html.If(clocks.Count > 0, $"; its time includes reading the clock, {Html.Join(" and ", clocks)}");
    }

    private static Html Times(ValidationView view, string caption, Metric each, Metric ratio, List<Figure> rows)
    {
        var some = rows.FindAll(f => (f.Metric == each || f.Metric == ratio) && f.Operation != Operations.Clock);
        var scale = Scale.For(Units.Nanoseconds, some.Where(f => f.Metric == each).Select(f => f.Value));
        return Table(view, caption, ["AllowedIPs", "route", "route / AllowedIPs", "A/A"], some, line =>
        [
            Markup.Value(view.Rows, line.Find(f => f.Metric == each && f.Structure == Names.AllowedIps), scale),
            Markup.Value(view.Rows, line.Find(f => f.Metric == each && f.Structure != Names.AllowedIps), scale),
            Markup.Value(view.Rows, line.Find(f => f.Metric == ratio && !f.IsNoise), Scale.Ratio), Markup.Value(view.Rows, line.Find(f => f.Metric == ratio && f.IsNoise), Scale.Ratio),
        ]);
    }

    private static Html Rates(ValidationView view, string caption, List<Figure> rows)
    {
        var some = rows.FindAll(f => f.Metric == Metrics.LookupRate || f.Metric == Metrics.ChangeRate);
        Html? Of(List<Figure> line, Metric metric, bool allowedIps) =>
            Markup.Value(view.Rows, line.Find(f => f.Metric == metric && f.Structure == Names.AllowedIps == allowedIps), new Scale(1, ""));
        return Table(view, caption, ["lookups, AllowedIPs", "lookups, route", "moves, AllowedIPs", "moves, route"], some, line =>
            [Of(line, Metrics.LookupRate, true), Of(line, Metrics.LookupRate, false), Of(line, Metrics.ChangeRate, true), Of(line, Metrics.ChangeRate, false)]);
    }

    /// <summary>Returns a table. Each kind of address has two groups of lines, with and without the writer. A group has a line for each
    /// side and number of readers.</summary>
    private static Html Table(ValidationView view, string caption, string[] heads, List<Figure> rows, Func<List<Figure>, IEnumerable<Html?>> cells)
    {
        Html Line(IGrouping<(string Side, double? X), Figure> line) =>
            Markup.Row($"{line.Key.Side}, {Numbers.Count((int)line.Key.X!.Value, "reader")}", cells([.. line]));
        Html Group(IGrouping<(string Keys, string Operation), Figure> group) => Markup.Group(
            heads.Length + 1, Words.Listed(Words.Keys(group.Key.Keys), Words.Operation(group.Key.Operation)),
            group.GroupBy(f => (f.Side, f.X)).OrderBy(line => line.Key.Side == Sides.Port).ThenBy(line => line.Key.X).Select(Line));
        return Html.If(rows.Count > 0, Markup.Table(
            caption, Markup.Head(1, ["", .. heads]), Html.Concat(rows.GroupBy(f => (f.Keys, f.Operation)), Group), "costs", Markup.BasisTags(rows)));
    }
}
