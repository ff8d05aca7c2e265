// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of a run of <c>churn</c>, for its sections and plots.</summary>
public sealed class ChurnView : View
{
    private static readonly string[] s_experiments =
    [
        Experiment.Trace, Experiment.Replay, Experiment.Convergence, Experiment.BindingMemory, Experiment.Packet, Experiment.Observer, Experiment.Code,
        Experiment.Reader,
    ];

    private ChurnView(Rows rows, List<Figure> figures) : base(rows, figures)
    {
        Schemes = [.. figures.Where(f => f.Experiment == Experiment.Replay).Select(f => f.Scheme).Distinct()];
        Windows = [.. Replay(Metrics.ChangesTaken).Select(f => f.X!.Value).Distinct().Order()];
    }

    public IReadOnlyList<string> Schemes { get; }

    /// <summary>The windows of coalescing in ms, ascending.</summary>
    public IReadOnlyList<double> Windows { get; }

    public static ChurnView? Of(Rows rows) => rows.All.Any(f => f.Experiment == Experiment.Replay)
        ? new(rows, [.. rows.All.Where(f => Array.IndexOf(s_experiments, f.Experiment) >= 0)]) : null;

    public IEnumerable<Figure> Replay(Metric metric) => Of(Experiment.Replay, metric);

    /// <summary>Returns the replay rows of the smallest window, where no change waits for another. The rows are for one kind of change, or
    /// for all changes.</summary>
    public IEnumerable<Figure> Uncoalesced(Metric metric, Term? operation = null) =>
        Replay(metric).Where(f => f.Operation == (operation ?? Operations.Update) && f.X == Windows[0]);

    /// <summary>Returns interleaved ratios to the reference, with warm or with flushed caches. The ratios are for one kind of change, or
    /// for all changes.</summary>
    public IEnumerable<Figure> UpdateRatios(Term? operation = null, bool warm = false) =>
        Replay(warm ? Metrics.WarmRatio : Metrics.Ratio).Where(f => f.Operation == (operation ?? Operations.Update));

    /// <summary>Returns rows of the loss of the largest peer to one other peer.</summary>
    public IEnumerable<Figure> Losses(Metric metric) => Of(Experiment.Convergence, metric).Where(f => f.Operation == Operations.LoseToOne);

    public IEnumerable<Figure> Of(Experiment experiment, Metric metric) => Rows.Of(experiment, metric);

    public IReadOnlyList<Figure> Observer => [.. Figures.Where(f => f.Experiment == Experiment.Observer && double.IsFinite(f.Value))];

    /// <summary>Returns the readers’ rows for one group of prefixes. Without <paramref name="keys"/>, returns the rows of the update
    /// itself.</summary>
    public IEnumerable<Figure> Reader(Metric metric, string keys = "") => Of(Experiment.Reader, metric).Where(f => f.Keys == keys);

    /// <summary>The rows of memory: the bytes in pages of all structures of each scheme.</summary>
    public IEnumerable<Figure> Memory => Of(Experiment.BindingMemory, Metrics.PageBytes).Where(f => f.Structure == Names.AllStructures);

    /// <summary>Returns the rows of the ns that a packet's lookups take, for addresses spread over the prefixes.</summary>
    public IEnumerable<Figure> Packet(string operation) =>
        Of(Experiment.Packet, Metrics.Time).Where(f => f.Operation == operation && f.Keys == KeyPatterns.Prefixes);

    /// <summary>Returns interleaved ratios of a packet's lookups to the reference's.</summary>
    public IEnumerable<Figure> PacketRatios(string operation) =>
        Of(Experiment.Packet, Metrics.Ratio).Where(f => f.Operation == operation && f.Keys == KeyPatterns.Prefixes);

    /// <summary>
    /// Returns the mean time until an observer knows of a change of the trace. Announced changes are read by a program that takes 10 µs per
    /// message. Changes of AllowedIPs are found by a scan every 10 s. The rows of the scan apply to every scheme with AllowedIPs.
    /// </summary>
    public Figure? Staleness(string scheme)
    {
        var rows = Of(Experiment.Observer, Metrics.MeanStaleness).Where(f => f.X == 10).ToList();
        return rows.Find(f => f.Scheme == scheme && f.Operation == Operations.Trace)
            ?? (SchemeName.PlaceOf(scheme) == BindingPlace.Routes ? null : rows.Find(f => f.Scheme == SchemeName.AllowedIps && f.Operation.Length == 0));
    }

    public static Figure? ForScheme(IEnumerable<Figure> rows, string scheme) => rows.FirstOrDefault(f => f.Scheme == scheme);

    public bool Has(Experiment experiment) => Rows.All.Any(f => f.Experiment == experiment);

    public Figure? Trace(Metric metric) => Of(Experiment.Trace, metric).FirstOrDefault();

    /// <summary>Returns the colour of a scheme: the colour of the structure in which the scheme binds prefixes to peers.</summary>
    public static int Series(string scheme) => (int)SchemeName.PlaceOf(scheme);
}
