// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Puts the columns of rows in words, using the catalogue.</summary>
public static class Words
{
    public static string Experiment(string experiment) => Figures.Experiment.All.Words(experiment);

    /// <summary>Returns the method of an experiment; empty if the page describes the method elsewhere or the experiment is
    /// unknown.</summary>
    public static string Method(string experiment) => Figures.Experiment.All.Find(experiment)?.Method ?? "";

    public static string Keys(string keys) => KeyPatterns.All.Words(keys);
    public static string Chain(string chain) => Chains.All.Words(chain);
    public static string Order(string order) => Orders.All.Words(order);
    public static string Operation(string operation) => Operations.All.Words(operation);
    public static string ReaderOperation(string operation) => Operations.BesideReaders.GetValueOrDefault(operation, operation);
    public static string Step(string operation) => Steps.Words(operation);

    /// <summary>Returns a row's flag in the words of table cells and plots.</summary>
    public static string Flag(string flag) => flag switch
    {
        Figure.Unsettled => "not settled",
        Figure.Busy => "busy",
        _ => flag,
    };

    public static string FlagReason(string flag) => flag switch
    {
        Figure.Unsettled => "its passes disagree",
        Figure.Busy => "the machine was busy",
        _ => flag,
    };

    /// <summary>Returns the structure and family of a validation's row: <c>fib IPv4</c>.</summary>
    public static string Subject(Figure f) => f.Structure == Names.Layout ? "the layout of structures" : $"{f.Structure} IPv{f.Family}".TrimStart();

    /// <summary>Returns the step and the conditions of a validation's row: <c>load the table, sorted by address</c>.</summary>
    public static string Moment(Figure f) => Listed(f.Scheme, Step(f.Operation), Order(f.Order), Keys(f.Keys), Chain(f.Chain));

    /// <summary>Returns the metric with its place, such as <c>nodes at depth 12</c> or <c>slab pages, ip_fib_alias</c>.</summary>
    public static string What(Figure f) => (f.X, f.Item) switch
    {
        ({ } x, _) => $"{f.Metric.Words} {Numbers.Show(x)}",
        // The item of vmalloc pages only repeats the metric.
        (_, { Length: > 0 } item) when f.Metric != Metrics.VmallocPages => $"{f.Metric.Words}, {item}",
        _ => f.Metric.Words,
    };

    /// <summary>Returns the case of a comparison: <c>Zipf over prefixes, dependent chain</c>, or <c>insert a prefix</c>.</summary>
    public static string Case(string keys, string chain, string operation, string order = "") =>
        Listed(Keys(keys), Chain(chain), Operation(operation), Order(order));

    /// <summary>Joins the nonempty parts with commas.</summary>
    public static string Listed(params IEnumerable<string> parts) => string.Join(", ", parts.Where(part => part.Length > 0));

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    public static string Join(IReadOnlyList<string> parts) => parts.Count switch
    {
        0 => "",
        1 => parts[0],
        _ => string.Join(", ", parts.Take(parts.Count - 1)) + " and " + parts[^1],
    };
}
