// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The growth of costs with prefixes and peers: sentences, plots, exponents with intervals, and every point.</summary>
internal static class ScalingSection
{
    private static readonly string[] s_axes = [Axes.Prefixes, Axes.Peers];

    /// <summary>Returns the section, with the run’s warnings unless the page already shows them.</summary>
    public static Section Of(ScalingView view, IReadOnlyList<PagePlot> plots, bool warn) => new("scaling", "Scaling", "How costs grow", $"""
        {Html.If(warn, AnswerSection.Warnings(view.Rows.Result))}{Html.Concat(Sentences(view), sentence => $"<p>{sentence}</p>\n")}
        <p>Tables smaller than the given one are random samples of it, each contained in the next. Larger tables are generated with the structure of the given one, and are marked. Prefixes are
        dealt out evenly to the peers; small tables have half as many peers as prefixes. At each size the schemes are interleaved, forwards and backwards, each with its
        own structures. Small tables are copied many times, so that every timed interval is far longer than the clock’s tick. Lookups are those of packets to random prefixes, and none waits for the one before. With a device per peer, one trie stands for the tries of all devices. Each change is a message of its own. A time is measured again if the first and second half of its rounds differ by more than 25 %. If no two of the three parts agree (both halves and the new rounds), the time is “not settled”.</p>
        {Bucket(view)}
        <h3 id="{new Anchor("scaling-plots")}">One plot per cost</h3>
        <p>Orange schemes bind prefixes in the allowedips trie, blue ones in routes, grey ones in a FIB trie of AllowedIPs. Outlined points and dashed lines are
        schemes that also have a route per prefix.</p>
        {Html.Concat(plots, Page.Figure)}{Fits(view)}{Points(view)}
        """)
    {
        Parts = [("scaling-plots", "Plots of sizes"), ("scaling-fits", "Exponents")],
    };

    private static IEnumerable<Html> Sentences(ScalingView view)
    {
        var places = view.Places(Axes.Prefixes);
        if (places.Count > 0)
            yield return Html.Join(" ", new[] { places[0], places[^1] }.Distinct().Select(place => Ends(view, place)));

        var deletes = view.Fits(Axes.Prefixes, Operations.Delete, Metrics.Exponent, large: true);
        static bool IsReplace(Figure f) => SchemeName.All.Find(f.Scheme)?.Resends == true;
        var wholesale = deletes.Find(IsReplace);
        var others = deletes.Where(f => !IsReplace(f)).OrderBy(f => f.Value).ToList();
        if (wholesale is not null && others.Count > 0)
        {
            yield return $"""
                REPLACE sends a peer’s whole set again. From {Numbers.Show(wholesale.X!.Value)} prefixes on, at a fixed number of peers, the cost of a deletion grows with the number of prefixes to
                the power of {Fit(view, wholesale)}. In the other schemes the exponent is {Fit(view, others[0])} to {Fit(view, others[^1])}.
                """;
        }

        if (Fitted(view, Metrics.TimePerPeer, SchemeName.Unhashed) is { } unhashed)
        {
            var rest = view.Of(Experiment.BucketFit, Metrics.TimePerPeer).FindAll(f => f != unhashed);
            yield return $"""
                With Linux’s own hash of fib_info, all peers of a device share a bucket: each further peer adds {Fit(view, unhashed)} to an insertion.{Html.Concat(
                    rest, f => $" With {(f.Scheme == SchemeName.Hashed ? "the hash of the series" : f.Scheme)} it adds {Fit(view, f)}.")}
                """;
        }
    }

    /// <summary>Returns the cheapest and the most expensive scheme at a place, for the most frequent operations.</summary>
    private static Html Ends(ScalingView view, double place)
    {
        Html? Part(Term operation, string words)
        {
            var rows = view.Points(Axes.Prefixes, operation, Metrics.Time).FindAll(f => f.X == place);
            var (least, most) = (rows.MinBy(f => f.Value), rows.MaxBy(f => f.Value));
            return least is null || most is null ? null : least == most ? (Html)$"{words} {Markup.Link(view.Rows, least)}"
                : $"{words} {Markup.Link(view.Rows, least)} ({least.Scheme}) to {Markup.Link(view.Rows, most)} ({most.Scheme})";
        }

        Html?[] parts =
        [
            Part(Operations.Transmit, "the lookups of a sent packet take"), Part(Operations.Insert, "an insertion takes"), Part(Operations.Delete, "a deletion takes"),
        ];
        return $"With {Numbers.Show(place)} prefixes, {Html.Join(", ", parts.OfType<Html>())}.";
    }

    private static Html Bucket(ScalingView view)
    {
        var times = view.Of(Experiment.Bucket, Metrics.Time);
        if (times.Count == 0)
            return new Html();
        var schemes = times.Select(f => f.Scheme).Distinct().ToList();
        var lines = schemes.Select(scheme => Markup.Row(scheme,
        [
            Fitted(view, Metrics.TimePerPeer, scheme) is { } slope ? Fit(view, slope) : null,
            .. new[] { Metrics.TimeWithoutPeers, Metrics.RSquared }.Select(metric => Markup.Value(view.Rows, Fitted(view, metric, scheme))),
        ]));
        var walked = view.Of(Experiment.Bucket, Metrics.InfosWalked);
        return $"""
            <h3 id="{new Anchor("scaling-hash")}">The bucket that all peers share</h3>
            <p>fib_info’s hash covers neither gateway nor encapsulation. The infos of all peers of a device therefore lie in one bucket, and each new route walks half of them on average. The series hashes both. A nexthop object’s id is hashed too, in Linux 6.12 only to eight bits. A straight line is fitted through
            all points; its slope has a 95 % interval. <code>validate --kernel uml-unhashed</code> measures the same insertion in the kernel.</p>
            {Markup.Costs("The line of an insertion’s time over the peers of the device", ["", "per further peer", "without peers", "R²"], lines,
                view.Figures.Where(f => f.Experiment == Experiment.BucketFit))}{
            Markup.Matrix(
                view.Rows, "Inserting a route among the peers of a device", "peers", times.Concat(walked), f => f.X!.Value, Numbers.Show,
                f => (f.Metric, f.Scheme), column => column.Metric == Metrics.InfosWalked ? $"infos walked: {column.Scheme}" : column.Scheme,
                times.Select(f => f.X!.Value).Distinct().Order())}
            """;
    }

