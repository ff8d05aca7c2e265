// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of a run of <c>churn</c>, with a mark for each scheme.</summary>
internal static class ChurnPlots
{
    public static readonly string[] AllNames =
        ["churn-memory", "churn-packet", "churn-update", "churn-delete", "churn-bytes", "churn-loss", "churn-staleness", "churn-readers"];

    public static IEnumerable<PlotSpec> For(ChurnView view) => new[]
    {
        Plot("churn-memory", "How much kernel memory does the table take?", "kernel memory in pages", [.. view.Memory]),
        Packet(view),
        Plot("churn-update", "How long does one change take in the kernel’s structures?", "time per change", [.. view.Uncoalesced(Metrics.TimePerChange)]),
        Plot("churn-delete", "How long does withdrawing one prefix take?", "time per withdrawal", [.. view.Uncoalesced(Metrics.TimePerChange, Operations.Delete)]),
        Plot("churn-bytes", "How much does a daemon send per change?", "bytes sent per change", [.. view.Uncoalesced(Metrics.BytesPerChange)]),
        Plot("churn-loss", "How long does failover of the largest peer take?", "time until another peer has all its prefixes", [.. view.Losses(Metrics.Time)]),
        Plot("churn-staleness", "How late does an observer know of a change?", "mean staleness",
            [.. view.Schemes.Select(scheme => view.Staleness(scheme) is { } row ? row with { Scheme = scheme } : null).OfType<Figure>()]),
        Readers(view),
    }.OfType<PlotSpec>();

    private static PlotSpec? Plot(string name, string question, string axis, List<Figure> rows)
    {
        if (rows.Count == 0)
            return null;
        var (least, most) = (rows.MinBy(f => f.Value)!, rows.MaxBy(f => f.Value)!);
        var reading = least.Value > 0 && most.Value > least.Value
            ? $"{most.Scheme} has the most: {PlotSet.Show(most)}, {Phrases.Amount(most.Value / least.Value)}{(most.Value < 2 * least.Value ? " than" : " as")} {least.Scheme} ({PlotSet.Show(least)})."
            : $"The values reach from {PlotSet.Show(least)} to {PlotSet.Show(most)}.";
        var estimated = rows.Exists(f => f.Basis == Basis.Estimated) ? " REPLACE is estimated, with a 95 % interval." : "";
        return new PlotSpec(name, question, reading + estimated, rows.Bases(), new MarkChart
        {
            ValueLabel = axis, Unit = rows[0].Unit, Log = PlotSet.WideSpan(rows), Groups = [.. rows.Select(f => new MarkGroup(f.Scheme, [Mark(f)]))],
        });
    }

    /// <summary>Returns the plot of a packet's lookups, with a mark for each scheme and each way of a packet (sent, received, or with
    /// rp_filter).</summary>
    private static PlotSpec? Packet(ChurnView view)
    {
        (string Operation, string Label)[] ways =
            [(Operations.Transmit, "sent"), (Operations.Receive, "received"), (Operations.ReceiveRpFilter, "with rp_filter")];
        var rows = ways.SelectMany(way => view.Packet(way.Operation)).ToList();
        if (rows.Count == 0)
            return null;
        string Label(Figure f) => ways.First(way => way.Operation == f.Operation).Label;
        var sent = rows.Where(f => f.Operation == Operations.Transmit).ToList();
        var reading = $"A sent packet’s lookups are shortest with {sent.MinBy(f => f.Value)!.Scheme} and longest with {sent.MaxBy(f => f.Value)!.Scheme}. "
            + "A device per peer accepts every source, so a received packet needs no lookup.";
        return new PlotSpec("churn-packet", "How long do a packet’s lookups take?", reading, rows.Bases(), new MarkChart
        {
            ValueLabel = "time per packet", Unit = rows[0].Unit,
            Groups = [.. rows.GroupBy(f => f.Scheme).Select(group => new MarkGroup(group.Key, [.. group.Select(f => Mark(f, Label(f)))]))],
        });
    }

    private static Mark Mark(Figure f, string label = "") => PlotSet.Mark(
        f, ChurnView.Series(f.Scheme), $"{label} {PlotSet.Show(f)}{(f.Flag.Length > 0 ? $", {Words.Flag(f.Flag)}" : "")}".TrimStart());

    /// <summary>Returns the plot of the longest time that any prefix was wrong during an update, as readers saw it.</summary>
    private static PlotSpec? Readers(ChurnView view)
    {
        var rows = view.Of(Experiment.Reader, Metrics.LongestGap).GroupBy(f => (f.Scheme, f.Operation)).Select(group => group.MaxBy(f => f.Value)!).ToList();
        // An update that disturbs no scheme needs no mark, except for a withdrawal and REPLACE.
        var quiet = rows.GroupBy(f => f.Operation).Where(group => group.All(f => f.Value == 0)).Select(group => group.Key).Except([Operations.Delete, Operations.Replace]).ToList();
        rows.RemoveAll(f => quiet.Contains(f.Operation));
        if (rows.Count == 0)
            return null;
        Mark Mark(Figure f) => new(ChurnView.Series(f.Scheme), f.Value, f.Value, f.Value, $"{Words.ReaderOperation(f.Operation)} {PlotSet.Show(f)}");
        var groups = rows.GroupBy(f => f.Scheme).Select(scheme =>
            new MarkGroup(scheme.Key, [.. scheme.OrderBy(f => Operations.BesideReaders.IndexOf(f.Operation)).Select(Mark)]));
        return new("churn-readers", "How long do lookups find no peer, or a wrong one, during an update?", Reading(rows), rows.Bases(),
            new MarkChart { ValueLabel = "longest time that a prefix was wrong", Unit = rows[0].Unit, Groups = [.. groups] });
    }

    private static string Reading(List<Figure> rows)
    {
        var worst = rows.MaxBy(f => f.Value)!;
        if (worst.Value == 0)
            return "No lookup was wrong.";
        var never = rows.GroupBy(f => f.Scheme).Where(scheme => scheme.All(f => f.Value == 0)).Select(scheme => scheme.Key).ToList();
        return $"The longest gap is {PlotSet.Show(worst)}, under {worst.Scheme} ({Words.ReaderOperation(worst.Operation)}). "
            + (never.Count == 0 ? "Every scheme gave wrong answers." : $"{Words.Join(never)} gave none.");
    }
}
