// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Figures with their row numbers. A row number is <c>id</c> in results.json and results.csv, and <c>row-n</c> on the
/// page.</summary>
public sealed class Rows
{
    private readonly Dictionary<Figure, int> _ids;

    public Rows(RunResult result)
    {
        Result = result;
        // Copies, so that a figure that is listed twice is two rows.
        All = [.. result.Figures.Select(f => f with { })];
        _ids = new Dictionary<Figure, int>(All.Count, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < All.Count; i++)
            _ids[All[i]] = i + 1;
    }

    private Rows(RunResult result, IReadOnlyList<Figure> all, Dictionary<Figure, int> ids) => (Result, All, _ids) = (result, all, ids);

    /// <summary>Returns one part for the rows of each command and family. A single run is one part. Each row keeps its number.</summary>
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

    /// <summary>Returns the row number, counted from 1.</summary>
    public int Id(Figure figure) => _ids[figure];

    /// <summary>The family of the first row: 4 or 6. All rows have the same family unless runs of both families were merged.</summary>
    public int Family => All.Count > 0 ? All[0].Family : Result.Table.Family;

    public IEnumerable<Figure> Of(Experiment experiment, Metric metric) =>
        All.Where(f => f.Experiment == experiment && f.Metric == metric && double.IsFinite(f.Value));

    public IEnumerable<Figure> Of(Experiment experiment, Metric metric, string structure) =>
        Of(experiment, metric).Where(f => f.Structure == structure);

    /// <summary>Returns the order of insertion that the report shows: the file's order if the table was loaded in that order, otherwise the
    /// order of the first row.</summary>
    public string MainOrder(Experiment experiment)
    {
        var orders = All.Where(f => f.Experiment == experiment && f.Order.Length > 0).Select(f => f.Order).ToList();
        return orders.Contains(Orders.File) ? Orders.File : orders.FirstOrDefault() ?? "";
    }
}

/// <summary>The parameters that make rows comparable. Two rows of different structures are comparable if their keys are equal.</summary>
public readonly record struct RowKey(string Order, string Keys, string Chain, string Operation, string Item, double? X)
{
    public static RowKey Of(Figure f) => new(f.Order, f.Keys, f.Chain, f.Operation, f.Item, f.X);

    /// <summary>Returns the columns by which rows are matched with a ratio. The order is left out, because experiments set no order if the
    /// order does not vary.</summary>
    public static (string Keys, string Chain, string Operation) Case(Figure f) => (f.Keys, f.Chain, f.Operation);
}
