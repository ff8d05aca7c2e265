// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows of one kind of experiment in a result, for sections and plots.</summary>
public abstract class View(Rows rows, IReadOnlyList<Figure> figures)
{
    /// <summary>All rows of the result.</summary>
    public Rows Rows { get; } = rows;

    public IReadOnlyList<Figure> Figures { get; } = figures;
}
