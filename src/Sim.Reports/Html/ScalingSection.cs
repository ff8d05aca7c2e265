// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Plots;
using Sim.Reports.Runs;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>Costs over sizes as the page needs them.</summary>
/// <param name="View">The rows.</param>
/// <param name="Plots">The plots of them.</param>
internal sealed record ScalingPart(ScalingView View, IReadOnlyList<PagePlot> Plots);

/// <summary>How costs grow with prefixes and peers: sentences, a plot a cost, exponents with intervals, every point.</summary>
internal static class ScalingSection
{
    /// <param name="html">The page.</param>
    /// <param name="part">Rows and plots.</param>
    /// <param name="warn">Whether the page has shown no warnings yet.</param>
    public static void Append(StringBuilder html, ScalingPart part, bool warn = false)
    {
        var view = part.View;
        html.Append("<section id=\"scaling\">\n<h2>How costs grow</h2>\n");
        if (warn)
            AnswerSection.AppendWarnings(html, view.Rows.Result);
        foreach (var sentence in Sentences(view))
            html.Append($"<p>{sentence}</p>\n");
        html.Append("""
            <p>Tables smaller than the given one are random samples of it, each a part of the next; larger ones are made with its structure,
            and say so. Prefixes are dealt out evenly to the peers, of whom small tables have half as many as prefixes. At each place every
            scheme takes its turn with structures of its own, forwards and backwards; of small tables many copies are made, so that what is
            timed is far above the clock’s tick. Lookups are of random prefixes, none waiting for the one before, and are all that a packet costs;
            a device for each peer looks its one AllowedIP up in a trie that stands for all devices’. Each change is a message of its own.
            A time whose first and second half of rounds disagree by more than 25 % is measured again; if no two of the three agree, it is “not settled”.</p>

            """);
        AppendBucket(html, view);
        html.Append("<h3 id=\"scaling-plots\">A plot a cost</h3>\n<p>Orange binds in the allowedips trie, blue in routes, grey in a FIB trie of AllowedIPs; "
            + "outlined and dashed are those with a route for each prefix besides.</p>\n");
        foreach (var plot in part.Plots)
            Page.AppendPlot(html, plot);
        AppendFits(html, view);
        AppendPoints(html, view);
        html.Append("</section>\n");
    }

    private static IEnumerable<string> Sentences(ScalingView view)
    {
        var places = view.Places(ScalingMetrics.PrefixAxis);
        if (places.Count > 0)
        {
            yield return $"With {Numbers.Show(places[0])} prefixes: {Ends(view, places[0])}.";
            yield return $"With {Numbers.Show(places[^1])}: {Ends(view, places[^1])}.";
        }

        var deletes = view.Fits(ScalingMetrics.PrefixAxis, ScalingMetrics.Delete, ScalingMetrics.Exponent, large: true);
        var wholesale = deletes.Find(f => f.Scheme.Contains("REPLACE", StringComparison.Ordinal));
        var others = deletes.Where(f => !f.Scheme.Contains("REPLACE", StringComparison.Ordinal)).OrderBy(f => f.Value).ToList();
        if (wholesale is not null && others.Count > 0)
        {
            yield return $"From {Numbers.Show(wholesale.X!.Value)} prefixes on, at a fixed number of peers, a deletion by REPLACE grows with the prefixes to the power "
                + $"of {Fit(view, wholesale)}, since the peer’s whole set is sent again; in the other schemes to that of {Fit(view, others[0])} to {Fit(view, others[^1])}.";
        }

        if (PerPeer(view, ScalingMetrics.Unhashed) is { } unhashed)
        {
            var rest = view.Of(ScalingMetrics.BucketFits, ScalingMetrics.PerPeer).FindAll(f => f != unhashed);
            yield return $"With fib_info’s hash of 6.12 the peers of a device share a bucket: one more peer costs each insertion {Fit(view, unhashed)}"
                + (rest.Count == 0 ? "." : $", against {string.Join(" and ", rest.Select(f => $"{Fit(view, f)} with {Markup.Text(Case(f.Scheme))}"))}.");
        }
    }

    /// <summary>The cheapest and the dearest scheme at a place, in what happens most often.</summary>
    private static string Ends(ScalingView view, double place)
    {
        var parts = new List<string>();
        foreach (var (operation, words) in new[]
        {
            (ScalingMetrics.Transmit, "the lookups of a packet to be sent take"), (ScalingMetrics.Insert, "inserting a prefix"),
            (ScalingMetrics.Delete, "deleting one"),
        })
        {
            var rows = view.Points(ScalingMetrics.PrefixAxis, operation, ScalingMetrics.Time).FindAll(f => f.X == place);
            if (rows.Count == 0)
                continue;
            var (least, most) = (rows.MinBy(f => f.Value)!, rows.MaxBy(f => f.Value)!);
            parts.Add(least == most
                ? $"{words} {Plain(view, least)}"
                : $"{words} {Plain(view, least)} ({Markup.Text(least.Scheme)}) to {Plain(view, most)} ({Markup.Text(most.Scheme)})");
        }

        return string.Join(", ", parts);
    }

