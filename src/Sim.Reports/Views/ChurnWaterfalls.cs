// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>
/// The waterfalls of <c>churn</c>. Its schemes are measured whole: with all their structures in the caches, and with all changes of the
/// trace. The what-ifs run with a default route. So the level of a what-if is today’s level with a route per prefix, less the part of
/// allowedips, plus the part of the what-if.
/// </summary>
public sealed class ChurnWaterfalls
{
    private static readonly string[] s_better = WhatIfs(BindingPlace.AllowedIps), s_fibs = WhatIfs(BindingPlace.Routes);

    private readonly ChurnView _view;

    private ChurnWaterfalls(ChurnView view) => _view = view;

    /// <summary>Returns a waterfall for each cost that has rows of today’s AllowedIPs, with a route per prefix, and of the route
    /// attribute.</summary>
    public static IReadOnlyList<Waterfall> Of(ChurnView view) => [.. new ChurnWaterfalls(view).All().OfType<Waterfall>()];

    private IEnumerable<Waterfall?> All() => [Sent(), Received(), Change(), Memory()];

    private Waterfall? Sent() => Fall(
        WaterfallCost.Sent, _view.Packet(Operations.Transmit), _view.Packet(Operations.Receive), SchemeName.RemoveMeAndRoutes,
        "no second lookup", "no second table", Noise(_view.PacketRatios(Operations.Transmit)));

    private Waterfall? Received() => Fall(
        WaterfallCost.Received, _view.Packet(Operations.Receive), _view.Packet(Operations.Receive), SchemeName.RemoveMeAndRoutes,
        "", "the route back names the peer", Noise(_view.PacketRatios(Operations.Receive)));

    private Waterfall? Change() => Fall(
        WaterfallCost.Change with { Subject = "A change of the trace", Axis = "time per change of the trace" }, _view.Uncoalesced(Metrics.TimePerChange),
        _view.Uncoalesced(Metrics.TimePerChange), SchemeName.RemoveMe, "", "no second table", Noise(_view.UpdateRatios()));

    private Waterfall? Memory() => Fall(
        WaterfallCost.Memory, _view.Memory, _view.Memory, SchemeName.RemoveMe, "no second table", "each route names its peer", 1);

    /// <param name="cost">The cost.</param>
    /// <param name="whole">The rows of the whole cost, by scheme.</param>
    /// <param name="part">The rows that hold the part of the table of AllowedIPs, by scheme.</param>
    /// <param name="today">The scheme whose part is today’s.</param>
    /// <param name="without">The words of the step that drops this part; empty if rows do not tell the step from the next one.</param>
    /// <param name="attribute">The words of the last step to the route attribute.</param>
    /// <param name="noise">The noise of the cost.</param>
    private static Waterfall? Fall(
        WaterfallCost cost, IEnumerable<Figure> whole, IEnumerable<Figure> part, SchemeName today, string without, string attribute, double? noise)
    {
        Figure? Whole(string scheme) => ChurnView.ForScheme(whole, scheme);
        if (Whole(SchemeName.RemoveMeAndRoutes) is not { } both || ChurnView.ForScheme(part, today) is not { } own || Whole(SchemeName.Attribute) is not { } route)
            return null;
        var (better, betterFib) = (Least(s_better, part), Least(s_fibs, whole));
        var alone = ReferenceEquals(both, own);
        Level? Better(params Figure?[] rows) => better is null || rows.Contains(null) ? null
            : new($"a better structure ({Names.Short(better.Scheme)})", StepKind.Structure, [.. rows.OfType<Figure>()], rows.Length > 1 ? [own] : []);
        Level?[] levels =
        [
            new(alone ? "AllowedIPs today" : "AllowedIPs today, and a route per prefix", StepKind.Today, [both]),
            alone ? Better(better) : Better(both, better),
            without.Length > 0 ? new(without, StepKind.Attribute, [both], own) : null, new(attribute, StepKind.Attribute, [route]),
            betterFib is null ? null : new($"a better FIB ({Names.Short(betterFib.Scheme)})", StepKind.Further, [betterFib]),
        ];
        return new(cost, [.. levels.OfType<Level>()])
        {
            Noise = noise,
            WithDefaultRoute = alone || Whole(SchemeName.RemoveMe) is not { } plain ? null
                : (new("", StepKind.Today, [plain]), better is null ? null : Better(Whole(better.Scheme))),
        };
    }

    private static Figure? Least(string[] schemes, IEnumerable<Figure> rows) => rows.Where(row => schemes.Contains(row.Scheme)).MinBy(row => row.Value);

    /// <summary>Returns the factor by which equal schemes differ.</summary>
    private static double? Noise(IEnumerable<Figure> ratios) => ChurnView.ForScheme(ratios, SchemeName.Attribute)?.Bound;

    private static string[] WhatIfs(BindingPlace place) => [.. SchemeName.All.All.Where(name => name.IsWhatIf && name.Place == place).Select(name => name.Name)];
}
