// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of real routing daemons: full tables, failovers, and the matrix of scenes.</summary>
public sealed class DaemonView : View
{
    private DaemonView(Rows rows, List<Figure> figures) : base(rows, figures) { }

    public static DaemonView? Of(Rows rows)
    {
        var figures = rows.All.Where(f => f.Experiment == Experiment.Daemons || f.Experiment == Experiment.DaemonMatrix).ToList();
        return figures.Count > 0 ? new DaemonView(rows, figures) : null;
    }

    /// <summary>Returns the rows of a metric, IPv4 before IPv6.</summary>
    public List<Figure> Of(Metric metric) => [.. Figures.Where(f => f.Metric == metric && double.IsFinite(f.Value)).OrderBy(f => f.Family)];

    /// <summary>Returns a metric's row of the same step, daemon, way, family and number of prefixes as another row; null if there is
    /// none.</summary>
    public Figure? Beside(Figure row, Metric metric) => Figures.FirstOrDefault(f => f.Metric == metric && f.Operation == row.Operation && IsBeside(f, row)
        && (f.Item == row.Item || row.Operation == Operations.Load) && double.IsFinite(f.Value));

    /// <summary>Returns the peak memory of each process, for the same daemon, way, family and number of prefixes as a row.</summary>
    public IEnumerable<Figure> PeakMemory(Figure row) => Of(Metrics.PeakMemory).Where(f => IsBeside(f, row));

    /// <summary>The time until all packets have a peer, for each way: the FIB and, with an agent, AllowedIPs have all prefixes.</summary>
    public List<Figure> Loads => Of(Metrics.FibComplete).ConvertAll(f => Beside(f, Metrics.AgentComplete) ?? f);

    /// <summary>The time after which every packet reaches another spoke: the last packet that went to the lost spoke or to none.</summary>
    public List<Figure> Outages =>
        Of(Metrics.LastWrong).FindAll(f => f.Operation == Operations.Failover).ConvertAll(f => Beside(f, Metrics.LastLost) is { } lost && lost.Value > f.Value ? lost : f);

    private static bool IsBeside(Figure one, Figure other) =>
        (one.Structure, one.Scheme, one.Family, one.Prefixes) == (other.Structure, other.Scheme, other.Family, other.Prefixes);
}