    private static Figure? Fitted(ScalingView view, Metric metric, string scheme) => view.Of(Experiment.BucketFit, metric).Find(f => f.Scheme == scheme);

    private static Html Fits(ScalingView view) => $"""
        <h3 id="{new Anchor("scaling-fits")}">Exponents</h3>
        <p>Cost = factor · size<sup>exponent</sup>, by least squares through the logarithms of the points (medians). Each exponent has a 95 % interval (Student’s t) and R², the share of the
        variance that the line explains. No cost follows one line over a whole axis, so each half has its own line: up to {Numbers.Show(Axes.Split(Axes.Prefixes))} prefixes and
        above, up to {Numbers.Show(Axes.Split(Axes.Peers))} peers and above. Exponent 0 is a cost that does not grow, and 1 is a cost that grows in proportion to the size. A low R² with an exponent near 0
        means that there is nothing to explain. A wide interval means that the points do not lie on a line.</p>
        {Html.Concat(s_axes, axis => $"{Exponents(view, axis, large: false)}{Exponents(view, axis, large: true)}")}
        """;

    private static Html Exponents(ScalingView view, string axis, bool large)
    {
        var columns = ScalingPlots.Costs
            .Select(cost => (cost.Title, Fits: view.Fits(axis, cost.Operation, Metrics.Exponent.OfCost(cost.Metric), large),
                Squares: view.Fits(axis, cost.Operation, Metrics.RSquared.OfCost(cost.Metric), large)))
            .Where(column => column.Fits.Count > 0).ToList();
        if (columns.Count == 0)
            return new Html();
        Html? Shown(List<Figure> fits, List<Figure> squares, string scheme) => fits.Find(f => f.Scheme == scheme) is not { } fit ? null
            : squares.Find(f => f.Scheme == scheme) is not { } square ? Fit(view, fit)
            : $"""{Fit(view, fit)} <span class="spread">R² {Markup.Link(view.Rows, square, Numbers.Digits(square.Value, 2))}</span>""";

        var lines = view.Schemes.Select(scheme => Markup.Row(scheme, columns.Select(column => Shown(column.Fits, column.Squares, scheme))));
        var sample = columns[0].Fits[0];
        return Markup.Costs(
            $"Exponents by number of {axis}, {sample.Order} ({Numbers.Count(sample.N, "point")})", ["scheme", .. columns.Select(column => column.Title)], lines, [sample]);
    }

    private static Html Points(ScalingView view)
    {
        (string Operation, Metric Metric, string Title)[] others =
        [
            ("", Metrics.BytesPerPrefix, "memory per prefix, objects"), (Operations.LoseToNone, Metrics.Time, "loss of the only peer, per prefix"),
            (Operations.Insert, Metrics.BytesPerChange, "bytes per insertion"), (Operations.Move, Metrics.BytesPerChange, "bytes per move"),
            (Operations.Insert, Metrics.MessagesPerChange, "messages per insertion"), (Operations.Move, Metrics.MessagesPerChange, "messages per move"),
            (Operations.Delete, Metrics.MessagesPerChange, "messages per deletion"),
        ];
        var costs = ScalingPlots.Costs.Select(cost => (cost.Operation, cost.Metric, cost.Title)).Concat(others).ToList();
        Html Folded(string axis, string title, List<Figure> rows) => Html.If(
            rows.Count > 0, $"<details><summary>{title}, by number of {axis}</summary>\n{Matrix(view, $"{title}, by number of {axis}", axis, rows)}</details>\n");
        return $"""
            <h3 id="{new Anchor("scaling-points")}">Every point</h3>
            {Html.Concat(s_axes, axis => Html.Concat(costs, cost => Folded(axis, cost.Title, view.Points(axis, cost.Operation, cost.Metric))))}
            """;
    }

    private static Html Matrix(ScalingView view, string caption, string axis, List<Figure> rows) => Markup.Matrix(
        view.Rows, caption, "scheme", rows, f => f.Scheme, scheme => scheme,
        f => (f.X, Generated: axis == Axes.Prefixes && f.Order == Orders.Generated),
        place => $"{Numbers.Show(place.X!.Value)}{(place.Generated ? ", generated" : "")}", view.Schemes);

    private static Html Fit(ScalingView view, Figure row)
    {
        var scale = Scale.Of(row);
        string Short(double value) => row.Unit == Units.Ratio ? value.ToString("0.00", CultureInfo.InvariantCulture) : scale.Bare(value);
        var value = row.Unit == Units.Ratio ? Short(row.Value) : scale.Show(row.Value);
        return $"""{Markup.Link(view.Rows, row, value)} <span class="spread" title="95 % interval">{Short(row.Low)} – {Short(row.High)}</span>{Markup.FlagTag(row)}""";
    }
}
