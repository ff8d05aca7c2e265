// SPDX-License-Identifier: MIT
namespace Sim.Files;

public interface IWorkProgress
{
    /// <summary>Begins a step. The step before it is complete.</summary>
    /// <param name="name">The work in a few words.</param>
    /// <param name="total">Amount of work in <paramref name="unit"/>; 0 if it is not known, as with a pipe.</param>
    /// <param name="unit">The things counted: <c>MB</c>, <c>prefixes</c>, <c>runs</c>.</param>
    void Step(string name, double total, string unit);

    /// <summary>Reports the amount of the step that is done.</summary>
    void Done(double amount);
}
