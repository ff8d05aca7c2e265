// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    public static readonly Metric ExactCompared = Event("exact-compared", "counted rows that both sides have");
    public static readonly Metric ExactDiffer = new("exact-differ", Units.Count, "of these, different");
    public static readonly Metric MeasuredCompared = Event("measured-compared", "measured rows that all runs of both sides have");
    public static readonly Metric MeasuredTested = Event("measured-tested", "of these, tested");
    public static readonly Metric MeasuredChanged = Event("measured-changed", "of these, changed");
    public static readonly Metric UnsettledRows = Event("unsettled", "of these, left open because a side is not settled");
    public static readonly Metric OnlyBefore = Event("only-before", "rows only before");
    public static readonly Metric OnlyAfter = Event("only-after", "rows only after");
    public static readonly Metric InSome = Event("in-some", "measured rows that are missing in some runs of a side");
    public static readonly Metric Alpha = new("alpha", Units.Probability, "chance that any unchanged row is called changed", Basis.Modelled, Better.Neither);
    /// <summary>A statistical test. The row's item is the name of the test.</summary>
    public static readonly Metric Test = new("test", Units.Count, "tests applied", Basis.Modelled, Better.Neither);

    /// <summary>The metrics of rows that compare two runs. A metric's name joins the experiment, the side (if any) and the metric of the
    /// compared rows: <c>lookup/time</c>, <c>validate/port/nodes</c>.</summary>
    public static class Compared
    {
        public static Metric Of(Figure row) =>
            row.Metric with { Name = string.Join('/', new[] { row.Experiment, row.Side, row.Metric }.Where(part => part.Length > 0)) };

        public static (string Experiment, string Side, string Metric) Read(string name)
        {
            var parts = name.Split('/');
            return (parts[0], parts.Length > 2 ? parts[1] : "", parts[^1]);
        }

        internal static Metric Find(string name) => Metrics.Of(Read(name).Metric, Read(name).Experiment) with { Name = name };
    }
}
