// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Validation.Ports;
using Sim.Validation.Session;

namespace Sim.Validation.Comparison;

/// <summary>Compares a table of a FIB port with the kernel's: every node, the statistics in /proc, the memory.</summary>
public abstract class TableComparison(ValidationContext context, RoutePort port)
{
    private readonly FibMemoryComparison _memory = new(context, port.Memory, port.Caches) { Family = port.Family };

    protected ValidationContext Context { get; } = context;

    /// <summary>Makes the comparison for a port's family.</summary>
    public static TableComparison Of(ValidationContext context, RoutePort port, uint table) => port switch
    {
        FibPort fib => new FibComparison(context, fib, table),
        Fib6Port fib6 => new Fib6Comparison(context, fib6, table),
        _ => throw new ArgumentOutOfRangeException(nameof(port)),
    };

    /// <summary>Takes the baseline, before the table is filled.</summary>
    public virtual void RememberBaseline() => _memory.RememberBaseline();

    public void Compare(CheckPoint at)
    {
        CompareShape(at);
        _memory.Compare(at);
    }

    /// <summary>Compares the table's statistics in /proc and, with the module, every node.</summary>
    protected abstract void CompareShape(CheckPoint at);
}
