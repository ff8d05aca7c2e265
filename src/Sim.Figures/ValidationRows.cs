// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Reads checks back from rows.</summary>
public static class ValidationRows
{
    /// <summary>Facts of a run's environment: the kernel in words, and how it runs (the value of <c>--kernel</c>).</summary>
    public const string KernelFact = "kernel under test", LaneFact = "lane";

    /// <summary>Returns the kernel's rows that have a bound, each with the port's row, which comes before it.</summary>
    public static IEnumerable<(Figure Port, Figure Kernel)> Checks(IReadOnlyList<Figure> rows)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].Bound is not null && rows[i - 1].Side == Sides.Port)
                yield return (rows[i - 1], rows[i]);
        }
    }

    public static bool Agrees(Figure port, Figure kernel) => Math.Abs(port.Value - kernel.Value) <= kernel.Bound;
}
