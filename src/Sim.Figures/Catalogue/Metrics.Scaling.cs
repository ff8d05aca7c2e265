// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    public static readonly Metric InfosWalked = new("infos-walked", Units.Count, "fib_infos compared");

    /// <summary>The growth of a cost: a power law that is fitted to the cost's points.</summary>
    public static readonly Metric Exponent = new("exponent", Units.Ratio, "exponent of the time", Basis.Estimated);
    public static readonly Metric RSquared =
        new("r-squared", Units.Ratio, "share of the variance that the fit explains", Basis.Estimated, Better.Neither);

    /// <summary>A straight line that is fitted to the times of one bucket.</summary>
    public static readonly Metric TimePerPeer = new("time-per-peer", Units.Nanoseconds, "time per further peer", Basis.Estimated);
    public static readonly Metric TimeWithoutPeers =
        new("time-without-peers", Units.Nanoseconds, "time without peers, by the fit", Basis.Estimated);

    public static IReadOnlyList<Metric> Fitted => field ??= [Time, PageBytesPerPrefix, BytesPerChange];

    /// <summary>Returns a fit's metric (exponent or R²) for a cost. For time, this is the metric itself. For another cost, the metric has a
    /// name such as <c>exponent-of-bytes-per-change</c>.</summary>
    public static Metric OfCost(this Metric fit, Metric cost) =>
        cost == Time ? fit : fit with { Name = $"{fit.Name}-of-{cost}", Words = $"{Fit(fit)} of {cost.Words}" };

    private static string Fit(Metric fit) => fit.Name == "exponent" ? "exponent" : "share of the variance explained";
}
