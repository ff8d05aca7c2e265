// SPDX-License-Identifier: MIT
using Sim.Figures;

namespace Sim.Reports.Views;

/// <summary>One of the questions the answer is made of, with its cases.</summary>
/// <param name="Name">Memory, lookup, update.</param>
/// <param name="Better">What the winner is: <c>smaller</c>, <c>faster</c>.</param>
/// <param name="Quantity">What the ratio is of: <c>memory</c>, <c>time</c>.</param>
/// <param name="Cases">The comparable cases; empty where one structure or both are missing.</param>
public sealed record Area(string Name, string Better, string Quantity, IReadOnlyList<Comparison> Cases)
{
    public IReadOnlyList<Comparison> Won(Winner winner) => [.. Cases.Where(c => c.Winner == winner)];

    /// <summary>The winner of every case that is decided; <see cref="Winner.CannotTell"/> where none is or they differ.</summary>
    public Winner Winner
    {
        get
        {
            var decided = Cases.Select(c => c.Winner).Where(w => w != Winner.CannotTell).Distinct().ToList();
            return decided.Count == 1 ? decided[0] : Winner.CannotTell;
        }
    }

    /// <summary>Whether nothing is decided, and some of it since rows are not settled.</summary>
    public bool Unsettled => Won(Winner.CannotTell) is var open && open.Count == Cases.Count && open.Any(c => c.Flag.Length > 0);

    public bool Mixed => Won(Winner.Fib).Count > 0 && Won(Winner.AllowedIps).Count > 0;
}

/// <summary>The answer, in sentences that are computed from the rows: other rows, other sentences.</summary>
public sealed class Verdict
{
    private readonly Rows _rows;

    public Verdict(Rows rows)
    {
        _rows = rows;
        Comparisons = new Comparisons(rows);
        var order = rows.MainOrder("memory");
        var memory = Comparisons.Of("memory", "page-bytes");
        MemoryByOrder = memory;
        Memory = new("Memory", "smaller", "memory", [.. memory.Where(c => c.AllowedIps!.Order == order)]);
        Lookup = new("Lookup", "faster", "time", Comparisons.Of("lookup", Names.Time));
        Load = new("Load", "faster", "time", [.. Comparisons.Of("load", Names.Time).Where(c => c.RatioRow is not null)]);
        Update = new("Update", "faster", "time", Comparisons.Of("update", Names.Time));
    }

    public Comparisons Comparisons { get; }

    public Area Memory { get; }

    public Area Lookup { get; }

    public Area Update { get; }

    /// <summary>The whole table into an empty structure, in each order that was timed in pairs.</summary>
    public Area Load { get; }

    /// <summary>Memory in every order of insertion that was loaded.</summary>
    public IReadOnlyList<Comparison> MemoryByOrder { get; }

    public IReadOnlyList<Area> Areas => [Memory, Lookup, Update, Load];

    /// <summary>The answer in one sentence.</summary>
    public string Headline()
    {
        if (Areas.All(a => a.Cases.Count == 0))
            return Absent();
        var parts = Areas.Where(a => a.Cases.Count > 0)
            .GroupBy(Outcome, a => a.Name.ToLowerInvariant() + (a == Memory && BesidesChangesTheWinner ? " (unless every prefix is routed too)" : ""))
            .Select(g => $"{g.Key} on {Words.Join([.. g])}");
        return $"IPv{_rows.Family}: against allowedips, fib ({Words.Fib(_rows.Family)}) {string.Join(", and ", parts)}.";
    }

    /// <summary>One sentence or two on one area.</summary>
    public string Sentence(Area area)
    {
        if (area.Cases.Count == 0)
            return $"{area.Name}: no case has both structures, so nothing is compared.";
        var fib = area.Won(Winner.Fib);
        var allowedIps = area.Won(Winner.AllowedIps);
        var open = area.Won(Winner.CannotTell);
        if (open.Count == area.Cases.Count)
            return $"{area.Name}: {(area.Unsettled ? "not settled" : "this run cannot tell the two apart")}. {WhyOpen(open)}";
        if (fib.Count + allowedIps.Count == 0)
            return $"{area.Name}: the two are the same.";
        var text = area.Mixed
            ? $"{area.Name}: {Wins(area, fib, Names.Fib, named: true)}; {Wins(area, allowedIps, Names.AllowedIps, named: true)}."
            : fib.Count > 0
                ? $"{area.Name}: {Wins(area, fib, Names.Fib, named: false)}."
                : $"{area.Name}: {Wins(area, allowedIps, Names.AllowedIps, named: false)}.";
        if (area == Memory)
            text += OrderRemark() + BesidesRemark();
        return open.Count == 0
            ? text
            : $"{text} In {(open.Count == 1 ? "1 case" : $"{open.Count} cases")} ({Cases(open)}) this run cannot tell. {WhyOpen(open)}";
    }

