// SPDX-License-Identifier: MIT
using Sim.Reports.Compare;

namespace Sim.Reports.Plots;

/// <summary>The plots of a comparison of runs.</summary>
internal static class ComparePlots
{
    /// <summary>Every name such a plot can have.</summary>
    public static readonly string[] AllNames = ["changes"];

    private const int MostMarks = 30;

    public static IReadOnlyList<PlotSpec> For(CompareView view)
    {
        var changes = view.Measured.Where(c => c.Adjusted is not null && c.Ratio is { Low: > 0, Value: > 0 } && double.IsFinite(c.Ratio.High)).Take(MostMarks).ToList();
        if (changes.Count == 0)
            return [];
        var noise = changes.Max(c => c.Ratio.Bound ?? 1);
        var changed = changes.Count(view.IsChanged);
        var all = view.Measured.Count(c => c.Adjusted is not null);
        var reading = (all > changes.Count ? $"The {changes.Count} of {all} tested rows with the largest changes, significant ones first." : "All tested rows, significant ones first.")
            + $" Dots are after / before with their 95% interval; blue is significantly smaller, orange significantly larger, grey may be chance ({Numbers.Count(changes.Count - changed, "row")})."
            + (noise > 1 ? " The shaded band is the widest noise that any change must exceed." : "");
        return
        [
            new PlotSpec(AllNames[0], "What changed, and by how much?", reading, changes.Select(c => c.Ratio).Bases(), new MarkChart
            {
                ValueLabel = "after / before (logarithmic)",
                Log = true,
                IsRatio = true,
                Noise = noise > 1 ? noise : null,
                NoiseName = "noise",
                Groups = [.. changes.Select(c => new MarkGroup(view.Short(c.After), [Mark(view, c)]))],
            }),
        ];
    }

    private static Mark Mark(CompareView view, RatioChange change)
    {
        var row = change.Ratio;
        var series = !view.IsChanged(change) ? 2 : row.Value > 1 ? 0 : 1;
        return new(series, row.Value, row.Low, row.High, $"{Numbers.Ratio(row.Value)}, p {Numbers.P(change.Adjusted!.Value)}");
    }
}
