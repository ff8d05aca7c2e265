// SPDX-License-Identifier: MIT
using Sim.Validation.Scripts;

namespace Sim.Validation.RealDaemons;

/// <summary>Makes figures of the rows that kernel-patch/daemons/full-table.sh writes.</summary>
public static class DaemonRows
{
    private const string Header = "name,value,unit,daemon,way,family,prefixes,seconds,failover";

    /// <summary>What stands before the speed of a trace in the column of the failover.</summary>
    private const string Replay = "replay-";

    /// <summary>The number of peers: every spoke is one.</summary>
    private const int Peers = 8;

    private static readonly (Metric Metric, Metric Ratio)[] s_ratios =
        [(Metrics.FibComplete, Metrics.FibCompleteRatio), (Metrics.CpuMachine, Metrics.CpuMachineRatio)];

    /// <summary>Reads the rows of several runs. A figure is the median over all rounds of all runs, with its quartiles. A ratio to the dummy
    /// device is the median over pairs: the first round with the first, and so on.</summary>
    /// <exception cref="UserException">Thrown if a line is no row, or has a name that the catalogue lacks. The message names file and
    /// line.</exception>
    public static IReadOnlyList<Figure> Read(IEnumerable<string> files)
    {
        var places = ScriptRows.Rounds(files.SelectMany(file => ScriptRows.Read(file, Header)).Select(row => Row(row.Cells, row.Place)).OfType<Figure>());
        var figures = new List<Figure>();
        foreach (var (place, values) in places)
        {
            figures.Add(place.Metric.Row(place, Spread.Of(values)));
            var ratio = place.Operation == Operations.Load && place.Scheme != SchemeName.Dummy ? Array.Find(s_ratios, pair => pair.Metric == place.Metric).Ratio : null;
            if (ratio is not null && places.TryGetValue(place with { Scheme = SchemeName.Dummy }, out var dummy) && ScriptRows.Ratio(values, dummy) is { } spread)
                figures.Add(ratio.Row(place, spread));
        }

        return figures;
    }

    /// <summary>Returns null for the load of a guest whose daemon also scans the kernel's routes: such a load takes longer.</summary>
    private static Figure? Row(string[] cells, string place)
    {
        if (cells is not [var name, var value, var unit, var daemon, var way, ("4" or "6") and var family, var prefixes, _, var failover]
            || !ScriptRows.IsNumber(value, out var number) || !ScriptRows.IsCount(prefixes, out var count))
            throw new UserException($"{place}not a row of a family and a number: {string.Join(',', cells)}");
        if (Metrics.OfDaemon(name) is not (var metric, var operation, var process))
            throw new UserException($"{place}no metric for the row '{name}'");
        if (Daemons.All.Find(daemon) is null || SchemeName.All.Find(way) is null)
            throw new UserException($"{place}no such daemon or way: {daemon}, {way}");
        var speed = failover.StartsWith(Replay, StringComparison.Ordinal) ? failover[Replay.Length..] : "";
        if (operation == Operations.Replay ? !ScriptRows.IsCount(speed, out _)
            : operation != Operations.Load && Failovers.All.Find(failover) is null)
            throw new UserException($"{place}no such failover or speed: '{failover}'");
        var (own, factor) = unit switch
        {
            "s" => (Units.Seconds, 1),
            "kB" => (Units.Bytes, 1024), // as in /proc
            "bytes" => (Units.Bytes, 1),
            _ => (Units.Count, 1),
        };
        if (metric.Unit != own)
            throw new UserException($"{place}{name} in {unit}, not in {metric.Unit}");
        if (operation == Operations.Load && failover == Failovers.Scan)
            return null;
        return metric.Row(
            Figure.At(Experiment.Daemons, family == "4" ? 4 : 6) with
            {
                Structure = daemon, Scheme = way, Operation = operation, Peers = Peers, Prefixes = count, Item = operation == Operations.Load ? process : operation == Operations.Replay ? $"speed {speed}" : failover,
            },
            number * factor);
    }
}