    /// <summary>Why cases stay undecided, in one sentence.</summary>
    public static string WhyOpen(IReadOnlyList<Comparison> open)
    {
        if (open.Select(c => c.Flag).Where(flag => flag.Length > 0).ToList() is { Count: > 0 } flags)
        {
            var reasons = Words.Join([.. flags.GroupBy(flag => flag).Select(group => group.Count() == open.Count
                ? Words.FlagReason(group.Key) : $"{Words.FlagReason(group.Key)} in {Numbers.Count(group.Count(), "case")}")]);
            return $"{char.ToUpperInvariant(reasons[0])}{reasons[1..]}: measure again on a quiet machine.";
        }

        if (open.Any(c => c.Noise is null))
            return "The run has no A/A row, so its noise is not known.";
        if (open.All(c => (c.RatioRow ?? c.AllowedIps)!.N < Comparisons.FewestRepetitions))
            return "Too few repetitions to know the spread.";
        var noise = open.Max(c => c.Noise!.Value);
        return $"The quartiles of the ratio are not clear of the A/A noise ({Numbers.Percent(noise)}).";
    }

    private static string Outcome(Area area) => area switch
    {
        { Winner: Winner.Fib } => "wins",
        { Winner: Winner.AllowedIps } => "loses",
        { Winner: Winner.Same } => "is level",
        { Mixed: true } => "wins some cases and loses others",
        { Unsettled: true } => area.Cases.Any(c => c.Flag == Figure.Busy) ? "is not settled (the machine was busy)" : "is not settled (passes disagree)",
        _ => "cannot be told apart",
    };

    /// <summary>What a daemon holds that keeps each prefix in AllowedIPs and in the routing table; null where unknown.</summary>
    private Comparison? MemoryBeside => Both is null ? null : Memory.Cases.FirstOrDefault(c => c.Fib is not null);

    private Figure? Both => _rows.Of("memory", "page-bytes", Names.Both).FirstOrDefault();

    private bool BesidesChangesTheWinner =>
        Memory.Winner == Winner.AllowedIps && MemoryBeside is { } beside && Both!.Value > beside.Fib!.Value;

    private string BesidesRemark() => MemoryBeside is { } beside
        ? " AllowedIPs need routes to the device besides: one default route adds nothing, but with every prefix in the routing "
          + $"table too both are held, {Numbers.Ratio(Both!.Value / beside.Fib!.Value)} times the memory of the routes alone."
        : "";

    private string OrderRemark()
    {
        if (MemoryByOrder.Count < 2)
            return "";
        var low = MemoryByOrder.Min(c => c.Ratio);
        var high = MemoryByOrder.Max(c => c.Ratio);
        return MemoryByOrder.Select(c => c.Winner).Distinct().Count() > 1
            ? $" The winner depends on the order of insertion: fib / allowedips goes from {Numbers.Span(low, high)}."
            : $" Over {Numbers.Count(MemoryByOrder.Count, "order")} of insertion, fib / allowedips is {Numbers.Span(low, high)}.";
    }

    private static string Wins(Area area, IReadOnlyList<Comparison> won, string name, bool named)
    {
        var other = name == Names.Fib ? Names.AllowedIps : Names.Fib;
        // The ratio is fib over allowedips; told from the winner's side it is always below 1.
        var shares = won.Select(c => name == Names.Fib ? c.Ratio : 1 / c.Ratio).ToList();
        var share = Numbers.Span(shares.Min(), shares.Max());
        var where = area.Cases.Count == 1
            ? ""
            : won.Count == area.Cases.Count
                ? $" in all {won.Count} cases"
                : $" in {won.Count} of {area.Cases.Count} cases";
        var which = named && won.Count <= 3 ? $" ({Cases(won)})" : "";
        return $"{name} is {area.Better}{where}{which}, with {share} of the {area.Quantity} of {other}";
    }

    private static string Cases(IReadOnlyList<Comparison> cases) => cases.Count <= 4
        ? string.Join("; ", cases.Select(c => c.Case))
        : string.Join("; ", cases.Take(3).Select(c => c.Case)) + $"; and {cases.Count - 3} more";

    private string Absent()
    {
        var present = Names.Structures.Where(s => _rows.All.Any(f => f.Structure == s)).ToList();
        return present.Count switch
        {
            0 => "This run has no figures of either structure: there is nothing to compare.",
            1 => $"Only {present[0]} was measured in this run: there is nothing to compare it with.",
            _ => "No figure was taken of both structures in the same case: there is nothing to compare.",
        };
    }
}