    private static Figure? PerPeer(ScalingView view, string scheme) =>
        view.Of(ScalingMetrics.BucketFits, ScalingMetrics.PerPeer).Find(f => f.Scheme == scheme);

    private static string Case(string scheme) => scheme == ScalingMetrics.Hashed ? "the series’ patch 2" : scheme;

    private static void AppendBucket(StringBuilder html, ScalingView view)
    {
        var times = view.Of(ScalingMetrics.Bucket, ScalingMetrics.Time);
        if (times.Count == 0)
            return;
        html.Append("""
            <h3 id="scaling-hash">The bucket that all peers share</h3>
            <p>fib_info’s hash covers neither gateway nor encapsulation: the infos of all peers of a device lie in one bucket, and each route
            that is added walks half of them. The series’ patch 2 hashes the encapsulation; a nexthop object’s id is hashed, but to eight bits.
            A straight line is fitted through all points, with the 95% interval of its slope. On Linux 6.12 under User-Mode Linux the same
            insertion was measured to take 18 ns more for each peer; <code>validate --kernel uml-unhashed</code> measures it again.</p>

            """);
        var schemes = times.Select(f => f.Scheme).Distinct().ToList();
        var lines = schemes.Select(scheme => Row(
            scheme, PerPeer(view, scheme) is { } slope ? Fit(view, slope) : null,
            Linked(view, ScalingMetrics.AtNone, scheme), Linked(view, ScalingMetrics.RSquared, scheme)));
        html.Append(Markup.Table(
            "The line of an insertion’s time over the peers of the device", Markup.Head(1, ["", "one more peer", "without peers", "R²"]),
            Body(lines), "costs", Markup.BasisTags(view.Figures.Where(f => f.Experiment == ScalingMetrics.BucketFits))));

        var walked = view.Of(ScalingMetrics.Bucket, ScalingMetrics.InfosWalked);
        var places = times.Select(f => f.X!.Value).Distinct().Order().Select(place => Row(Numbers.Show(place), [.. new[] { times, walked }.SelectMany(
            rows => schemes.Select(scheme => At(view, rows, scheme, place)))]));
        html.Append(Markup.Table(
            "Inserting a route among the peers of a device",
            Markup.Head(1, ["peers", .. schemes, .. schemes.Select(scheme => $"infos walked: {scheme}")]),
            Body(places), "costs", Markup.BasisTags(times.Concat(walked))));
    }

    private static string Body(IEnumerable<string> lines) => $"<tbody>\n{string.Concat(lines)}</tbody>";

    private static string Row(string head, params string?[] cells) =>
        $"<tr><th scope=\"row\">{Markup.Text(head)}</th>{string.Concat(cells.Select(Cell))}</tr>\n";

    private static string? Linked(ScalingView view, string metric, string scheme) =>
        view.Of(ScalingMetrics.BucketFits, metric).Find(f => f.Scheme == scheme) is { } row ? Linked(view, row) : null;

    private static void AppendFits(StringBuilder html, ScalingView view)
    {
        html.Append($"""
            <h3 id="scaling-fits">Exponents</h3>
            <p>Cost = factor · size<sup>exponent</sup>, by least squares through the logarithms of the points (medians), with the 95% interval of the
            exponent (Student’s t) and the share R² of the variance that the line explains. No cost is straight over the whole of an axis, so each
            half has a line of its own: up to {Numbers.Show(ScalingMetrics.PrefixSplit)} prefixes and from there, up to {Numbers.Show(ScalingMetrics.PeerSplit)} peers and
            from there. 0 is a cost that does not grow, 1 one that grows as the size does. A low R² with an exponent near 0 says that there is nothing
            to explain; a wide interval, that the points do not lie on a line.</p>

            """);
        foreach (var axis in (string[])[ScalingMetrics.PrefixAxis, ScalingMetrics.PeerAxis])
        {
            foreach (var large in (bool[])[false, true])
                html.Append(Exponents(view, axis, large));
        }
    }

