// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of routing daemons, with a mark for each way.</summary>
internal static class DaemonPlots
{
    public static readonly string[] AllNames = ["daemons-load", "daemons-failover"];

    public static IEnumerable<PlotSpec> For(DaemonView view) => new[]
    {
        Plot(AllNames[0], "How long does a daemon take to load the table?", "time from the first UPDATE until every prefix leads to its peer", view.Loads),
        Plot(AllNames[1], "How long after a failure do packets still go to the lost spoke, or to none?", "time from the failure to the last packet that reaches no other spoke", view.Outages),
    }.OfType<PlotSpec>();

    private static PlotSpec? Plot(string name, string question, string axis, List<Figure> rows)
    {
        if (rows.Count == 0)
            return null;
        var (least, most) = (rows.MinBy(f => f.Value)!, rows.MaxBy(f => f.Value)!);
        static string Said(Figure f) => $"{PlotSet.Show(f)} ({Case(f)}, {SchemeName.All.Words(f.Scheme)})";
        var reading = rows.Exists(f => f.Flag.Length > 0) ? "The machine was busy: these times give no verdict."
            : least == most ? $"It takes {Said(least)}." : $"From {Said(least)} to {Said(most)}.";
        return new(name, question, reading, rows.Bases(), new MarkChart
        {
            ValueLabel = axis, Unit = rows[0].Unit, Log = PlotSet.WideSpan(rows),
            Groups = [.. rows.GroupBy(Case).Select(group => new MarkGroup(group.Key, [.. group.Select(Mark)]))],
        });
    }

    private static string Case(Figure f) => Words.Listed(Daemons.All.Words(f.Structure), $"IPv{f.Family}", f.Item);

    private static Mark Mark(Figure f) => PlotSet.Mark(
        f, f.Scheme == SchemeName.Dummy ? 2 : SchemeName.PlaceOf(f.Scheme) == BindingPlace.AllowedIps ? 0 : 1,
        Words.Listed($"{SchemeName.All.Words(f.Scheme)} {PlotSet.Show(f)}", Words.Flag(f.Flag)));
}
