// SPDX-License-Identifier: MIT
namespace Sim.Figures.Results;

/// <summary>A figure as results.json and results.csv hold it. The fields of both files are these, in this order.</summary>
internal sealed record ResultRow(
    int Id, string Experiment, string Structure, string Scheme, int Family, string Order, string Keys, string Chain, string Operation,
    int? Peers, long? Prefixes, double? X, string Item, string Metric, string Unit, double Value, double Low, double High, int N,
    Basis Basis, string Side = "", double? Bound = null, string Flag = "")
{
    public static ResultRow Of(Figure f, int id) => new(
        id, f.Experiment, f.Structure, f.Scheme, f.Family, f.Order, f.Keys, f.Chain, f.Operation, f.Peers, f.Prefixes,
        f.X, f.Item, f.Metric.Name, f.Unit, f.Value, f.Low, f.High, f.N, f.Basis, f.Side, f.Bound, f.Flag);

    public Figure ToFigure() => new()
    {
        Experiment = Experiment, Structure = Structure, Scheme = Scheme, Family = Family, Order = Order, Keys = Keys, Chain = Chain,
        Operation = Operation, Peers = Peers, Prefixes = Prefixes, X = X, Item = Item, Metric = Metrics.Of(Metric, Experiment), Unit = Unit,
        Value = Value, Low = Low, High = High, N = N, Basis = Basis, Side = Side, Bound = Bound, Flag = Flag,
    };
}
