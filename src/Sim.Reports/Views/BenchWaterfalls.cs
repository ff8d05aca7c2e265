// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The waterfalls of a bench. Today a daemon puts every prefix into AllowedIPs and also routes it to the device.</summary>
public sealed class BenchWaterfalls
{
    private static readonly string[] s_fibs = [Names.SharedStates, Names.LevelCompression];

    private readonly FamilyCosts _costs;
    private readonly Comparisons _comparisons;

    private BenchWaterfalls(FamilyCosts costs, Comparisons comparisons) => (_costs, _comparisons) = (costs, comparisons);

    /// <summary>Returns a waterfall for each cost that has rows of both structures.</summary>
    public static IReadOnlyList<Waterfall> Of(Rows rows, Comparisons comparisons) =>
        FamilyCosts.Of(rows).FirstOrDefault(costs => costs.Family == rows.Family) is { } costs
            ? [.. new BenchWaterfalls(costs, comparisons).All().OfType<Waterfall>()] : [];

    private IEnumerable<Waterfall?> All() => [Sent(), Received(), Change(), Memory(), Train()];

    private Waterfall? Sent() => Fall(WaterfallCost.Sent, Lookup, Lookup(Names.Fib), "no second lookup, no second table");

    private Waterfall? Received() => Fall(WaterfallCost.Received, Lookup, [], "the route back names the peer");

    /// <summary>Returns the waterfall of packets that come in trains from one source, which a cache in front of the check suits. No what-if
    /// behind AllowedIPs has these rows.</summary>
    private Waterfall? Train() => Fall(
        WaterfallCost.Train, structure => Present(_costs.ReceiveCheck(structure)), [], "the route back names the peer",
        Level.Of("a receive cache", StepKind.Further, Present(_costs.ReceiveCheck(Names.Fib, cached: true))));

    /// <summary>Returns the waterfall of a prefix that is announced, moves to another peer and is withdrawn. Today a move changes only
    /// AllowedIPs.</summary>
    private Waterfall? Change()
    {
        Term[] routed = [Operations.Insert, Operations.Delete];
        Term[] all = Array.TrueForAll(Names.Structures, structure => _costs.UpdateTime(Operations.Move, structure) is not null) ? [.. routed, Operations.Move] : routed;
        Figure[]? Of(Term[] operations, string structure) => Present(Array.ConvertAll(operations, operation => _costs.UpdateTime(operation, structure)));
        var cost = all == routed
            ? WaterfallCost.Change with { Subject = "Announcing and withdrawing a prefix", Axis = "time to announce and withdraw a prefix" }
            : WaterfallCost.Change with { Subject = "Announcing, moving and withdrawing a prefix", Axis = "time to announce, move and withdraw a prefix" };
        return Fall(cost, structure => Of(all, structure), Of(routed, Names.Fib), "no second table");
    }

    private Waterfall? Memory()
    {
        var routes = Pages(Names.PlainRoutes);
        var smallest = Names.BetterTries.Concat(Names.Structures).Select(_costs.Pages).OfType<Figure>().MinBy(row => row.Value);
        var fall = Fall(WaterfallCost.Memory, Pages, routes, "each route names its peer", null, Level.Of("no second table", StepKind.Attribute, routes));
        return fall is null || smallest is null ? fall
            : fall with { Limit = new("smallest structure", $"the memory of the smallest structure alone ({Names.Short(smallest.Structure)})", smallest) };
    }

    /// <param name="cost">The cost.</param>
    /// <param name="own">Returns the rows of a structure’s own part of the cost; null if a row is missing.</param>
    /// <param name="routes">The rows of the routes beside AllowedIPs; empty if routes add nothing to the cost.</param>
    /// <param name="attribute">The words of the last step to the route attribute.</param>
    /// <param name="further">The step beyond the route attribute. Without it, a better FIB is the step.</param>
    /// <param name="shared">The step before the last step to the route attribute, if rows tell the two apart.</param>
    private Waterfall? Fall(
        WaterfallCost cost, Func<string, Figure[]?> own, Figure[]? routes, string attribute, Level? further = null, Level? shared = null)
    {
        if (own(Names.AllowedIps) is not { } today || own(Names.Fib) is not { } fib || routes is null)
            return null;
        var (better, betterFib) = (Least(Names.BetterTries, own), Least(s_fibs, own));
        Level Before(Figure[] besides) =>
            new(besides.Length > 0 ? "AllowedIPs today, and a route per prefix" : "AllowedIPs today", StepKind.Today, [.. besides, .. today]);
        Level? Better(Figure[] besides) => better is var (name, rows)
            ? new($"a better structure ({Names.Short(name)})", StepKind.Structure, [.. besides, .. rows]) : null;
        Level?[] levels =
        [
            Before(routes), Better(routes), shared, new(attribute, StepKind.Attribute, fib),
            further ?? (betterFib is var (more, all) ? new($"a better FIB ({Names.Short(more)})", StepKind.Further, all) : null),
        ];
        return new(cost, [.. levels.OfType<Level>()])
        {
            Noise = cost == WaterfallCost.Memory ? 1 : _comparisons.NoiseFor(today[0]),
            WithDefaultRoute = routes.Length > 0 ? (Before([]), Better([])) : null,
            Limit = own == Lookup && _costs.Limit(Names.Fib) is { } limit ? new(Metrics.Limit, "the limit: the time of the FIB’s dependent cache lines alone", limit) : null,
        };
    }

    private Figure[]? Lookup(string structure) => Present(_costs.LookupTime(structure));

    private Figure[]? Pages(string structure) => Present(_costs.Pages(structure));

    /// <summary>Returns the structure with the least cost; null if no structure has all rows.</summary>
    private static (string Structure, Figure[] Rows)? Least(string[] structures, Func<string, Figure[]?> own)
    {
        (string Structure, Figure[] Rows)? least = null;
        foreach (var structure in structures)
        {
            if (own(structure) is { } rows && !(least?.Rows.Sum(row => row.Value) <= rows.Sum(row => row.Value)))
                least = (structure, rows);
        }

        return least;
    }

    /// <summary>Returns the rows; null if one is missing.</summary>
    private static Figure[]? Present(params Figure?[] rows) => Array.TrueForAll(rows, row => row is not null) ? [.. rows.OfType<Figure>()] : null;
}
