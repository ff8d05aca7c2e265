// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>One run of readers, and of the writer beside them if there was one.</summary>
/// <param name="Times">The time of each lookup of all readers, in units of the clock that took them.</param>
/// <param name="Unit">Nanoseconds of such a unit.</param>
/// <param name="Seconds">The length of the run.</param>
/// <param name="Changes">Prefixes that the writer moved in that time.</param>
/// <param name="Refused">Moves that were refused.</param>
/// <param name="None">Lookups that found no peer where there is one at all times.</param>
/// <param name="Wrong">Lookups that found a peer that the address has neither before nor after a move.</param>
public sealed record ReaderSample(LogHistogram Times, double Unit, double Seconds, long Changes, long Refused, long None, long Wrong)
{
    /// <summary>Nanoseconds that half of all lookups took less than.</summary>
    public double Median => Times.Percentile(0.5) * Unit;

    /// <summary>Nanoseconds that one in a thousand lookups took more than.</summary>
    public double Tail => Times.Percentile(0.999) * Unit;

    public double LookupsPerSecond => Times.Count / Seconds;

    public double ChangesPerSecond => Changes / Seconds;
}

/// <summary>The two sides that do the same: the kernel and the ports, each with both structures loaded.</summary>
public interface IReaders
{
    /// <summary>
    /// Runs readers for a while, each bound to a processor, with or without the writer. <paramref name="structure"/> null times the clock
    /// alone.
    /// </summary>
    ReaderSample Run(string? structure, int readers, bool writes);
}
