// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of a family that explain how its FIB compares with allowedips: nodes, cache lines, bytes and times.</summary>
public sealed class FamilyCosts
{
    private readonly Rows _rows;
    private readonly List<Figure> _figures;

    private FamilyCosts(Rows rows, int family)
    {
        (_rows, Family) = (rows, family);
        _figures = [.. rows.All.Where(f => f.Family == family && double.IsFinite(f.Value) && f.Value > 0)];
    }

    public int Family { get; }

    /// <summary>Returns the families that have counts of the lookups of both structures, IPv4 first.</summary>
    public static IReadOnlyList<FamilyCosts> Of(Rows rows) =>
    [
        .. rows.All.Select(f => f.Family).Distinct().Order().Select(family => new FamilyCosts(rows, family))
            .Where(costs => Array.TrueForAll(Names.Structures, s => costs.Nodes(s) is not null && costs.Lines(s) is not null)),
    ];

    /// <summary>Returns the nodes that a lookup visits, on average over keys.</summary>
    public Figure? Nodes(string structure) => Touch(Metrics.NodesVisited, structure);

    /// <summary>Returns the cache lines that a lookup touches, including the cache lines of the answer.</summary>
    public Figure? Lines(string structure) => Touch(Metrics.CacheLines, structure);

    /// <summary>Returns the bytes per prefix in objects.</summary>
    public Figure? Bytes(string structure) => Find(Experiment.Memory, Metrics.BytesPerPrefix, structure, f => f.Order == _rows.MainOrder(Experiment.Memory));

    /// <summary>Returns the bytes of all pages.</summary>
    public Figure? Pages(string structure) => Find(Experiment.Memory, Metrics.PageBytes, structure, f => f.Order == _rows.MainOrder(Experiment.Memory));

    /// <summary>Returns the time of a lookup in a dependent chain.</summary>
    public Figure? LookupTime(string structure) => Looked(Metrics.Time, structure);

    /// <summary>Returns the time that a lookup’s dependent cache lines alone would take, for the keys of <see cref="LookupTime"/>.</summary>
    public Figure? Limit(string structure) => Find(Experiment.Limit, Metrics.Limit, structure, f => f.Keys == LookupKeys);

    /// <summary>Returns the time to check a received packet of a train, without changes of routes.</summary>
    public Figure? ReceiveCheck(string structure, bool cached = false) => Find(
        Experiment.ReceiveCache, Metrics.ReceiveCheck, structure, f => f.Keys == KeyPatterns.Trains && f.X is 0 && f.Item == (cached ? Names.ReceiveCache : ""));

    /// <summary>Returns the time of a single change.</summary>
    public Figure? UpdateTime(string operation, string structure) => Find(Experiment.Update, Metrics.Time, structure, f => f.Operation == operation);

    public Figure? Ratio(string chain, string pair = Names.FibOverAllowedIps) => Looked(Metrics.Ratio, pair, chain);

    public Figure? UpdateRatio(string operation, string pair) => Find(Experiment.Update, Metrics.Ratio, pair, f => f.Operation == operation);

    private string LookupKeys => KeysOf(_figures.Where(row => row.Experiment == Experiment.Lookup));

    private Figure? Looked(Metric metric, string structure, string? chain = null) => Find(
        Experiment.Lookup, metric, structure, f => f.Chain == (chain ?? Chains.Dependent) && f.Keys == LookupKeys);

    private Figure? Touch(Metric metric, string structure) =>
        Find(Experiment.Touch, metric, structure, f => f.Keys == KeysOf(_figures.Where(row => row.Experiment == Experiment.Touch)));

    private Figure? Find(Experiment experiment, Metric metric, string structure, Func<Figure, bool> where) => _figures.Find(
        f => f.Experiment == experiment && f.Metric == metric && f.Structure == structure && where(f));

    /// <summary>Returns the key pattern to show: addresses spread over the prefixes if there are any, otherwise the first
    /// pattern.</summary>
    private static string KeysOf(IEnumerable<Figure> figures)
    {
        var patterns = figures.Select(f => f.Keys).Distinct().ToList();
        return patterns.Contains(KeyPatterns.Prefixes) ? KeyPatterns.Prefixes.Name : patterns.FirstOrDefault() ?? "";
    }
}
