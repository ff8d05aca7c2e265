// SPDX-License-Identifier: MIT
using Sim.Figures;

namespace Sim.Reports.Views;

/// <summary>The rows of a run of <c>churn</c>, as its section and its plots ask for them.</summary>
public sealed class ChurnView
{
    /// <summary>A change, of whatever kind.</summary>
    public const string Update = "update";

    private static readonly string[] s_experiments = ["trace", "replay", "convergence", "binding-memory", "packet", "observer", "code", "reader"];

    private ChurnView(Rows rows, List<Figure> figures)
    {
        (Rows, Figures) = (rows, figures);
        Schemes = [.. figures.Where(f => f.Experiment == "replay").Select(f => f.Scheme).Distinct()];
        Windows = [.. Replay("changes-taken").Select(f => f.X!.Value).Distinct().Order()];
    }

    public Rows Rows { get; }

    public IReadOnlyList<Figure> Figures { get; }

    /// <summary>The schemes in the order of the rows.</summary>
    public IReadOnlyList<string> Schemes { get; }

    /// <summary>Windows of coalescing in ms, ascending.</summary>
    public IReadOnlyList<double> Windows { get; }

    /// <summary>Null where the run has no such rows.</summary>
    public static ChurnView? Of(Rows rows)
    {
        var figures = rows.All.Where(f => Array.IndexOf(s_experiments, f.Experiment) >= 0).ToList();
        return figures.Exists(f => f.Experiment == "replay") ? new ChurnView(rows, figures) : null;
    }

    public IEnumerable<Figure> Replay(string metric) => Of("replay", metric);

    /// <summary>Replay rows of the least window, in which no change waits for another.</summary>
    public IEnumerable<Figure> Uncoalesced(string metric, string operation = Update) =>
        Replay(metric).Where(f => f.Operation == operation && f.X == Windows[0]);

    /// <summary>Ratios to the reference of a change, interleaved with it.</summary>
    /// <param name="operation">A change, or a kind of it.</param>
    /// <param name="warm">With warm caches; else from empty ones.</param>
    public IEnumerable<Figure> UpdateRatios(string operation = Update, bool warm = false) =>
        Replay(warm ? Names.WarmRatio : Names.Ratio).Where(f => f.Operation == operation);

    public IEnumerable<Figure> Convergence(string metric) => Of("convergence", metric);

    public IEnumerable<Figure> Of(string experiment, string metric) =>
        Figures.Where(f => f.Experiment == experiment && f.Metric == metric && double.IsFinite(f.Value));

    /// <summary>What an observer of others' changes pays.</summary>
    public IReadOnlyList<Figure> Observer => [.. Figures.Where(f => f.Experiment == "observer" && double.IsFinite(f.Value))];

    /// <summary>What readers beside an update saw.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="keys">Whose prefixes they looked up; empty for what concerns the update itself.</param>
    public IEnumerable<Figure> Reader(string metric, string keys = "") => Of("reader", metric).Where(f => f.Keys == keys);

    /// <summary>Bytes in pages of everything that a scheme holds.</summary>
    public IEnumerable<Figure> Memory => Of("binding-memory", "page-bytes").Where(f => f.Structure == Names.AllStructures);

    /// <summary>Nanoseconds that a packet's lookups take, of addresses spread over the prefixes.</summary>
    public IEnumerable<Figure> Packet(string operation) =>
        Of("packet", "time").Where(f => f.Operation == operation && f.Keys == "prefixes");

    /// <summary>Ratios of these lookups to the reference's, interleaved with it.</summary>
    public IEnumerable<Figure> PacketRatios(string operation) =>
        Of("packet", "ratio").Where(f => f.Operation == operation && f.Keys == "prefixes");

    /// <summary>
    /// How late who listens knows of a change of the trace, on average: where changes are announced, by a program that takes 10 µs
    /// for a message; elsewhere by a scan every 10 s, whose rows are of all AllowedIPs together.
    /// </summary>
    public Figure? Staleness(string scheme)
    {
        var rows = Of("observer", "staleness-mean").Where(f => f.X == 10).ToList();
        return rows.Find(f => f.Scheme == scheme && f.Operation == "trace")
            ?? (SchemeNames.PlaceOf(scheme) == BindingPlace.Routes ? null : rows.Find(f => f.Scheme == SchemeNames.AllowedIps && f.Operation.Length == 0));
    }

    /// <summary>The scheme's row of a metric, as <paramref name="rows"/> has it.</summary>
    public static Figure? ForScheme(IEnumerable<Figure> rows, string scheme) => rows.FirstOrDefault(f => f.Scheme == scheme);

    /// <summary>Whether the run has rows of another experiment.</summary>
    public bool Has(string experiment) => Rows.All.Any(f => f.Experiment == experiment);

    /// <summary>The trace's figure; null where it is missing.</summary>
    public Figure? Trace(string metric) => Of("trace", metric).FirstOrDefault();

    /// <summary>Colour of a scheme: that of the structure in which it binds prefixes to peers.</summary>
    public static int Series(string scheme) => (int)SchemeNames.PlaceOf(scheme);
}
