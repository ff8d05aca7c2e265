// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Plots;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>
/// The first screen of a run of <c>churn</c>: the verdict in sentences, where each kind of reader finds the own question, and the
/// one table. All of it is computed from the rows.
/// </summary>
internal static class ChurnAnswer
{
    private const string RemoveMe = "AllowedIPs, REMOVE_ME";
    private const string RemoveMeAndRoutes = "AllowedIPs, REMOVE_ME + routes";
    private const string Replace = "AllowedIPs, REPLACE";
    private const string Attribute = "RTA_WGPEER";
    private const string Loss = "lose-to-one";

    /// <summary>The outcome of a comparison whose rows are flagged.</summary>
    private const int NotSettled = 2;

    /// <summary>Where the two differ by less, they are called about the same.</summary>
    private const double Alike = 0.05;

    /// <summary>A column of the table: its head, what it is about in a sentence, and a scheme's row.</summary>
    private sealed record Column(string Title, string About, Func<ChurnView, string, Figure?> Row)
    {
        /// <summary>
        /// Of times: ratios to AllowedIPs with REMOVE_ME, measured in turns with it, whose own is the A/A row. Schemes are
        /// measured one after another, on a machine whose speed drifts, so that only these say which is faster.
        /// </summary>
        public Func<ChurnView, IEnumerable<Figure>>? Ratios { get; init; }

        /// <summary>The same with warm caches, where that was measured as well.</summary>
        public Func<ChurnView, IEnumerable<Figure>>? WarmRatios { get; init; }
    }

    private static readonly Column s_memory = new("memory, pages", "memory", (view, scheme) => ChurnView.ForScheme(view.Memory, scheme));

    private static readonly Column s_sent = new(
        "packet sent", "sending a packet", (view, scheme) => ChurnView.ForScheme(view.Packet("transmit"), scheme))
    {
        Ratios = view => view.PacketRatios("transmit"),
    };

    private static readonly Column s_received = new(
        "packet received", "checking where a packet comes from", (view, scheme) => ChurnView.ForScheme(view.Packet("receive"), scheme))
    {
        Ratios = view => view.PacketRatios("receive"),
    };

    private static readonly Column s_change = new(
        "a change", "changing a prefix", (view, scheme) => ChurnView.ForScheme(view.Uncoalesced("time-per-change"), scheme))
    {
        Ratios = view => view.UpdateRatios(),
        WarmRatios = view => view.UpdateRatios(warm: true),
    };

    private static readonly Column s_removal = new(
        "a removal", "taking a prefix away", (view, scheme) => ChurnView.ForScheme(view.Uncoalesced("time-per-change", "delete"), scheme))
    {
        Ratios = view => view.UpdateRatios("delete"),
        WarmRatios = view => view.UpdateRatios("delete", warm: true),
    };

    private static readonly Column s_bytes = new(
        "sent for a change", "what a daemon sends", (view, scheme) => ChurnView.ForScheme(view.Uncoalesced("bytes-per-change"), scheme));

    private static readonly Column s_loss = new("loss of a peer", "the loss of a peer", (view, scheme) =>
        ChurnView.ForScheme(view.Convergence("time").Where(f => f.Operation == Loss), scheme))
    {
        Ratios = view => view.Convergence("ratio").Where(f => f.Operation == Loss),
    };

    private static readonly Column s_known = new("known to others after", "telling others", (view, scheme) => view.Staleness(scheme));

    private static readonly Column s_code = new(
        "kernel code", "lines of kernel code", (view, scheme) => ChurnView.ForScheme(view.Of("code", "net"), scheme));

    /// <summary>Where a scheme is something else in IPv6 than its name says.</summary>
    private const string OfIPv6 = """
        <p>In IPv6, RTA_VIA is RTA_GATEWAY: an onlink gateway of the route’s own family. Each route has a nexthop and a state of its own,
        but for routes through nexthop objects, which share theirs. AllowedIPs on a FIB trie stand on a tree of routes through such objects,
        192 bytes a prefix beside the tree’s nodes; the patches (<code>kernel-patch/series-optional</code>) need 56 there. “What if” is the
        attribute in a FIB that no kernel has: routes of one peer share its state, or routes hang off the trie that IPv4’s FIB has, with
        keys of 128 bits. Neither is ever marked best, and what is counted of them is modelled.</p>

        """;

