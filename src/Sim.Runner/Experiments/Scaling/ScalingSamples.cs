// SPDX-License-Identifier: MIT
namespace Sim.Runner.Experiments.Scaling;

/// <summary>One of the costs that are followed over sizes.</summary>
/// <param name="Operation">What is done; empty for memory.</param>
/// <param name="Metric">What of it: a name of <see cref="ScalingMetrics"/>.</param>
internal readonly record struct Cost(string Operation, string Metric)
{
    public Basis Basis => Metric == ScalingMetrics.Time ? Basis.Measured : Basis.Counted;

    public string Unit => Metric switch
    {
        ScalingMetrics.Time => "ns",
        ScalingMetrics.Messages or ScalingMetrics.InfosWalked => "count",
        _ => "bytes",
    };
}

/// <summary>Names of experiments, axes and metrics in the rows.</summary>
internal static class ScalingMetrics
{
    /// <summary>Experiment of the points, and of what is fitted to them.</summary>
    public const string Points = "scaling", Fits = "scaling-fit";

    /// <summary>Experiment of the insertions into one hash bucket of fib_infos.</summary>
    public const string Bucket = "scaling-bucket", BucketFits = "scaling-bucket-fit";

    /// <summary>Names of the axes: the rows' item.</summary>
    public const string PrefixAxis = "prefixes", PeerAxis = "peers";

    public const string Time = "time", Pages = "page-bytes-per-prefix", Objects = "bytes-per-prefix", Bytes = "bytes-per-change",
        Messages = "messages-per-change", InfosWalked = "infos-walked";

    public const string Load = "load", Insert = "insert", Delete = "delete", Move = "move", Loss = "lose-to-one", LossToNone = "lose-to-none",
        Transmit = "transmit", Receive = "receive", InsertAmong = "insert-among";

    /// <summary>Metrics of a fit: an exponent, the share of the variance explained, ns for one more peer.</summary>
    public const string Exponent = "exponent", RSquared = "r-squared", PerPeer = "time-per-peer", AtNone = "time-without-peers";

    /// <summary>A fit's metric of another cost than time: <c>exponent-of-bytes-per-change</c>.</summary>
    public static string Of(string fit, string metric) => metric == Time ? fit : $"{fit}-of-{metric}";
}

/// <summary>What the rounds at one place gave for each scheme.</summary>
internal sealed class ScalingSamples
{
    private readonly List<(string Scheme, Cost Cost)> _order = [];
    private readonly Dictionary<(string Scheme, Cost Cost), List<double>> _values = [];
    private Dictionary<(string Scheme, Cost Cost), int>? _again;

    public void Add(string scheme, Cost cost, double value)
    {
        if (!_values.TryGetValue((scheme, cost), out var values))
        {
            _values.Add((scheme, cost), values = []);
            _order.Add((scheme, cost));
        }

        // A count is the same in every round.
        if (values.Count == 0 || cost.Basis == Basis.Measured)
            values.Add(value);
    }

    public bool Has(string scheme, Cost cost) => _values.ContainsKey((scheme, cost));

    /// <summary>
    /// Whether the first half of the rounds and the second tell the same times, or two of three passes do: what rounds came to after
    /// <see cref="Again"/> is the third.
    /// </summary>
    public bool Settled => _order.TrueForAll(key => Settle(key).Settled);

    /// <summary>Says that what comes is measured again.</summary>
    public void Again() => _again = _order.ToDictionary(key => key, key => _values[key].Count);

    /// <summary>A row for each, with median and quartiles; what all rows of the place share comes from <paramref name="place"/>.</summary>
    public IEnumerable<Figure> Rows(Func<Cost, double, Figure> place)
    {
        foreach (var key in _order)
        {
            var (kept, settled) = Settle(key);
            var spread = Spread.Of(kept);
            yield return place(key.Cost, spread.Median) with
            {
                Scheme = key.Scheme, Low = spread.Low, High = spread.High, N = spread.N, Flag = settled ? "" : Figure.Unsettled,
            };
        }
    }

    private (List<double> Kept, bool Settled) Settle((string Scheme, Cost Cost) key)
    {
        var values = _values[key];
        if (key.Cost.Basis != Basis.Measured || values.Count < PassRunner.Least)
            return (values, true);
        var first = _again?.GetValueOrDefault(key) ?? values.Count;
        List<List<double>> passes = [values[..(first / 2)], values[(first / 2)..first]];
        if (first < values.Count)
            passes.Add(values[first..]);
        var (kept, settled) = Passes.Settle([.. passes.Select(pass => Passes.Of(pass, []))], Passes.TimeFloor);
        return ([.. kept.SelectMany(pass => passes[pass])], settled);
    }
}
