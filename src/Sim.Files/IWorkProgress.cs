// SPDX-License-Identifier: MIT
namespace Sim.Files;

public interface IWorkProgress
{
    /// <summary>Begins a step, and completes the previous step.</summary>
    /// <param name="name">A few words that name the work.</param>
    /// <param name="total">The amount of work in units of <paramref name="unit"/>; 0 if the amount is unknown, as for a pipe.</param>
    /// <param name="unit">The unit of the work, such as <c>MB</c>, <c>prefixes</c> or <c>runs</c>.</param>
    void Step(string name, double total, string unit);

    /// <summary>Reports how much of the step's work is done.</summary>
    void Done(double amount);
}
