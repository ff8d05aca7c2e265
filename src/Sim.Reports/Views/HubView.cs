// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of packets through a hub, and of peers on one device or on a device each. The column <c>x</c> is the payload in
/// bytes.</summary>
public sealed class HubView : View
{
    private readonly ILookup<(Place, Metric), Figure> _byPlace;

    private HubView(Rows rows, List<Figure> figures) : base(rows, figures) => _byPlace = figures.ToLookup(f => (Place.Of(f), f.Metric));

    public static HubView? Of(Rows rows) => Of(rows, rows.All.Where(f => f.Experiment == Experiment.HubPackets || f.Experiment == Experiment.HubPeers));

    /// <summary>Returns a view for each family that has rows, IPv4 first.</summary>
    public IEnumerable<HubView> Families => Figures.Select(f => f.Family).Distinct().Order().Select(family => Of(Rows, Figures.Where(f => f.Family == family))!);

    public int Family => Figures[0].Family;

    public bool Has(Experiment experiment) => Figures.Any(f => f.Experiment == experiment);

    /// <summary>Returns one row of each configuration that has a row of one of the metrics. Rows of A/A and of models belong to the configuration
    /// that they are about.</summary>
    public List<Figure> Cases(IReadOnlyCollection<Metric> metrics) =>
        [.. Figures.Where(f => metrics.Contains(f.Metric) && !f.IsNoise && f.Item != Variants.Again && f.Item != Variants.Modelled).DistinctBy(Place.Of)];

    public IEnumerable<Figure> Of(Metric metric) => Figures.Where(f => f.Metric == metric);

    /// <summary>Returns a metric's rows for the largest table and the smallest packets, to random prefixes and without a variant: one for each
    /// direction and scheme.</summary>
    public IReadOnlyList<Figure> Main(Metric metric)
    {
        var rows = Of(metric).Where(f => f.Keys == KeyPatterns.Prefixes && f.Item == Variants.Plain).ToList();
        return rows.FindAll(f => f.Prefixes == rows.Max(row => row.Prefixes) && f.X == rows.Min(row => row.X));
    }

    /// <summary>Returns a metric's row of the same configuration as another row, or of a configuration that differs in its variant or scheme alone;
    /// null if there is none.</summary>
    public Figure? Beside(Figure row, Metric metric, string? variant = null, string? scheme = null) =>
        _byPlace[(Place.Of(row) with { Item = variant ?? row.Item, Scheme = scheme ?? row.Scheme }, metric)].FirstOrDefault();

    /// <summary>Returns the factor by which a configuration differs from itself: the widest quartile of the A/A rows with the same table, peers, keys
    /// and packets as a ratio. Returns null without such rows.</summary>
    public double? Noise(Figure ratio)
    {
        var again = Of(ratio.Metric).Where(f => f.IsNoise && f.Range.Low > 0
            && (f.Structure, f.Keys, f.Prefixes, f.Peers, f.X) == (ratio.Structure, ratio.Keys, ratio.Prefixes, ratio.Peers, ratio.X)).ToList();
        return again.Count == 0 ? null : again.Max(f => Math.Max(f.Range.High, 1 / f.Range.Low));
    }

    /// <summary>Returns a ratio of times in words. A ratio within the noise is no difference.</summary>
    public static string Speed(Figure ratio, double noise, double value) =>
        ratio.Range.Low <= noise && ratio.Range.High >= 1 / noise ? "about as fast" : Phrases.Speed(value);

    private static HubView? Of(Rows rows, IEnumerable<Figure> figures) =>
        figures.Where(f => double.IsFinite(f.Value)).ToList() is { Count: > 0 } some ? new HubView(rows, some) : null;

    /// <summary>The columns that make a configuration. All packets go through a hub with the same peers.</summary>
    private readonly record struct Place(string Subject, string Structure, int Family, string Scheme, string Operation, string Keys, long? Prefixes, int? Peers, double? X, string Item)
    {
        public static Place Of(Figure f) => new(f.Experiment, f.Structure, f.Family, f.Scheme, f.Operation, f.Keys, f.Prefixes, f.Experiment == Experiment.HubPackets ? null : f.Peers, f.X, f.Item);
    }
}
