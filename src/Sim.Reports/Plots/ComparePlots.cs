// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

internal static class ComparePlots
{
    public static readonly string[] AllNames = ["changes"];

    private const int MostMarks = 30;

    public static PlotSpec? For(CompareView view)
    {
        var changes = view.Measured.Where(c => c.Adjusted is not null && c.Ratio is { Low: > 0, Value: > 0 } && double.IsFinite(c.Ratio.High)).Take(MostMarks).ToList();
        if (changes.Count == 0)
            return null;
        var (noise, changed, all) = (changes.Max(c => c.Ratio.Bound ?? 1), changes.Count(view.IsChanged), view.Measured.Count(c => c.Adjusted is not null));
        var reading = (all > changes.Count ? $"The {changes.Count} of {all} tested rows with the largest changes, significant ones first." : "All tested rows, significant ones first.")
            + $" Dots are after / before with their 95% interval; blue is significantly smaller, orange significantly larger, grey may be chance ({Numbers.Count(changes.Count - changed, "row")})."
            + (noise > 1 ? " The shaded band is the widest noise that any change must exceed." : "");
        return new(AllNames[0], "What changed, and by how much?", reading, changes.Select(c => c.Ratio).Bases(), new MarkChart
        {
            ValueLabel = "after / before (logarithmic)", Log = true, IsRatio = true, Noise = noise > 1 ? noise : null, NoiseName = "noise",
            Groups = [.. changes.Select(c => new MarkGroup(view.Short(c.After), [Mark(view, c)]))],
        });
    }

    private static Mark Mark(CompareView view, RatioChange change) =>
        new(
            !view.IsChanged(change) ? 2 : change.Ratio.Value > 1 ? 0 : 1, change.Ratio.Value, change.Ratio.Low, change.Ratio.High,
            $"{Numbers.Ratio(change.Ratio.Value)}, p {Numbers.P(change.Adjusted!.Value)}");
}