    private static readonly Column[] s_columns = [s_memory, s_sent, s_received, s_change, s_removal, s_bytes, s_loss, s_known, s_code];

    public static void Append(StringBuilder html, ChurnView view)
    {
        html.Append("<section id=\"churn\">\n<h2>The answer</h2>\n");
        foreach (var sentence in Verdict(view))
            html.Append($"<p class=\"{(sentence.Headline ? "headline" : "verdict")}\">{sentence.Text}</p>\n");
        AnswerSection.AppendWarnings(html, view.Rows.Result);
        html.Append(CacheFit.Of(view));
        AppendQuestions(html, view);
        html.Append(Summary(view));
        html.Append("""
            <p>Which is better, and best, in time goes by ratios (×) to AllowedIPs with REMOVE_ME, measured in turns (A B B A) with it, each time from
            empty caches, unless these hold both structures whole, and by what a copy of it differs (A/A) and each pair’s own repetitions do; each pair is measured in two passes, half a run apart, and what they disagree on is “not settled”. “Warm” is the ratio of the same changes once they were made and undone. A
            trace comes back to the same prefixes, so that most of its changes find their way in the caches even where these were empty before the
            first; <code>bench</code> changes prefixes drawn at random, most of them cold. The times above them were taken scheme after scheme, at full speed, with warm caches, on a machine whose speed drifts. They are
            those of the kernel’s structures alone, in ports that run in this program: system
            calls, copying, parsing and locking are not in them; the counts of messages, bytes and calls stand for those. A packet’s lookups wait for one another,
            with addresses spread over the prefixes, and are without rp_filter. AllowedIPs need routes to the device as well: one
            default route, or, marked “+ routes”, one for each prefix. A removal takes one prefix away. “Known to others after” is the
            mean time until who listens knows of a change: by a notification, read in 10 µs, or by a scan every 10 s. Kernel code is what
            Linux 6.12 lacks, in lines added less lines removed by <code>kernel-patch</code>; REMOVE_ME is in Linux since 6.16. Quartiles
            are under Details.</p>

            """);
        if (view.Figures[0].Family == 6)
            html.Append(OfIPv6);
        html.Append("</section>\n");
    }

    private static IEnumerable<(string Text, bool Headline)> Verdict(ChurnView view)
    {
        if (Headline(view) is { } headline)
            yield return (headline, true);
        foreach (var sentence in new[] { Costs(view), Wholesale(view), Observing(view) })
        {
            if (sentence is not null)
                yield return (sentence, false);
        }
    }

    /// <summary>What the attribute is better and worse at than AllowedIPs with REMOVE_ME, in the columns that both have.</summary>
    private static string? Headline(ChurnView view)
    {
        if (!view.Schemes.Contains(Attribute) || !view.Schemes.Contains(RemoveMe))
            return null;
        // What is found where caches were emptied before, and where they are warm.
        var found = new List<(string About, int Cold, int Warm)>();
        foreach (var column in s_columns)
        {
            if (column.Row(view, Attribute) is not { } attribute || column.Row(view, RemoveMe) is not { } allowed)
                continue;
            var cold = Compare(attribute, allowed, Ratios(view, column.Ratios));
            var warm = Ratios(view, column.WarmRatios);
            found.Add((column.About, cold, warm.Count > 0 ? Compare(attribute, allowed, warm) : cold));
        }

        var busy = view.Rows.All.Any(f => f.Flag == Figure.Busy);

        static string Word(int outcome) => outcome switch { 0 => "about the same", < 0 => "better", NotSettled => "not settled", _ => "worse" };
        static string Subjects(IEnumerable<(string About, int Cold, int Warm)> some) => Words.Join([.. some.Select(one => one.About)]);
        var parts = found.Where(one => one.Cold == one.Warm).GroupBy(one => one.Cold).OrderBy(group => group.Key)
            .Select(group => $"{Word(group.Key)} in {Subjects(group)}{(group.Key != NotSettled ? "" : busy ? " (the machine was busy)" : " (passes disagree)")}")
            .Concat(found.Where(one => one.Cold != one.Warm).GroupBy(one => (one.Cold, one.Warm))
                .Select(group => $"in {Subjects(group)} {Word(group.Key.Cold)} with cold caches, {Word(group.Key.Warm)} with warm ones"));
        return Markup.Text($"On this table and trace a route attribute is, beside AllowedIPs with REMOVE_ME and a default route, {string.Join("; ", parts)}.");
    }

