// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>One part of the answer: its name, its subject in the headline, and the cases that both structures have.</summary>
public sealed record Area(string Name, string Subject, IReadOnlyList<Comparison> Cases)
{
    public IReadOnlyList<Comparison> Won(Winner winner) => [.. Cases.Where(c => c.Winner == winner)];

    /// <summary>The structure that wins all decided cases. <see cref="Winner.CannotTell"/> if no case is decided, or if cases have
    /// different winners.</summary>
    public Winner Winner => Cases.Select(c => c.Winner).Where(w => w != Winner.CannotTell).Distinct().ToList() is [var only] ? only : Winner.CannotTell;

    /// <summary>Whether no case is decided, and one reason is that rows are unsettled.</summary>
    public bool Unsettled => Won(Winner.CannotTell) is var open && open.Count == Cases.Count && open.Any(c => c.Flag.Length > 0);

    public bool Mixed => Won(Winner.Fib).Count > 0 && Won(Winner.AllowedIps).Count > 0;
}

/// <summary>The answer, in sentences that are computed from the rows.</summary>
public sealed class Verdict
{
    /// <summary>The most cases that a sentence names if some cases are faster and other cases are slower.</summary>
    private const int MostNamed = 2;

    private readonly Rows _rows;

    public Verdict(Rows rows)
    {
        _rows = rows;
        Comparisons = new Comparisons(rows);
        var order = rows.MainOrder(Experiment.Memory);
        var memory = Comparisons.Of(Experiment.Memory, Metrics.PageBytes);
        MemoryByOrder = memory;
        Memory = new("Memory", "memory", [.. memory.Where(c => c.AllowedIps!.Order == order)]);
        Lookup = new("Lookup", "lookups", Comparisons.Of(Experiment.Lookup, Metrics.Time));
        Load = new("Load", "loading", [.. Comparisons.Of(Experiment.Load, Metrics.Time).Where(c => c.RatioRow is not null)]);
        Update = new("Update", "single changes", Comparisons.Of(Experiment.Update, Metrics.Time));
    }

    public Comparisons Comparisons { get; }
    public Area Memory { get; }
    public Area Lookup { get; }
    public Area Update { get; }

    /// <summary>The cases of loading the whole table into an empty structure, in each order that was timed in pairs.</summary>
    public Area Load { get; }

    public IReadOnlyList<Comparison> MemoryByOrder { get; }

    public IReadOnlyList<Area> Areas => [Memory, Lookup, Update, Load];

    public string Headline()
    {
        if (Areas.All(a => a.Cases.Count == 0))
            return Absent();
        var decided = Areas.Where(a => a.Won(Winner.CannotTell).Count < a.Cases.Count).ToList();
        var open = Areas.Where(a => a.Cases.Count > 0).Except(decided)
            .GroupBy(a => !a.Unsettled ? "cannot be told apart" : $"not settled, because {(a.Cases.Any(c => c.Flag == Figure.Busy) ? "the machine was busy" : "passes disagree")}")
            .Select(group => $"{Words.Join([.. group.Select(a => a.Subject)])} ({group.Key})").ToList();
        string[] sentences =
        [
            $"In IPv{_rows.Family} the route attribute (fib) {(decided.Contains(Memory) ? MemoryClause() : $"is compared with {Names.AllowedIps}")}.",
            .. decided.Where(a => a != Memory).Select(a => $"{Words.Capital(a.Subject)} {(a == Load ? "is" : "are")} {Speeds(a)}."),
            .. open.Count > 0 ? (string[])[$"No verdict on {string.Join("; ", open)}."] : [],
        ];
        return string.Join(' ', sentences);
    }

    public string Sentence(Area area)
    {
        if (area.Cases.Count == 0)
            return $"{area.Name}: no case has both structures, so nothing is compared.";
        var open = area.Won(Winner.CannotTell);
        if (open.Count == area.Cases.Count)
            return $"{area.Name}: {(area.Unsettled ? "not settled" : "this run cannot tell the two apart")}. {WhyOpen(open)}";
        var text = area == Memory ? $"Memory: fib takes {Phrases.Amount(Memory.Cases[0].Ratio, "memory", Names.AllowedIps)}.{OrderRemark()}{BesidesRemark()}"
            : $"{area.Name}: fib is {Speeds(area)}.";
        return open.Count == 0
            ? text
            : $"{text} In {(open.Count == 1 ? "1 case" : $"{open.Count} cases")} ({Cases(open)}) this run cannot tell. {WhyOpen(open)}";
    }

