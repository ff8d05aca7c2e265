// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of a run of <c>churn</c>, as its section and its plots ask for them.</summary>
public sealed class ChurnView
{
    private static readonly string[] s_experiments =
    [
        Experiment.Trace, Experiment.Replay, Experiment.Convergence, Experiment.BindingMemory, Experiment.Packet, Experiment.Observer, Experiment.Code,
        Experiment.Reader,
    ];

    private ChurnView(Rows rows, List<Figure> figures)
    {
        (Rows, Figures) = (rows, figures);
        Schemes = [.. figures.Where(f => f.Experiment == Experiment.Replay).Select(f => f.Scheme).Distinct()];
        Windows = [.. Replay(Metrics.ChangesTaken).Select(f => f.X!.Value).Distinct().Order()];
    }

    public Rows Rows { get; }
    public IReadOnlyList<Figure> Figures { get; }
    public IReadOnlyList<string> Schemes { get; }

    /// <summary>Windows of coalescing in ms, ascending.</summary>
    public IReadOnlyList<double> Windows { get; }

    /// <summary>Null where the run has no such rows.</summary>
    public static ChurnView? Of(Rows rows) => rows.All.Any(f => f.Experiment == Experiment.Replay)
        ? new(rows, [.. rows.All.Where(f => Array.IndexOf(s_experiments, f.Experiment) >= 0)]) : null;

    public IEnumerable<Figure> Replay(Metric metric) => Of(Experiment.Replay, metric);

    /// <summary>Replay rows of the least window, in which no change waits for another, of a kind of change or of any.</summary>
    public IEnumerable<Figure> Uncoalesced(Metric metric, Term? operation = null) =>
        Replay(metric).Where(f => f.Operation == (operation ?? Operations.Update) && f.X == Windows[0]);

    /// <summary>Ratios of a kind of change, or of any, to the reference, interleaved with it, with warm or with flushed caches.</summary>
    public IEnumerable<Figure> UpdateRatios(Term? operation = null, bool warm = false) =>
        Replay(warm ? Metrics.WarmRatio : Metrics.Ratio).Where(f => f.Operation == (operation ?? Operations.Update));

    public IEnumerable<Figure> Convergence(Metric metric) => Of(Experiment.Convergence, metric);

    /// <summary>Of the loss of the largest peer to one other.</summary>
    public IEnumerable<Figure> Losses(Metric metric) => Convergence(metric).Where(f => f.Operation == Operations.LoseToOne);

    public IEnumerable<Figure> Of(Experiment experiment, Metric metric) => Rows.Of(experiment, metric);

    /// <summary>The costs of observing others' changes.</summary>
    public IReadOnlyList<Figure> Observer => [.. Figures.Where(f => f.Experiment == Experiment.Observer && double.IsFinite(f.Value))];

    /// <summary>Readers’ figures of somebody’s prefixes; without keys, those of the update itself.</summary>
    public IEnumerable<Figure> Reader(Metric metric, string keys = "") => Of(Experiment.Reader, metric).Where(f => f.Keys == keys);

    /// <summary>Bytes in pages of everything that a scheme holds.</summary>
    public IEnumerable<Figure> Memory => Of(Experiment.BindingMemory, Metrics.PageBytes).Where(f => f.Structure == Names.AllStructures);

    /// <summary>Nanoseconds that a packet's lookups take, of addresses spread over the prefixes.</summary>
    public IEnumerable<Figure> Packet(string operation) =>
        Of(Experiment.Packet, Metrics.Time).Where(f => f.Operation == operation && f.Keys == KeyPatterns.Prefixes);

    /// <summary>Ratios of these lookups to the reference's, interleaved with it.</summary>
    public IEnumerable<Figure> PacketRatios(string operation) =>
        Of(Experiment.Packet, Metrics.Ratio).Where(f => f.Operation == operation && f.Keys == KeyPatterns.Prefixes);

    /// <summary>
    /// The mean time until an observer knows of a change of the trace: announced changes reach a program that takes 10 µs per message; others show in a scan
    /// every 10 s, whose rows are of all AllowedIPs together.
    /// </summary>
    public Figure? Staleness(string scheme)
    {
        var rows = Of(Experiment.Observer, Metrics.MeanStaleness).Where(f => f.X == 10).ToList();
        return rows.Find(f => f.Scheme == scheme && f.Operation == Operations.Trace)
            ?? (SchemeName.PlaceOf(scheme) == BindingPlace.Routes ? null : rows.Find(f => f.Scheme == SchemeName.AllowedIps && f.Operation.Length == 0));
    }

    /// <summary>The scheme's row of a metric, as <paramref name="rows"/> has it.</summary>
    public static Figure? ForScheme(IEnumerable<Figure> rows, string scheme) => rows.FirstOrDefault(f => f.Scheme == scheme);

    /// <summary>Whether the run has rows of another experiment.</summary>
    public bool Has(Experiment experiment) => Rows.All.Any(f => f.Experiment == experiment);

    public Figure? Trace(Metric metric) => Of(Experiment.Trace, metric).FirstOrDefault();

    /// <summary>Colour of a scheme: that of the structure in which it binds prefixes to peers.</summary>
    public static int Series(string scheme) => (int)SchemeName.PlaceOf(scheme);
}
