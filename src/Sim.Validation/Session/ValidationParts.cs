// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>The parts of a validation that are run in one kernel.</summary>
[Flags]
public enum ValidationParts
{
    /// <summary>Counts, answers, messages.</summary>
    Counts = 1,

    /// <summary>Times, or instructions.</summary>
    Costs = 2,

    All = Counts | Costs,

    /// <summary>The replay of a trace, without the parts of the table.</summary>
    Trace = 4,

    /// <summary>In a patched kernel: counts of everything that an unpatched kernel also has, which must be the same.</summary>
    Unchanged = 8,

    /// <summary>In a patched kernel of several processors: lookups beside a writer.</summary>
    Readers = 16,
}