    /// <summary>
    /// Below 0 where the first is better. Times go by the ratio that was measured in turns: alike where its quartiles meet the range
    /// from 1 to those of the A/A row and to the noise of its own repetitions, or it is within 5 % of that range; counts by their values,
    /// within 5 %. A ratio that is flagged settles nothing.
    /// </summary>
    private static int Compare(Figure one, Figure other, List<Figure> ratios)
    {
        var paired = ratios.Find(f => f.Scheme == one.Scheme);
        var noise = ratios.Find(f => f.Scheme == other.Scheme);
        if (paired is null || noise is null)
            return one.Flag.Length + other.Flag.Length > 0 ? NotSettled : Differs(one.Value, other.Value, Overlap(one, other));
        // What a copy of the reference shows is no difference, to either side.
        var ((low, high), (quick, slow)) = (paired.Range(), noise.Range());
        if (paired.Flag.Length > 0)
            return NotSettled;
        var own = Math.Max(paired.Bound ?? 1, 1);
        (quick, slow) = (Math.Min(quick, 1 / own), Math.Max(slow, own));
        return low <= slow && high >= quick ? 0 : Differs(paired.Value, paired.Value < quick ? quick : slow, overlap: false);
    }

    private static List<Figure> Ratios(ChurnView view, Func<ChurnView, IEnumerable<Figure>>? rows) => rows?.Invoke(view).ToList() ?? [];

    private static int Differs(double value, double other, bool overlap) =>
        overlap || Math.Abs(value - other) <= Alike * Math.Max(Math.Abs(value), Math.Abs(other)) ? 0 : Math.Sign(value.CompareTo(other));

    /// <summary>Whether the quartiles of two rows overlap; false for rows without.</summary>
    private static bool Overlap(Figure one, Figure other)
    {
        var ((low, high), (otherLow, otherHigh)) = (one.Range(), other.Range());
        return one.HasSpread() && other.HasSpread() && low <= otherHigh && otherLow <= high;
    }

    private static string? Costs(ChurnView view)
    {
        var memory = view.Memory.ToList();
        Figure? Memory(string scheme) => ChurnView.ForScheme(memory, scheme);
        if (Memory(Attribute) is not { } attribute || Memory(RemoveMe) is not { } allowed)
            return null;
        string Bytes(Figure row) => Markup.Link(view.Rows, row, ScaleOf(row, memory));
        var text = $"It holds {Bytes(attribute)}, where AllowedIPs hold {Bytes(allowed)} beside a default route";
        if (Memory(RemoveMeAndRoutes) is { } both)
            text += $" and {Bytes(both)} where a daemon keeps a route for each prefix as well, which is what the RFC complains of";
        text += ".";
        var sent = ChurnView.ForScheme(view.PacketRatios("transmit"), Attribute);
        var received = ChurnView.ForScheme(view.PacketRatios("receive"), Attribute);
        if (sent is not null && received is not null)
            text += $" A packet’s lookups take {Link(view, sent)} times as long to send and {Link(view, received)} times as long to receive.";
        var (cold, warm) = (ChurnView.ForScheme(view.UpdateRatios(), Attribute), ChurnView.ForScheme(view.UpdateRatios(warm: true), Attribute));
        if (cold is not null && warm is not null)
            text += $" A change takes {Link(view, cold)} times as long where caches are empty before the first, and {Link(view, warm)} times where all that is touched is warm.";
        return text;
    }

    private static string? Wholesale(ChurnView view)
    {
        var deletes = view.Uncoalesced("time-per-change", "delete").ToList();
        var others = deletes.Where(f => !f.Scheme.StartsWith(Replace, StringComparison.Ordinal)).OrderBy(f => f.Value).ToList();
        if (ChurnView.ForScheme(deletes, Replace) is not { } wholesale || others.Count == 0)
            return null;
        return $"The RFC’s complaint that a peer’s set is replaced wholesale: taking one prefix away costs {Link(view, wholesale)} "
            + $"that way {Markup.BasisTag(wholesale.Basis)}, against {Link(view, others[0])} to {Link(view, others[^1])} in every other: "
            + "REMOVE_ME has answered it.";
    }

