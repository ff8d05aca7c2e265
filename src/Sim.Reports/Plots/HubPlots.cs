// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of packets over the size of the table, and of one device and a device per peer over the number of peers.</summary>
internal static class HubPlots
{
    private static readonly string[] s_operations = [Operations.Encrypt, Operations.Decrypt];

    private static readonly (string Name, string Operation, Metric Metric, string Title, string Question)[] s_devices =
    [
        ("hub-peers-memory", Operations.Create, Metrics.AllMemory, "kernel memory", "How much kernel memory do peers take on one device, and on a device each?"),
        ("hub-peers-time", Operations.Create, Metrics.SetUpTime, "time to create and bring up", "How long does it take to set up peers on one device, and on a device each?"),
    ];

    public static IReadOnlyList<string> AllNames { get; } =
        [.. s_operations.SelectMany(operation => new[] { 4, 6 }.Select(family => Name(operation, family))), .. s_devices.Select(cost => cost.Name)];

    public static IEnumerable<PlotSpec> OfPackets(HubView view) =>
        s_operations.SelectMany(operation => view.Families.Select(family => Packets(family, operation))).OfType<PlotSpec>();

    public static IEnumerable<PlotSpec> OfDevices(HubView view) => s_devices.Select(cost => Devices(view, cost.Name, cost.Operation, cost.Metric, cost.Title, cost.Question)).OfType<PlotSpec>();

    private static string Name(string operation, int family) => $"hub-packets-{operation}-{family}";

    private static PlotSpec? Packets(HubView view, string operation)
    {
        var rows = view.Of(Metrics.PacketRate).Where(f => f.Operation == operation && f.Keys == KeyPatterns.Prefixes && f.Item == Variants.Plain && f is { Structure: "", Prefixes: > 0, Value: > 0 }).ToList();
        rows = rows.FindAll(f => f.X == rows.Min(row => row.X));
        if (rows.Select(f => f.Prefixes).Distinct().Count() < 2)
            return null;
        return new(
            Name(operation, view.Family), $"How many IPv{view.Family} packets a second does the hub {(operation == Operations.Encrypt ? "encrypt" : "decrypt")}, by size of the table?",
            Reading(rows, f => f.Prefixes!.Value, "prefix", f => $"{Numbers.Digits(f.Value, 3)} a second ({SchemeName.All.Words(f.Scheme)})"), rows.Bases(), new LogChart
            {
                ValueLabel = "packets a second", IsLinear = true, XLabel = $"prefixes (logarithmic), packets of {Numbers.Show(rows[0].X ?? 0)} bytes to random prefixes",
                Curves = [.. rows.GroupBy(f => f.Scheme).Select((scheme, at) => Curve(scheme, at, false, SchemeName.All.Words(scheme.Key), f => f.Prefixes!.Value))],
            });
    }

    private static PlotSpec? Devices(HubView view, string name, string operation, Metric metric, string title, string question)
    {
        var rows = view.Of(metric).Where(f => f.Operation == operation && f.Item == Variants.Plain && f is { Structure: "", Peers: > 0, Value: > 0 }).ToList();
        if (rows.Select(f => f.Peers).Distinct().Count() < 2)
            return null;
        var schemes = rows.Select(f => f.Scheme).Distinct().ToList();
        static string Words(string scheme) => scheme == SchemeName.Devices ? SchemeName.Devices.Words : "one device";
        return new(name, question, Reading(rows, f => f.Peers!.Value, "peer", f => $"{PlotSet.Show(f)} ({Words(f.Scheme)}, IPv{f.Family})"), rows.Bases(), new LogChart
        {
            ValueLabel = title, Unit = rows[0].Unit, XLabel = "peers (both axes logarithmic)",
            Curves =
            [
                .. rows.GroupBy(f => (f.Scheme, f.Family)).OrderBy(curve => schemes.IndexOf(curve.Key.Scheme)).Select(curve =>
                    Curve(curve, schemes.IndexOf(curve.Key.Scheme), curve.Key.Family == 6, $"{Words(curve.Key.Scheme)}, IPv{curve.Key.Family}", f => f.Peers!.Value)),
            ],
        });
    }

    private static LogCurve Curve(IEnumerable<Figure> rows, int shape, bool open, string label, Func<Figure, double> place) =>
        new(ChurnView.Series(rows.First().Scheme), shape, open, label, [.. rows.OrderBy(place).Select(f => (place(f), f.Value))]);

    /// <summary>Returns the least and the greatest value at each end of the axis, in words.</summary>
    private static string Reading(List<Figure> rows, Func<Figure, double> place, string noun, Func<Figure, string> show)
    {
        if (rows.Exists(f => f.Flag.Length > 0))
            return "The machine was busy: these values give no verdict.";
        string At(double size)
        {
            var there = rows.FindAll(f => place(f).Equals(size));
            return $"With {Numbers.Show(size)} {noun}{(size == 1 ? "" : noun == "prefix" ? "es" : "s")}: {show(there.MinBy(f => f.Value)!)} to {show(there.MaxBy(f => f.Value)!)}.";
        }

        return $"{At(rows.Min(place))} {At(rows.Max(place))}";
    }
}