    public static string WhyOpen(IReadOnlyList<Comparison> open)
    {
        if (open.Select(c => c.Flag).Where(flag => flag.Length > 0).ToList() is { Count: > 0 } flags)
        {
            var reasons = Words.Join([.. flags.GroupBy(flag => flag).Select(group => group.Count() == open.Count
                ? Words.FlagReason(group.Key) : $"{Words.FlagReason(group.Key)} in {Numbers.Count(group.Count(), "case")}")]);
            return $"{Words.Capital(reasons)}: measure again on a quiet machine.";
        }

        if (open.Any(c => c.Noise is null))
            return "The run has no A/A row, so its noise is unknown.";
        if (open.All(c => (c.RatioRow ?? c.AllowedIps)!.N < Comparisons.FewestRepetitions))
            return "There are too few repetitions to know the spread.";
        var noise = open.Max(c => c.Noise!.Value);
        return $"The ratio’s quartiles reach into the A/A noise ({Numbers.Percent(noise)}).";
    }

    /// <summary>The memory for a daemon that keeps each prefix both in AllowedIPs and in the routing table; null if unknown.</summary>
    private Figure? Both => _rows.Of(Experiment.Memory, Metrics.PageBytes, Names.Both).FirstOrDefault();

    /// <summary>The FIB’s memory divided by the memory of AllowedIPs with a route per prefix; null if unknown.</summary>
    private double? OfBoth => Memory.Cases[0].Fib?.Value / Both?.Value;

    private string MemoryClause() => $"takes {Phrases.Amount(Memory.Cases[0].Ratio, "memory", Names.AllowedIps)}"
        + (OfBoth is { } share ? $" ({Phrases.Amount(share)} if every prefix is routed anyway)" : "");

    private string BesidesRemark() => OfBoth is not { } share ? ""
        : " AllowedIPs also need routes to the device. One default route adds nothing. "
            + $"If a daemon routes every prefix too, fib alone takes {Phrases.Amount(share, "memory", "AllowedIPs and routes together")}.";

    private string OrderRemark()
    {
        if (MemoryByOrder.Count < 2)
            return "";
        var (low, high) = (Phrases.Amount(MemoryByOrder.Min(c => c.Ratio)), Phrases.Amount(MemoryByOrder.Max(c => c.Ratio)));
        return MemoryByOrder.Select(c => c.Winner).Distinct().Count() > 1
            ? $" The order of insertion decides: fib takes from {low} to {high}."
            : low == high ? "" : $" Over {Numbers.Count(MemoryByOrder.Count, "order")} of insertion fib takes from {low} to {high}.";
    }

    /// <summary>Returns the speeds of an area in words: 1.8 to 11 times faster in 6 of 8 cases and 1.5 times slower in 2 (one hot
    /// address).</summary>
    private static string Speeds(Area area)
    {
        string Of(Winner winner, string where)
        {
            var won = area.Won(winner);
            var named = area.Mixed && won.Count <= MostNamed ? $" ({Cases(won)})" : "";
            return won.Count == 0 ? "" : $"{Phrases.Speed([.. won.Select(c => c.Ratio)])}{(won.Count < area.Cases.Count ? $" in {won.Count}{where}" : "")}{named}";
        }

        var all = $" of {area.Cases.Count} cases";
        string[] parts = [Of(Winner.Fib, all), Of(Winner.AllowedIps, area.Won(Winner.Fib).Count > 0 ? "" : all)];
        return string.Join(", and ", parts.Where(part => part.Length > 0)) is { Length: > 0 } text ? text : "as fast";
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
            _ => "No case has figures of both structures: there is nothing to compare.",
        };
    }
}