    private static string? Observing(ChurnView view)
    {
        var scan = view.Observer.FirstOrDefault(f => f.Metric == "scan-bytes" && f.Scheme == "AllowedIPs");
        var told = view.Observer.Where(f => f.Metric == "notification-bytes").MinBy(f => f.Value);
        if (scan is null)
            return null;
        var text = $"Its complaint that nobody is told of changes of AllowedIPs still holds: who wants to know scans {Link(view, scan)} each time";
        if (view.Staleness(RemoveMe) is { } late)
            text += $" and knows of a change {Link(view, late)} late, scanning every 10 s";
        if (told is not null)
            text += $"; a route’s notification has {Link(view, told)}";
        return text + ".";
    }

    /// <summary>Two lists of questions, each with the number that answers it and a link to where more is said.</summary>
    private static void AppendQuestions(StringBuilder html, ChurnView view)
    {
        Figure? Of(Column column, string scheme) => column.Row(view, scheme);
        (string Question, string Anchor, Figure? Now, Figure? Then)[] maintainer =
        [
            ("Is a packet sent faster?", "plot-churn-packet", Of(s_sent, RemoveMe), Of(s_sent, Attribute)),
            ("Is its source checked faster?", "plot-churn-packet", Of(s_received, RemoveMe), Of(s_received, Attribute)),
            ("What does it take in memory?", "plot-churn-memory", Of(s_memory, RemoveMe), Of(s_memory, Attribute)),
            ("What in lines of code?", "churn-table", Of(s_code, RemoveMe), Of(s_code, Attribute)),
        ];
        (string Question, string Anchor, Figure? Now, Figure? Then)[] daemon =
        [
            ("What do I send for a change?", "plot-churn-bytes", Of(s_bytes, RemoveMeAndRoutes) ?? Of(s_bytes, RemoveMe), Of(s_bytes, Attribute)),
            ("How do I take one prefix away?", "plot-churn-delete", Of(s_removal, RemoveMe), Of(s_removal, Attribute)),
            ("How soon is a lost peer’s share another’s?", "plot-churn-loss", Of(s_loss, RemoveMe), Of(s_loss, Attribute)),
            ("How soon do I know what others change?", "plot-churn-staleness", Of(s_known, RemoveMe), Of(s_known, Attribute)),
        ];
        html.Append("<div class=\"asks\">\n");
        AppendList(html, view, "If you maintain WireGuard", maintainer,
            ("What do packets meet while a set is replaced?", "reader"), ("And with 10 prefixes, or 4 million?", "scaling"));
        AppendList(html, view, "If you write a routing daemon", daemon,
            ("Should I wait for more changes?", "churn-windows"), ("And with my number of peers?", "scaling"));
        html.Append("</div>\n");
    }

    private static void AppendList(
        StringBuilder html, ChurnView view, string title, (string Question, string Anchor, Figure? Now, Figure? Then)[] questions,
        params (string Question, string Anchor)[] further)
    {
        html.Append($"<div><h3>{title}</h3>\n<ul>\n");
        foreach (var (question, anchor, now, then) in questions)
        {
            if (now is null && then is null)
                continue;
            var both = new[] { now, then }.OfType<Figure>().ToList();
            var answers = new[] { (Label: "AllowedIPs", Row: now), (Label: "the attribute", Row: then) }
                .Where(answer => answer.Row is not null)
                .Select(answer => $"{answer.Label} {Markup.Link(view.Rows, answer.Row!, ScaleOf(answer.Row!, both))}");
            html.Append($"<li><a href=\"#{anchor}\">{Markup.Text(question)}</a> {string.Join(", ", answers)}.</li>\n");
        }

        foreach (var (question, anchor) in further)
        {
            if (anchor == "churn-windows" ? view.Windows.Count > 1 : view.Has(anchor))
                html.Append($"<li><a href=\"#{anchor}\">{Markup.Text(question)}</a></li>\n");
        }

        html.Append("</ul></div>\n");
    }

