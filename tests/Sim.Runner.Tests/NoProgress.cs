// SPDX-License-Identifier: MIT
using Sim.Files;
using Sim.Validation.Inputs;

namespace Sim.Runner.Tests;

/// <summary>Progress that nobody sees.</summary>
internal sealed class NoProgress : IWorkProgress
{
    public void Step(string name, double total, string unit)
    {
    }

    public void Done(double amount)
    {
    }
}
