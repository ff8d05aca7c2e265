// SPDX-License-Identifier: MIT
using Sim.Validation.Scripts;

namespace Sim.Validation.Packets;

/// <summary>Makes figures of the rows that the scripts of kernel-patch/packets write.</summary>
public static class PacketRows
{
    private const string Header = "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant";

    /// <summary>What a cell holds if the column does not apply.</summary>
    private const string None = "none";

    /// <summary>The units of the scripts: the unit of the rows that are made of them, and the factor between both.</summary>
    private static readonly Dictionary<string, (string Unit, double Factor)> s_units = new()
    {
        ["ns"] = (Units.Nanoseconds, 1), ["us"] = (Units.Nanoseconds, 1e3), ["s"] = (Units.Nanoseconds, 1e9), ["kB"] = (Units.Bytes, 1024), ["bytes"] = (Units.Bytes, 1),
        ["instructions"] = (Units.Instructions, 1), ["permille"] = (Units.Ratio, 1e-3), ["ratio"] = (Units.Ratio, 1), ["packets/s"] = (Units.PerSecond, 1), ["changes/s"] = (Units.PerSecond, 1),
    };

    /// <summary>The beginning of a variant that was measured with two processors.</summary>
    private const string TwoProcessors = "smp-";

    /// <summary>The variants that A/A rows repeat.</summary>
    private static readonly List<string> s_again = [Variants.Plain, Variants.Still, Variants.Replace];

    /// <summary>Reads the rows of several scripts. A figure is the median over the rounds, with its quartiles. A ratio is the median over pairs:
    /// the first round with the first, and so on.</summary>
    /// <param name="experiment">What the rows are about: packets, or peers. A name may mean something else in the other.</param>
    /// <param name="files">The files that the scripts wrote.</param>
    /// <param name="two">Whether the guests had two processors. Rows of the same configuration with one processor are other rows.</param>
    /// <exception cref="UserException">Thrown if a line is no row, or has a name that the catalogue lacks. The message names file and
    /// line.</exception>
    public static IReadOnlyList<Figure> Read(Experiment experiment, IEnumerable<string> files, bool two = false)
    {
        var places = ScriptRows.Rounds(files.SelectMany(file => ScriptRows.Read(file, Header)).Select(row => Row(experiment, row.Cells, row.Place, two)));
        foreach (var (place, values) in places.ToList())
        {
            if (place.Metric == Metrics.CreateTime && places.TryGetValue(place with { Metric = Metrics.UpTime }, out var more))
                places.TryAdd(place with { Metric = Metrics.SetUpTime }, [.. values.Zip(more, (create, up) => create + up)]);
        }

        var figures = new List<Figure>();
        foreach (var (place, values) in places)
        {
            figures.Add(Of(place, values));
            if (Metrics.Paired.Contains(place.Metric) && Baseline(place, places) is var (baseline, item) && places.TryGetValue(baseline, out var others)
                && ScriptRows.Ratio(values, others) is { } ratio)
                figures.Add(Of(place with { Item = item }, place.Metric.AsRatio, ratio));
        }

        return figures;
    }

    /// <summary>Returns the row of a place: a sum over the rounds if one packet in one round matters, otherwise the median.</summary>
    private static Figure Of(Figure place, List<double> values) =>
        Metrics.Summed.Contains(place.Metric) ? place.Metric.Row(place, values.Sum()) with { N = values.Count } : Of(place, place.Metric, Spread.Of(values));

    private static Figure Of(Figure place, Metric metric, Spread spread) =>
        metric.Row(place, spread) is var row && place.Item == Variants.Modelled ? row with { Basis = Basis.Modelled } : row;

    /// <summary>Returns the place that a place is compared with, and the item of the ratio's row: for A/A rows the same configuration, beside
    /// changes the same scheme without changes, and otherwise the same configuration of the baseline scheme.</summary>
    private static (Figure Place, string Item)? Baseline(Figure place, OrderedDictionary<Figure, List<double>> places)
    {
        if (place.Item == Variants.Again)
            return (place with { Item = s_again.Find(item => places.ContainsKey(place with { Item = item })) ?? "" }, Names.SelfItem);
        if (Variants.Rate.PartOf(place.Item) is not null)
            return place.Item == Variants.Still ? null : (place with { Item = Variants.Still }, place.Item);
        var scheme = SchemeName.HubBaseline(place.Experiment);
        return place.Scheme == scheme ? null : (place with { Scheme = scheme }, place.Item);
    }

    private static Figure Row(Experiment experiment, string[] cells, string at, bool two)
    {
        if (cells is not [var name, var value, var unit, var scheme, ("4" or "6") and var family, var operation, var keys, var prefixes, var peers, var size, { Length: > 0 } variant]
            || !ScriptRows.IsNumber(value, out var number) || !ScriptRows.IsCount(prefixes, out var prefixCount) || !ScriptRows.IsCount(peers, out var peerCount)
            || !ScriptRows.IsCount(size, out var bytes))
            throw new UserException($"{at}not a row of a family and numbers: {string.Join(',', cells)}");
        if (Metrics.OfHub(name, experiment) is not { } metric)
            throw new UserException($"{at}no metric for the row '{name}'");
        if (SchemeName.All.Find(scheme) is null)
            throw new UserException($"{at}no such scheme: '{scheme}'");
        if (operation != None && Operations.All.Find(operation) is null || keys != None && KeyPatterns.All.Find(keys) is null)
            throw new UserException($"{at}no such operation or keys: '{operation}', '{keys}'");
        var (own, factor) = s_units.GetValueOrDefault(unit, (Units.Count, 1));
        if (metric.Unit != own)
            throw new UserException($"{at}{name} in {unit}, not in {metric.Unit}");
        string Applies(string cell) => cell == None ? "" : cell;
        // The scripts draw a prefix and then an address in it.
        var pattern = keys == KeyPatterns.Uniform ? KeyPatterns.Prefixes : Applies(keys);
        var isMarked = variant.StartsWith(TwoProcessors, StringComparison.Ordinal);
        return metric.Row(
            Figure.At(experiment, family == "4" ? 4 : 6) with
            {
                Scheme = scheme, Operation = Applies(operation), Keys = pattern, Prefixes = prefixCount > 0 ? prefixCount : null, Peers = peerCount > 0 ? peerCount : null,
                X = bytes > 0 ? bytes : null, Structure = two || isMarked ? Names.TwoProcessors : "", Item = isMarked ? variant[TwoProcessors.Length..] : variant,
            },
            number * factor);
    }
}