    /// <summary>The one table.</summary>
    private static string Summary(ChurnView view)
    {
        var columns = s_columns
            .Select(column => (
                column.Title, Rows: view.Schemes.ToDictionary(scheme => scheme, scheme => column.Row(view, scheme)),
                Cold: Ratios(view, column.Ratios), Warm: Ratios(view, column.WarmRatios), Best: Best(view, column)))
            .Where(column => column.Rows.Values.Any(row => row is not null)).ToList();
        var body = new StringBuilder("<tbody>\n");
        foreach (var scheme in view.Schemes)
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(scheme)}</th>");
            foreach (var (_, rows, cold, warm, best) in columns)
            {
                var scale = rows[scheme] is { } row ? ScaleOf(row, [.. rows.Values.OfType<Figure>()]) : default;
                body.Append(Cell(view, rows[scheme], scale, ChurnView.ForScheme(cold, scheme), ChurnView.ForScheme(warm, scheme), best.Contains(scheme)));
            }

            body.Append("</tr>\n");
        }

        return "<div id=\"churn-table\">" + Markup.Table(
            "Each scheme; the best of a column is marked, and what cannot be told from it", Markup.Head(1, ["scheme", .. columns.Select(column => column.Title)]),
            body.Append("</tbody>").ToString(), "costs summary", Markup.BasisTags(columns.SelectMany(column => column.Rows.Values.OfType<Figure>()))) + "</div>\n";
    }

    /// <summary>
    /// The schemes with a column's least value; of times measured in turns with the reference, all whose ratio to it cannot be told
    /// from the least: quartiles overlap. Never one whose row is flagged.
    /// </summary>
    private static HashSet<string> Best(ChurnView view, Column column)
    {
        var values = new Dictionary<string, (double Low, double Value, double High)>();
        var ratios = Ratios(view, column.Ratios).FindAll(f => !ChurnView.IsWhatIf(f.Scheme));
        foreach (var ratio in ratios.Where(f => f.Flag.Length == 0))
        {
            var (low, high) = ratio.Range();
            values[ratio.Scheme] = ratio.IsNoise() ? (Math.Min(low, 1), 1, Math.Max(high, 1)) : (low, ratio.Value, high);
        }

        if (ratios.Count < 2)
        {
            foreach (var scheme in view.Schemes.Where(scheme => !ChurnView.IsWhatIf(scheme)))
            {
                if (column.Row(view, scheme) is { Flag: "" } row)
                    values[scheme] = (row.Value, row.Value, row.Value);
            }
        }

        if (values.Count == 0)
            return [];
        var least = values.Values.MinBy(value => value.Value);
        return [.. values.Where(pair => pair.Value.Low <= least.High).Select(pair => pair.Key)];
    }

    /// <summary>A value and, below it, the ratios that it is judged by where there are such.</summary>
    private static string Cell(ChurnView view, Figure? row, Scale scale, Figure? cold, Figure? warm, bool best)
    {
        if (row is null)
            return "<td>–</td>";
        var link = Markup.Link(view.Rows, row, scale);
        link = best ? $"<strong class=\"best\">{link}</strong>" : link;
        var tag = row.Basis == Basis.Estimated ? " " + Markup.BasisTag(row.Basis) : "";
        string Judged(Figure? by, string state) => by is null ? ""
            : $" <span class=\"spread\">{state}{(by.IsNoise() ? Names.SelfItem : "×")} {Bare(view, by)}</span>";
        return $"<td>{link}{tag}{Judged(cold, "")}{Judged(warm, "warm ")}</td>";
    }

    /// <summary>The unit of a row among those it is compared with: one for all, but where it would hide the small ones.</summary>
    private static Scale ScaleOf(Figure row, IReadOnlyCollection<Figure> together) =>
        Scale.For(row.Unit, PlotSet.WideSpan(together) ? [row.Value] : together.Select(f => f.Value));

    private static string Link(ChurnView view, Figure figure) => ChurnSection.Link(view, figure);

    /// <summary>A linked value without its quartiles, which are in the details: the first screen is read at a glance.</summary>
    private static string Bare(ChurnView view, Figure figure) =>
        Markup.Link(view.Rows, figure, Scale.For(figure.Unit, [figure.Value]));
}
