// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>
/// The first screen of a <c>churn</c> report: the verdict, the questions of maintainers and daemon authors, and one table.
/// </summary>
internal static class ChurnAnswer
{
    /// <summary>The outcome of a comparison whose rows are flagged.</summary>
    private const int NotSettled = 2;

    /// <summary>Two values that differ by less than this share are called about the same.</summary>
    private const double Alike = 0.05;

    /// <summary>
    /// A column of the table: its head, its subject in a sentence, and a scheme's row. Times have interleaved ratios to AllowedIPs with
    /// REMOVE_ME. Some of the times also have ratios with warm caches. The ratio of REMOVE_ME itself is the A/A row. Schemes are measured
    /// one after another on a machine whose speed drifts, so only the ratios say which scheme is faster.
    /// </summary>
    private sealed record Column(
        string Title, string About, Func<ChurnView, string, Figure?> Row, Func<ChurnView, IEnumerable<Figure>>? Ratios = null,
        Func<ChurnView, IEnumerable<Figure>>? WarmRatios = null);

    private static readonly Column s_memory = new("memory, pages", "memory", RowOf(view => view.Memory));
    private static readonly Column s_sent = new(
        "packet sent", "sending a packet", RowOf(view => view.Packet(Operations.Transmit)), view => view.PacketRatios(Operations.Transmit));
    private static readonly Column s_received = new(
        "packet received", "checking a packet’s source", RowOf(view => view.Packet(Operations.Receive)), view => view.PacketRatios(Operations.Receive));
    private static readonly Column s_change = new("change", "changing a prefix", RowOf(view => view.Uncoalesced(Metrics.TimePerChange)),
        view => view.UpdateRatios(), view => view.UpdateRatios(warm: true));
    private static readonly Column s_removal = new("withdrawal", "withdrawing a prefix", RowOf(view => view.Uncoalesced(Metrics.TimePerChange, Operations.Delete)),
        view => view.UpdateRatios(Operations.Delete), view => view.UpdateRatios(Operations.Delete, warm: true));
    private static readonly Column s_bytes = new("sent per change", "bytes that a daemon sends", RowOf(view => view.Uncoalesced(Metrics.BytesPerChange)));
    private static readonly Column s_loss = new(
        "loss of a peer", "the loss of a peer", RowOf(view => view.Losses(Metrics.Time)), view => view.Losses(Metrics.Ratio));
    private static readonly Column s_known = new("others know after", "telling observers", (view, scheme) => view.Staleness(scheme));
    private static readonly Column s_code = new("kernel code", "lines of kernel code", RowOf(view => view.Of(Experiment.Code, Metrics.NetLines)));

    private static readonly Html s_ofIPv6 = $"""
        <p>In IPv6, the scheme RTA_VIA uses RTA_GATEWAY: an onlink gateway of the route’s own family. Each route has a nexthop and a state of its own; only routes
        through nexthop objects share theirs. AllowedIPs on a FIB trie are modelled as a tree of routes through nexthop objects, with 192 bytes per prefix besides the tree’s nodes. The patches (<code>kernel-patch/series-optional</code>) need 56 bytes. “What if” is the attribute in a FIB that no kernel
        has: either routes of one peer share a state, or IPv6’s routes are kept in IPv4’s trie with keys of 128 bits. Neither what-if is ever marked best, and
        their counts are modelled.</p>

        """;

    private static readonly Html s_reading = $"""
        <p>The ratio (×) below a time decides which scheme is better or best. The ratio compares the scheme with AllowedIPs, REMOVE_ME, interleaved (A B B A). Caches are
        flushed before each repetition, unless the caches hold both structures. A difference must exceed the noise of the reference against itself (A/A) and that of
        the pair’s own repetitions. Each pair is measured in two passes, half a run apart; if the passes disagree, the pair is “not settled”. “Warm” is the ratio of the same
        changes after they were made and undone once. A trace returns to the same prefixes, so most of its changes find their path in the cache even if the
        caches were flushed before the first. <code>bench</code> changes random prefixes, most of them cold.</p>
        <p>The times themselves were taken scheme after scheme, at full speed, with warm caches. These times cover only the kernel’s structures, in ports that run in this program. System calls, copying, parsing and locking are not included; messages, bytes and calls are counted instead. A packet’s lookups wait
        for one another. The addresses are spread over the prefixes, and rp_filter is off. AllowedIPs also need routes to the device: one default route, or one per prefix where
        marked “+ routes”. “Others know after” is the mean time until an observer knows of a change, by a notification that takes 10 µs to read or by a scan
        every 10 s. “Kernel code” counts the lines that the patches in
        <code>kernel-patch</code> add to Linux 7.3, minus those that they remove. Linux has REMOVE_ME since 6.16. Quartiles are under Details.</p>

        """;

