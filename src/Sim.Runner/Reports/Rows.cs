// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Runner.Reports;

/// <summary>The names that experiments put into rows and that the report asks for.</summary>
internal static class Names
{
    public const string AllowedIps = "allowedips";
    public const string Fib = "fib";
    public const string FibOverAllowedIps = "fib/allowedips";
    public const string Both = "allowedips+fib";
    public const string PlainRoutes = "fib, plain routes";
    public const string NexthopObjects = "fib, nexthop objects";
    public const string SharedStates = "fib, what if: shared states";
    public const string LevelCompression = "fib, what if: level compression";
    public const string SelfRatio = "allowedips/allowedips";
    public const string Process = "process";
    public const string Ratio = "ratio";
    public const string Time = "time";
    public const string AaExperiment = "aa";

    /// <summary>Item of the rows that compare a scheme with a copy of it, among the ratios of an experiment.</summary>
    public const string SelfItem = "A/A";

    /// <summary>Ratio of changes that were made and undone just before; <see cref="Ratio"/> is that from empty caches.</summary>
    public const string WarmRatio = "ratio-warm";

    /// <summary>The two structures in the order of every table and plot.</summary>
    public static readonly string[] Structures = [AllowedIps, Fib];
}

/// <summary>
/// The figures of a run with their row numbers: row <c>n</c> is line <c>n + 1</c> of results.csv, <c>id</c> in
/// results.json and the anchor <c>row-n</c> of the page.
/// </summary>
internal sealed class Rows
{
    private readonly Dictionary<Figure, int> _ids;

    public Rows(RunResult result)
    {
        Result = result;
        // Copies, so that a figure that is listed twice is two rows.
        All = [.. result.Figures.Select(f => f with { })];
        _ids = new Dictionary<Figure, int>(All.Count, ByReference.Instance);
        for (var i = 0; i < All.Count; i++)
            _ids[All[i]] = i + 1;
    }

    private Rows(RunResult result, IReadOnlyList<Figure> all, Dictionary<Figure, int> ids) => (Result, All, _ids) = (result, all, ids);

    /// <summary>
    /// The rows by part: a run's own are one; a merged result has those of one command and family after those of another.
    /// Row numbers stay those of the whole.
    /// </summary>
    public IReadOnlyList<Rows> Parts()
    {
        var parts = Result.Runs.GroupBy(run => run.Part).ToList();
        if (parts.Count < 2 || parts.Sum(part => (long)part.First().Rows) != All.Count || parts.Exists(part => part.First().Rows < 0))
            return [this];
        var (list, first) = (new List<Rows>(), 0);
        foreach (var part in parts)
        {
            var figures = All.Skip(first).Take(part.First().Rows).ToList();
            first += figures.Count;
            list.Add(new Rows(Result with { Table = part.First().Table, Figures = figures, Runs = [.. part] }, figures, _ids));
        }

        return list;
    }

    public RunResult Result { get; }

    public IReadOnlyList<Figure> All { get; }

    /// <summary>The row number, counted from 1.</summary>
    public int Id(Figure figure) => _ids[figure];

    /// <summary>4 or 6: of the first row, which is every row's unless runs of both families were put together.</summary>
    public int Family => All.Count > 0 ? All[0].Family : Result.Table.Family;

    public IEnumerable<Figure> Of(string experiment, string metric) =>
        All.Where(f => f.Experiment == experiment && f.Metric == metric && double.IsFinite(f.Value));

    public IEnumerable<Figure> Of(string experiment, string metric, string structure) =>
        Of(experiment, metric).Where(f => f.Structure == structure);

    /// <summary>True where both structures have a row of that experiment and metric.</summary>
    public bool Compares(string experiment, string metric) =>
        Names.Structures.All(s => Of(experiment, metric, s).Any());

    /// <summary>
    /// The order of insertion the report speaks of where it names one: the file's own if it was loaded that way,
    /// else the first of the rows.
    /// </summary>
    public string MainOrder(string experiment)
    {
        var orders = All.Where(f => f.Experiment == experiment && f.Order.Length > 0).Select(f => f.Order).ToList();
        return orders.Contains("file") ? "file" : orders.FirstOrDefault() ?? "";
    }

    private sealed class ByReference : IEqualityComparer<Figure>
    {
        public static readonly ByReference Instance = new();

        public bool Equals(Figure? x, Figure? y) => ReferenceEquals(x, y);

        public int GetHashCode(Figure obj) => RuntimeHelpers.GetHashCode(obj);
    }
}

/// <summary>The parameters that make two rows comparable: the same key, another structure.</summary>
internal readonly record struct RowKey(string Order, string Keys, string Chain, string Operation, string Item, double? X)
{
    public static RowKey Of(Figure f) => new(f.Order, f.Keys, f.Chain, f.Operation, f.Item, f.X);

    /// <summary>What a ratio is matched by: experiments may leave the order out of rows where it does not vary.</summary>
    public static (string Keys, string Chain, string Operation) Case(Figure f) => (f.Keys, f.Chain, f.Operation);
}

internal static class FigureExtensions
{
    /// <summary>True where quartiles were taken: several repetitions that differ.</summary>
    public static bool HasSpread(this Figure f) =>
        f.N > 1 && double.IsFinite(f.Low) && double.IsFinite(f.High) && f.High > f.Low;

    /// <summary>The quartiles, or the value twice where there are none.</summary>
    public static (double Low, double High) Range(this Figure f) => f.HasSpread() ? (f.Low, f.High) : (f.Value, f.Value);

    /// <summary>An A/A row: bench has an experiment of them, in churn's they stand among the ratios of each experiment.</summary>
    public static bool IsNoise(this Figure f) => f.Experiment == Names.AaExperiment || f.Item == Names.SelfItem;

    /// <summary>All ways in which these figures came about, in the order measured, counted, modelled.</summary>
    public static IReadOnlyList<Basis> Bases(this IEnumerable<Figure> figures) => [.. figures.Select(f => f.Basis).Distinct().Order()];

    public static string Label(this Basis basis) => basis switch
    {
        Basis.Measured => "measured",
        Basis.Counted => "counted",
        Basis.Modelled => "modelled",
        Basis.Simulated => "simulated",
        Basis.Estimated => "estimated",
        _ => throw new ArgumentOutOfRangeException(nameof(basis)),
    };
}
