// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of waterfalls: a bar for today and a bar for the route attribute, and between and after them a bar for each step, from
/// one level to the next.</summary>
internal static class WaterfallPlots
{
    public static readonly string[] AllNames = [.. WaterfallCost.All.Select(NameOf)];

    /// <summary>Returns a plot for each waterfall whose levels are possible.</summary>
    public static IEnumerable<PlotSpec> For(IEnumerable<Waterfall> falls) => falls.Where(fall => fall.IsPossible).Select(fall => new PlotSpec(
        NameOf(fall.Cost), $"{Words.Capital(fall.Cost.Words)}: is it the trie or the idea?", fall.Sentence(), [.. fall.Levels.Select(level => level.Basis).Distinct().Order()],
        new MarkChart
        {
            ValueLabel = fall.Cost.Axis, Unit = fall.Unit, Target = fall.Limit?.Row.Value,
            TargetName = fall.Limit is { } limit ? $"{limit.Name} {fall.Scale.Show(limit.Row.Value)}" : "",
            Groups = [.. Marks(fall).Select(mark => new MarkGroup(mark.Words, [mark.Mark]))],
        }));

    private static string NameOf(WaterfallCost cost) => $"waterfall-{cost.Name}";

    private static IEnumerable<(string Words, Mark Mark)> Marks(Waterfall fall)
    {
        yield return (fall.Today.Step, Whole(fall, fall.Today, 0));
        foreach (var (level, from, gain) in fall.Steps)
        {
            yield return (level.Step, new Mark(level.Kind == StepKind.Attribute ? 1 : 2, level.Value, level.Value, level.Value, Label(fall, level, gain)) { From = from });
            if (level == fall.Attribute)
                yield return (SchemeName.RouteAttribute.Words, Whole(fall, level, 1));
        }
    }

    private static Mark Whole(Waterfall fall, Level level, int series) => new(series, level.Value, level.Value, level.Value, fall.Scale.Show(level.Value));

    private static string Label(Waterfall fall, Level level, double gain) =>
        $"{fall.Scale.Show(level.Value)}, {(gain == 0 ? "no change" : $"{fall.ShowGain(Math.Abs(gain))} {(gain > 0 ? "less" : "more")}")}";
}