    private static readonly Column[] s_columns = [s_memory, s_sent, s_received, s_change, s_removal, s_bytes, s_loss, s_known, s_code];

    public static Section Of(ChurnView view) => new("churn", "The answer", "The answer", $"""
        {(Headline(view) is { } headline ? (Html)$"<p class=\"headline\">{headline}</p>\n" : null)}{
        Html.Concat(new[] { Costs(view), Wholesale(view), Observing(view) }.OfType<Html>(), sentences => $"<p class=\"verdict\">{sentences}</p>\n")}{
        AnswerSection.Warnings(view.Rows.Result)}{CacheFit.Of(view)}{Questions(view)}{Summary(view)}{s_reading}{Html.If(view.Figures[0].Family == 6, s_ofIPv6)}
        """);

    private static Func<ChurnView, string, Figure?> RowOf(Func<ChurnView, IEnumerable<Figure>> rows) =>
        (view, scheme) => ChurnView.ForScheme(rows(view), scheme);

    /// <summary>Returns the sentence that says in which columns the attribute is better or worse than AllowedIPs with REMOVE_ME.</summary>
    private static string? Headline(ChurnView view)
    {
        if (!view.Schemes.Contains(SchemeName.Attribute) || !view.Schemes.Contains(SchemeName.RemoveMe))
            return null;
        // Outcomes with flushed caches and with warm caches.
        var found = new List<(string About, int Cold, int Warm)>();
        foreach (var column in s_columns)
        {
            if (column.Row(view, SchemeName.Attribute) is not { } attribute || column.Row(view, SchemeName.RemoveMe) is not { } allowed)
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
        return $"Compared with AllowedIPs, REMOVE_ME and a default route, the route attribute is {string.Join("; ", parts)}.";
    }

    /// <summary>
    /// Compares two rows. The result is below 0 if the first row is better, and 0 if the rows are alike. Two times are alike if the
    /// quartiles of their interleaved ratio meet the range of noise, or if the ratio is within 5 % of that range. The range of noise covers
    /// the noise of the A/A row and the noise of the ratio's own repetitions. Two counts are alike if they differ by at most 5 %. A flagged
    /// ratio is not settled.
    /// </summary>
    private static int Compare(Figure one, Figure other, List<Figure> ratios)
    {
        var paired = ratios.Find(f => f.Scheme == one.Scheme);
        var noise = ratios.Find(f => f.Scheme == other.Scheme);
        if (paired is null || noise is null)
            return one.Flag.Length + other.Flag.Length > 0 ? NotSettled : Differs(one.Value, other.Value, Overlap(one, other));
        // A difference does not count if the reference differs from its own copy by as much.
        var ((low, high), (quick, slow)) = (paired.Range, noise.Range);
        if (paired.Flag.Length > 0)
            return NotSettled;
        var own = Math.Max(paired.Bound ?? 1, 1);
        (quick, slow) = (Math.Min(quick, 1 / own), Math.Max(slow, own));
        return low <= slow && high >= quick ? 0 : Differs(paired.Value, paired.Value < quick ? quick : slow, overlap: false);
    }

    private static List<Figure> Ratios(ChurnView view, Func<ChurnView, IEnumerable<Figure>>? rows) => rows?.Invoke(view).ToList() ?? [];

    private static int Differs(double value, double other, bool overlap) =>
        overlap || Math.Abs(value - other) <= Alike * Math.Max(Math.Abs(value), Math.Abs(other)) ? 0 : Math.Sign(value.CompareTo(other));

    /// <summary>Returns whether the quartiles of two rows overlap. Returns false for rows without quartiles.</summary>
    private static bool Overlap(Figure one, Figure other)
    {
        var ((low, high), (otherLow, otherHigh)) = (one.Range, other.Range);
        return one.HasSpread && other.HasSpread && low <= otherHigh && otherLow <= high;
    }

    private static Html? Costs(ChurnView view)
    {
        var memory = view.Memory.ToList();
        Figure? Memory(string scheme) => ChurnView.ForScheme(memory, scheme);
        if (Memory(SchemeName.Attribute) is not { } attribute || Memory(SchemeName.RemoveMe) is not { } allowed)
            return null;
        Html Bytes(Figure row) => Markup.Link(view.Rows, row, ScaleOf(row, memory));
        Html text = $"The attribute holds {Bytes(attribute)}, and AllowedIPs hold {Bytes(allowed)} with one default route.";
        if (Memory(SchemeName.RemoveMeAndRoutes) is { } both)
            text.Append($" If a daemon also keeps a route per prefix, AllowedIPs and routes together hold {Bytes(both)}: that is the RFC’s complaint.");
        Html Speed(Figure ratio) => Markup.Speed(view.Rows, ratio);
        var sent = ChurnView.ForScheme(view.PacketRatios(Operations.Transmit), SchemeName.Attribute);
        var received = ChurnView.ForScheme(view.PacketRatios(Operations.Receive), SchemeName.Attribute);
        if (sent is { Flag: "" } && received is { Flag: "" })
            text.Append($" Its lookups for a packet are {Speed(sent)} to send and {Speed(received)} to receive.");
        var (cold, warm) = (ChurnView.ForScheme(view.UpdateRatios(), SchemeName.Attribute), ChurnView.ForScheme(view.UpdateRatios(warm: true), SchemeName.Attribute));
        if (cold is { Flag: "" } && warm is { Flag: "" })
            text.Append($" A change is {Speed(cold)} with cold caches and {Speed(warm)} with warm ones.");
        return text;
    }

    private static Html? Wholesale(ChurnView view)
    {
        var deletes = view.Uncoalesced(Metrics.TimePerChange, Operations.Delete).ToList();
        var others = deletes.Where(f => SchemeName.All.Find(f.Scheme)?.Resends != true).OrderBy(f => f.Value).ToList();
        if (ChurnView.ForScheme(deletes, SchemeName.Replace) is not { } wholesale || others.Count == 0)
            return null;
        return $"""
            The RFC complains that a peer’s whole set must be replaced. Withdrawing one prefix by replacing the set takes {Markup.Link(view.Rows, wholesale)} {Markup.BasisTag(wholesale.Basis)}.
            Every other scheme takes {Markup.Link(view.Rows, others[0])} to {Markup.Link(view.Rows, others[^1])}, so REMOVE_ME has answered this complaint.
            """;
    }

    private static Html? Observing(ChurnView view)
    {
        if (view.Observer.FirstOrDefault(f => f.Metric == Metrics.ScanBytes && f.Scheme == SchemeName.AllowedIps) is not { } scan)
            return null;
        Html text = $"The RFC also complains that AllowedIPs announce no changes, and this still holds. An observer must scan {Markup.Link(view.Rows, scan)} each time";
        text.Append(view.Staleness(SchemeName.RemoveMe) is { } late ? $", and learns of a change {Markup.Link(view.Rows, late)} late if it scans every 10 s." : (Html)$".");
        return view.Observer.Where(f => f.Metric == Metrics.NotificationBytes).MinBy(f => f.Value) is not { } told ? text
            : text.Append($" The notification of a route has {Markup.Link(view.Rows, told)}.");
    }

    /// <summary>Returns two lists of questions. Below each question are the numbers that answer it, and a link to a plot or
    /// section.</summary>
    private static Html Questions(ChurnView view)
    {
        Html? Ask(string question, string anchor, Column column, bool withRoutes = false)
        {
            var now = (withRoutes ? column.Row(view, SchemeName.RemoveMeAndRoutes) : null) ?? column.Row(view, SchemeName.RemoveMe);
            var then = column.Row(view, SchemeName.Attribute);
            var both = new[] { now, then }.OfType<Figure>().ToList();
            var answers = new[] { (Label: "AllowedIPs", Row: now), (Label: "the attribute", Row: then) }.Where(answer => answer.Row is not null)
                .Select(answer => (Html)$"{answer.Label} {Markup.Link(view.Rows, answer.Row!, ScaleOf(answer.Row!, both))}");
            return both.Count == 0 ? null : (Html)$"<li><a href=\"#{new Anchor(anchor)}\">{question}</a> {Html.Join(", ", answers)}.</li>\n";
        }

        Html? More(string question, string anchor, bool has) => has ? (Html)$"<li><a href=\"#{new Anchor(anchor)}\">{question}</a></li>\n" : null;
        Html List(string title, params Html?[] questions) => $"<div><h3>{title}</h3>\n<ul>\n{questions.OfType<Html>()}</ul></div>\n";
        return $"""
            <div class="asks">
            {List(
                "If you maintain WireGuard",
                Ask("Is a packet sent faster?", "plot-churn-packet", s_sent),
                Ask("Is its source checked faster?", "plot-churn-packet", s_received),
                Ask("How much memory does it need?", "plot-churn-memory", s_memory),
                Ask("How many lines of code?", "churn-table", s_code),
                More("What do packets meet while a set is replaced?", "reader", view.Has(Experiment.Reader)),
                More("What about 10 prefixes, or 4 million?", "scaling", view.Has(Experiment.Scaling)))}{
            List(
                "If you write a routing daemon",
                Ask("How much do I send per change?", "plot-churn-bytes", s_bytes, withRoutes: true),
                Ask("How long does a withdrawal take?", "plot-churn-delete", s_removal),
                Ask("How fast is failover from a lost peer?", "plot-churn-loss", s_loss),
                Ask("How soon do I know what others change?", "plot-churn-staleness", s_known),
                More("Should I wait for more changes?", "churn-windows", view.Windows.Count > 1),
                More("What about my number of peers?", "scaling", view.Has(Experiment.Scaling)))}</div>

            """;
    }

    private static Html Summary(ChurnView view)
    {
        var columns = s_columns
            .Select(column => (
                column.Title, Rows: view.Schemes.ToDictionary(scheme => scheme, scheme => column.Row(view, scheme)),
                Cold: Ratios(view, column.Ratios), Warm: Ratios(view, column.WarmRatios), Best: Best(view, column)))
            .Where(column => column.Rows.Values.Any(row => row is not null)).ToList();
        var lines = view.Schemes.Select(scheme => Markup.Row(scheme, columns.Select(column => Value(
            view, column.Rows[scheme], column.Rows.Values.OfType<Figure>().ToList(),
            ChurnView.ForScheme(column.Cold, scheme), ChurnView.ForScheme(column.Warm, scheme), column.Best.Contains(scheme)))));
        return $"""
            <div id="{new Anchor("churn-table")}">{Markup.Table(
                "Marked in each column: the best scheme, and all schemes that cannot be told from it", Markup.Head(1, ["scheme", .. columns.Select(column => column.Title)]),
                Markup.Body(lines), "costs summary", Markup.BasisTags(columns.SelectMany(column => column.Rows.Values.OfType<Figure>())))}</div>

            """;
    }

    /// <summary>Returns the best schemes of a column: those with the least value. For interleaved times, every scheme whose quartiles
    /// overlap those of the least ratio is among the best. A scheme with a flagged row is never the best.</summary>
    private static HashSet<string> Best(ChurnView view, Column column)
    {
        var ratios = Ratios(view, column.Ratios).FindAll(f => !SchemeName.IsOfNoKernel(f.Scheme));
        List<(string Scheme, double Low, double Value, double High)> values = ratios.Count < 2
            ? [.. view.Schemes.Where(scheme => !SchemeName.IsOfNoKernel(scheme)).Select(scheme => (Scheme: scheme, Row: column.Row(view, scheme)))
                .Where(one => one.Row is { Flag: "" }).Select(one => (one.Scheme, one.Row!.Value, one.Row.Value, one.Row.Value))]
            : [.. ratios.Where(f => f.Flag.Length == 0).Select(f => f.IsNoise
                ? (f.Scheme, Math.Min(f.Range.Low, 1), 1.0, Math.Max(f.Range.High, 1)) : (f.Scheme, f.Range.Low, f.Value, f.Range.High))];
        var least = values.Count == 0 ? 0 : values.MinBy(value => value.Value).High;
        return [.. values.Where(value => value.Low <= least).Select(value => value.Scheme)];
    }

    /// <summary>Returns a cell: a value and, below it, its ratios and all flags.</summary>
    private static Html? Value(ChurnView view, Figure? row, List<Figure> together, Figure? cold, Figure? warm, bool best)
    {
        if (row is null)
            return null;
        Html Link(Figure f, Scale scale) => Markup.Link(view.Rows, f, scale.Show(f.Value));
        Html Judged(Figure? by, string state) => by is null ? new Html()
            : $" <span class=\"spread\">{state}{(by.IsNoise ? Names.SelfItem : "×")} {Link(by, Scale.Ratio)}</span>";
        // Each flag is shown once, because in a busy run all three rows of a cell have it.
        var flagged = new[] { row, cold, warm }.OfType<Figure>().Where(f => f.Flag.Length > 0).DistinctBy(f => f.Flag);
        return $"""
            {Markup.Best(Link(row, ScaleOf(row, together)), best)}{Html.If(row.Basis == Basis.Estimated, $" {Markup.BasisTag(row.Basis)}")}{Judged(cold, "")}{Judged(warm, "warm ")}{Html.Concat(flagged, Markup.FlagTag)}
            """;
    }

    /// <summary>Returns the unit of a row. All compared rows share one unit, unless a shared unit would hide small values.</summary>
    private static Scale ScaleOf(Figure row, IReadOnlyCollection<Figure> together) =>
        Scale.For(row.Unit, PlotSet.WideSpan(together) ? [row.Value] : together.Select(f => f.Value));
}
