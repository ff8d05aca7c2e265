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

    /// <summary>A row for each, with median and quartiles; what all rows of the place share comes from <paramref name="place"/>.</summary>
    public IEnumerable<Figure> Rows(Func<Cost, double, Figure> place)
    {
        foreach (var (scheme, cost) in _order)
        {
            var spread = Spread.Of(_values[(scheme, cost)]);
            yield return place(cost, spread.Median) with { Scheme = scheme, Low = spread.Low, High = spread.High, N = spread.N };
        }
    }
}
