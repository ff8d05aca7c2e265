// SPDX-License-Identifier: MIT
using Sim.Schemes.Structures;

namespace Sim.Validation.Comparison;

/// <summary>Compares a table of a FIB port with the kernel's: every node, the statistics in /proc, the memory.</summary>
public sealed class TableComparison
{
    private readonly ValidationContext _context;
    private readonly FibStructure _fib;
    private readonly FibMemoryComparison _memory;
    private readonly Rt6StatsComparison? _statistics;

    /// <summary>
    /// Compares a port's table. If the port frees after each message, <paramref name="held"/> is the most routes that
    /// one call drops.
    /// </summary>
    public TableComparison(ValidationContext context, FibStructure fib, int held = 0)
    {
        (_context, _fib) = (context, fib);
        _memory = new FibMemoryComparison(context, fib.Memory, fib.Caches) { Held = held, Family = fib.Family };
        _statistics = fib is Fib6Structure fib6 ? new Rt6StatsComparison(context, () => fib6.Statistics) : null;
    }

    /// <summary>
    /// Takes the baselines of the kernel and the port, before the table is filled. A port that is <paramref name="isNew"/>,
    /// and holds only what is compared, has the baseline 0.
    /// </summary>
    public void Remember(bool isNew = false)
    {
        _memory.Remember(isNew);
        _statistics?.Remember(isNew);
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
