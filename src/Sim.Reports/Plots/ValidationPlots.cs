// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of a validation: ratios of port to kernel against their targets, and the kernel's instructions.</summary>
internal static class ValidationPlots
{
    public static readonly string[] AllNames = ["validation-lookups", "validation-updates", "validation-instructions"];

    public static IEnumerable<PlotSpec> For(ValidationView view) =>
        new[] { Ratios(view, lookups: true), Ratios(view, lookups: false), Instructions(view) }.OfType<PlotSpec>();

    private static PlotSpec? Ratios(ValidationView view, bool lookups)
    {
        var cases = view.Costs.Where(c => c.IsLookup == lookups && c.Target is not null && c.Ratio > 0 && Range(c).Low > 0).ToList();
        if (cases.Count == 0)
            return null;
        var target = cases[0].Target!.Value;
        var chart = new MarkChart
        {
            ValueLabel = "time of the port / time of the kernel; left of 1, the port is faster", Log = true,
            IsRatio = true, Target = target, Groups = Groups(cases, c => RatioMark(c)),
        };
        var above = cases.Count(c => c.IsAboveTarget);
        var (least, most) = (cases.MinBy(c => c.Ratio)!, cases.MaxBy(c => c.Ratio)!);
        var reading = $"The dashed line is the target, {Numbers.Ratio(target)}; {(above == 0 ? "no median lies" : $"{above} of {Numbers.Count(cases.Count, "median")} "
            + (above == 1 ? "lies" : "lie"))} right of it. The ratios reach from {Ratio(least)} to {Ratio(most)}.";
        var question = $"How does the port’s time for a {(lookups ? "lookup" : "single update")} compare with the kernel’s?";
        return new(AllNames[lookups ? 0 : 1], question, reading, [Basis.Measured], chart);
    }

    private static PlotSpec? Instructions(ValidationView view)
    {
        var cases = view.Costs.Where(c => c is { Unit: "instructions", Kernel.Value: > 0 }).ToList();
        if (cases.Count == 0)
            return null;
        // The dependent chain executes the same number of instructions, so it is left out.
        var shown = cases.Exists(c => c.Any.Chain == Chains.Independent) ? cases.Where(c => c.Any.Chain != Chains.Dependent).ToList() : cases;
        var chart = new MarkChart
        {
            ValueLabel = "instructions per operation in the kernel",
            Groups = Groups(shown, c => new Mark(PlotSet.Series(c.Any), c.Kernel!.Value, c.Kernel.Value, c.Kernel.Value,
                $"{Words.Subject(c.Any)} {Numbers.Show(Math.Round(c.Kernel.Value))}")),
        };
        var (least, most) = (shown.MinBy(c => c.Kernel!.Value)!, shown.MaxBy(c => c.Kernel!.Value)!);
        string Show(CostCase c) => $"{Numbers.Show(Math.Round(c.Kernel!.Value))} ({Words.Subject(c.Any)}, {c.Name})";
        return new(AllNames[2], "How many instructions does the kernel execute for one operation?",
            $"From {Show(least)} to {Show(most)}.{(shown.Count < cases.Count ? " Lookups are those with independent keys." : "")}", shown.Select(c => c.Kernel!).Bases(), chart);
    }

    /// <summary>Returns a group for each case, with a mark for each structure and family that has the case.</summary>
    private static IReadOnlyList<MarkGroup> Groups(IEnumerable<CostCase> cases, Func<CostCase, Mark> mark) =>
        [.. cases.GroupBy(c => c.Name).Select(g => new MarkGroup(g.Key, [.. g.OrderBy(c => PlotSet.Series(c.Any)).Select(mark)]))];

    private static Mark RatioMark(CostCase c) =>
        new(
            PlotSet.Series(c.Any), c.Ratio!.Value, Range(c).Low, Range(c).High,
            $"{Words.Subject(c.Any)} {Numbers.Ratio(c.Ratio.Value)}{(c.IsAboveTarget ? ", above" : "")}");

    private static (double Low, double High) Range(CostCase c) => c.RatioRow?.Range ?? (c.Ratio!.Value, c.Ratio.Value);

    private static string Ratio(CostCase c) => $"{Numbers.Ratio(c.Ratio!.Value)} ({Words.Subject(c.Any)}, {c.Name})";
}
