// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Rows in words, by the catalogue.</summary>
public static class Words
{
    public static string Experiment(string experiment) => Figures.Experiment.All.Words(experiment);

    /// <summary>How an experiment is done; empty where the page says it elsewhere, or the experiment is unknown.</summary>
    public static string Method(string experiment) => Figures.Experiment.All.Find(experiment)?.Method ?? "";

    public static string Keys(string keys) => KeyPatterns.All.Words(keys);

    public static string Chain(string chain) => Chains.All.Words(chain);

    public static string Order(string order) => Orders.All.Words(order);

    public static string Operation(string operation) => Operations.All.Words(operation);

    /// <summary>An operation beside readers as a column’s head.</summary>
    public static string ReaderOperation(string operation) => Operations.BesideReadersInWords(operation);

    /// <summary>A step of a validation, which is made of many operations.</summary>
    public static string Step(string operation) => Steps.Words(operation);

    /// <summary>Why a row settles nothing, in a table's cell or a plot.</summary>
    public static string Flag(string flag) => flag switch
    {
        Figure.Unsettled => "not settled",
        Figure.Busy => "busy",
        _ => flag,
    };

    /// <summary>The same as a reason.</summary>
    public static string FlagReason(string flag) => flag switch
    {
        Figure.Unsettled => "its passes disagree",
        Figure.Busy => "the machine was busy",
        _ => flag,
    };

    /// <summary>What a row of a validation is about: <c>fib IPv4</c>.</summary>
    public static string Subject(Figure f) => f.Structure == Names.Layout ? "the layout of structures" : $"{f.Structure} IPv{f.Family}".TrimStart();

    /// <summary>When in a validation a row was taken, without its structure: <c>load the table, sorted by address</c>.</summary>
    public static string Moment(Figure f) =>
        string.Join(", ", new[] { f.Scheme, Step(f.Operation), Order(f.Order), Keys(f.Keys), Chain(f.Chain) }.Where(p => p.Length > 0));

    /// <summary>The row's metric in words; its name where the catalogue has none, which a row of another version may have.</summary>
    public static string Metric(Figure f) => Metric(f.Metric, f.Experiment);

    public static string Metric(string name, string experiment) => Metrics.Find(name, experiment)?.Words ?? name;

    /// <summary>The metric with its place: <c>nodes at depth 12</c>, <c>slab pages of ip_fib_alias</c>.</summary>
    public static string What(Figure f) => (f.X, f.Item) switch
    {
        ({ } x, _) => $"{Metric(f)} {Numbers.Show(x)}",
        // The item of vmalloc pages says what the metric says.
        (_, { Length: > 0 } item) when f.Metric != Metrics.VmallocPages => $"{Metric(f)}, {item}",
        _ => Metric(f),
    };

    /// <summary>The case of a comparison: <c>Zipf over prefixes, dependent chain</c>, <c>insert a prefix</c>, ...</summary>
    public static string Case(string keys, string chain, string operation, string order = "")
    {
        string[] parts = [Keys(keys), Chain(chain), Operation(operation), Order(order)];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    public static string Join(IReadOnlyList<string> parts) => parts.Count switch
    {
        0 => "",
        1 => parts[0],
        _ => string.Join(", ", parts.Take(parts.Count - 1)) + " and " + parts[^1],
    };
}
