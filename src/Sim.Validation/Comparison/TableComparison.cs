// SPDX-License-Identifier: MIT
using Sim.Schemes.Structures;
using Sim.Validation.Session;

namespace Sim.Validation.Comparison;

/// <summary>Compares a table of a FIB port with the kernel's: every node, the statistics in /proc, the memory.</summary>
public sealed class TableComparison
{
    private readonly ValidationContext _context;
    private readonly FibStructure _fib;
    private readonly FibMemoryComparison _memory;
    private readonly Rt6StatsComparison? _statistics;

    /// <param name="context">The kernel, and where rows go.</param>
    /// <param name="fib">The port.</param>
    /// <param name="held">The most routes that one call drops, if the port frees after each message.</param>
    public TableComparison(ValidationContext context, FibStructure fib, int held = 0)
    {
        (_context, _fib) = (context, fib);
        _memory = new FibMemoryComparison(context, fib.Memory, fib.Caches) { Held = held, Family = fib.Family };
        _statistics = fib is Fib6Structure fib6 ? new Rt6StatsComparison(context, () => fib6.Statistics) : null;
    }

    /// <summary>Takes the kernel's baseline. Enough if the port is new and the kernel's table empty.</summary>
    public void RememberKernel()
    {
        _memory.RememberKernel();
        _statistics?.RememberKernel();
    }

    /// <summary>Takes the baselines of the kernel and the port, before the table is filled.</summary>
    public void RememberBaseline()
    {
        _memory.RememberBaseline();
        _statistics?.Remember();
    }

    public void Compare(CheckPoint at)
    {
        _statistics?.Compare(at);
        if (_fib is Fib6Structure fib6)
            ShapeComparison.Fib6(_context, at, fib6.Table, FibStructure.TableId);
        else
            ShapeComparison.Fib(_context, at, ((Fib4Structure)_fib).Table, FibStructure.TableId);
        _memory.Compare(at);
    }
}