    private static string Exponents(ScalingView view, string axis, bool large)
    {
        var columns = ScalingPlots.Costs
            .Select(cost => (cost.Title, Fits: view.Fits(axis, cost.Operation, ScalingMetrics.Of(ScalingMetrics.Exponent, cost.Metric), large),
                Squares: view.Fits(axis, cost.Operation, ScalingMetrics.Of(ScalingMetrics.RSquared, cost.Metric), large)))
            .Where(column => column.Fits.Count > 0).ToList();
        if (columns.Count == 0)
            return "";
        string? Shown(List<Figure> fits, List<Figure> squares, string scheme)
        {
            var square = squares.Find(f => f.Scheme == scheme) is { } row
                ? $""" <span class="spread">R² <a class="value" href="#row-{view.Rows.Id(row)}">{Numbers.Digits(row.Value, 2)}</a></span>"""
                : "";
            return fits.Find(f => f.Scheme == scheme) is { } fit ? Fit(view, fit) + square : null;
        }

        var lines = view.Schemes.Select(scheme => Row(scheme, [.. columns.Select(column => Shown(column.Fits, column.Squares, scheme))]));
        var sample = columns[0].Fits[0];
        return Markup.Table(
            $"Exponents over {axis}, {sample.Order} ({Numbers.Count(sample.N, "point")})", Markup.Head(1, ["scheme", .. columns.Select(column => column.Title)]),
            Body(lines), "costs", Markup.BasisTag(sample.Basis));
    }

    private static void AppendPoints(StringBuilder html, ScalingView view)
    {
        html.Append("<h3 id=\"scaling-points\">Every point</h3>\n");
        (string Operation, string Metric, string Title)[] others =
        [
            ("", ScalingMetrics.Objects, "memory a prefix, objects"), (ScalingMetrics.LossToNone, ScalingMetrics.Time, "loss of the only peer, a prefix"),
            (ScalingMetrics.Insert, ScalingMetrics.Bytes, "bytes to insert"), (ScalingMetrics.Move, ScalingMetrics.Bytes, "bytes to move"),
            (ScalingMetrics.Insert, ScalingMetrics.Messages, "messages to insert"), (ScalingMetrics.Move, ScalingMetrics.Messages, "messages to move"),
            (ScalingMetrics.Delete, ScalingMetrics.Messages, "messages to delete"),
        ];
        foreach (var axis in (string[])[ScalingMetrics.PrefixAxis, ScalingMetrics.PeerAxis])
        {
            foreach (var (operation, metric, title) in ScalingPlots.Costs.Select(cost => (cost.Operation, cost.Metric, cost.Title)).Concat(others))
            {
                var rows = view.Points(axis, operation, metric);
                if (rows.Count > 0)
                    html.Append($"<details><summary>{Markup.Text(title)}, over {axis}</summary>\n{Matrix(view, $"{title}, over {axis}", axis, rows)}</details>\n");
            }
        }
    }

    private static string Matrix(ScalingView view, string caption, string axis, List<Figure> rows)
    {
        var places = rows.Select(f => f.X!.Value).Distinct().Order().ToList();
        var lines = view.Schemes.Where(scheme => rows.Exists(f => f.Scheme == scheme))
            .Select(scheme => Row(scheme, [.. places.Select(place => At(view, rows, scheme, place))]));
        var heads = places.Select(place => Numbers.Show(place)
            + (axis == ScalingMetrics.PrefixAxis && rows.Find(f => f.X == place)!.Order == ScalingMetrics.Generated ? ", made up" : ""));
        return Markup.Table(caption, Markup.Head(1, ["scheme", .. heads]), Body(lines), "costs", Markup.BasisTags(rows));
    }

    /// <summary>The scheme's row at a place, linked; null where there is none.</summary>
    private static string? At(ScalingView view, List<Figure> rows, string scheme, double place) =>
        rows.Find(f => f.Scheme == scheme && f.X == place) is { } row ? Linked(view, row) : null;

    private static string Linked(ScalingView view, Figure row) => Markup.Value(view.Rows, row, Scale.For(row.Unit, [row.Value]));

    /// <summary>The value alone, for a sentence.</summary>
    private static string Plain(ScalingView view, Figure row) =>
        $"""<a class="value" href="#row-{view.Rows.Id(row)}">{Markup.Text(Scale.For(row.Unit, [row.Value]).Show(row.Value))}</a>{Markup.FlagTag(row)}""";

    /// <summary>A fitted value with its interval, which is none of quartiles.</summary>
    private static string Fit(ScalingView view, Figure row)
    {
        var scale = Scale.For(row.Unit, [row.Value]);
        string Short(double value) => row.Unit == "ratio" ? value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) : scale.Bare(value);
        var value = row.Unit == "ratio" ? Short(row.Value) : scale.Show(row.Value);
        return $"""<a class="value" href="#row-{view.Rows.Id(row)}">{Markup.Text(value)}</a> <span class="spread" title="95% interval">{Short(row.Low)} – {Short(row.High)}</span>{Markup.FlagTag(row)}""";
    }

    private static string Cell(string? content) => content is null ? "<td>–</td>" : $"<td>{content}</td>";
}
