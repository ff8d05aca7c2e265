// SPDX-License-Identifier: MIT
using Sim.Validation.Session;

namespace Sim.Runner.Commands;

/// <summary>Prints the findings of a validation as a screen of text.</summary>
internal static class ValidationSummary
{
    private const int MostDifferences = 20;

    public static void Print(ValidationContext context, string folder, TimeSpan elapsed)
    {
        PrintChecks(context);
        PrintTimes(context);
        var differences = context.Differences.ToList();
        foreach (var check in differences.Take(MostDifferences))
            Console.Error.WriteLine($"Differs: {Place(check.Port)}: port {Value(check.Port)}, kernel {Value(check.Kernel)}");
        if (differences.Count > MostDifferences)
            Console.Error.WriteLine($"and {differences.Count - MostDifferences} more; the report lists them");
        Console.Out.WriteLine(
            $"{context.Checks.Count():N0} checks, {differences.Count:N0} differ. Report: {Path.Combine(folder, "index.html")} ({elapsed.TotalSeconds:N0} s)");
    }

    public static string Place(Figure figure) => Words.Listed(
        figure.Structure, $"IPv{figure.Family}", figure.Scheme, figure.Order, figure.Operation, figure.Keys, figure.Chain, figure.Item,
        figure.X is { } x ? $"{figure.Metric} {x}" : figure.Metric);

    private static string Value(Figure figure) => figure.Unit == Units.Digest ? $"{(long)figure.Value:x}" : $"{figure.Value:N2} {figure.Unit}";

    private static void PrintChecks(ValidationContext context) => Terminal.Print(
        "counts and answers: port against kernel", ["structure", "metric", "checks", "differ"],
        context.Checks.GroupBy(check => (check.Port.Structure, check.Port.Family, check.Port.Metric)).Select(group => (string[])
        [
            $"{group.Key.Structure} IPv{group.Key.Family}", group.Key.Metric, $"{group.Count():N0}",
            $"{group.Count(check => !check.Agrees):N0}",
        ]));

    private static void PrintTimes(ValidationContext context)
    {
        string[] Line(Figure kernel)
        {
            bool Same(Figure row) => RowKey.Of(row) == RowKey.Of(kernel) && row.Structure == kernel.Structure && row.Scheme == kernel.Scheme && row.Family == kernel.Family;
            var port = context.Figures.FirstOrDefault(row => row.Side == Sides.Port && row.Metric == kernel.Metric && Same(row));
            var ratio = context.Figures.FirstOrDefault(row => kernel.Metric == Metrics.Time && row.Metric == Metrics.Ratio && row.Experiment == Experiment.Validate && Same(row));
            return
            [
                Place(kernel), $"{kernel.Value:N1} {kernel.Unit}", port is null ? "" : $"{port.Value:N1} {port.Unit}",
                ratio is null ? port is null ? "" : $"{port.Value / kernel.Value:0.00}" : $"{ratio.Value:0.00} ({ratio.Low:0.00}-{ratio.High:0.00})",
            ];
        }

        Terminal.Print(
            "times: port against kernel", ["case", "kernel", "port", "port / kernel"],
            context.Figures.Where(row => row.Side == Sides.Kernel && row.Basis == Basis.Measured && row.Unit != Units.Ratio).Select(Line));
    }
}
