// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>A cost that is measured at several sizes. The cost of memory has no operation.</summary>
public readonly record struct Cost(Term? Operation, Metric Metric);

/// <summary>The values of each scheme from all rounds at one place.</summary>
public sealed class ScalingSamples
{
    private readonly OrderedDictionary<(string Scheme, Cost Cost), List<double>> _values = [];
    private Dictionary<(string Scheme, Cost Cost), int>? _again;

    public void Add(string scheme, Cost cost, double value)
    {
        if (!_values.TryGetValue((scheme, cost), out var values))
            _values.Add((scheme, cost), values = []);
        // A count is the same in every round.
        if (values.Count == 0 || cost.Metric.Basis == Basis.Measured)
            values.Add(value);
    }

    public bool Has(string scheme, Cost cost) => _values.ContainsKey((scheme, cost));

    /// <summary>Whether both halves of the rounds agree. After <see cref="Again"/>, two of three passes must agree, and the later rounds
    /// are the third pass.</summary>
    public bool Settled => _values.Keys.All(key => Settle(key).Settled);

    public void Again() => _again = _values.ToDictionary(cost => cost.Key, cost => cost.Value.Count);

    public IEnumerable<Figure> Rows(Figure at)
    {
        foreach (var (scheme, cost) in _values.Keys)
        {
            var (kept, settled) = Settle((scheme, cost));
            var place = at with { Scheme = scheme, Operation = cost.Operation?.Name ?? "", Flag = settled ? "" : Figure.Unsettled };
            yield return cost.Metric.Row(place, Spread.Of(kept));
        }
    }

    private (List<double> Kept, bool Settled) Settle((string Scheme, Cost Cost) key)
    {
        var values = _values[key];
        if (key.Cost.Metric.Basis != Basis.Measured || values.Count < PassRunner.Least)
            return (values, true);
        var first = _again?.GetValueOrDefault(key) ?? values.Count;
        List<List<double>> passes = [values[..(first / 2)], values[(first / 2)..first]];
        if (first < values.Count)
            passes.Add(values[first..]);
        var (kept, settled) = Passes.Settle([.. passes.Select(pass => Passes.Of(pass, []))], Passes.TimeFloor);
        return ([.. kept.SelectMany(pass => passes[pass])], settled);
    }
}
