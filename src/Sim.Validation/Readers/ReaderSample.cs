// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>One run of readers, and of the writer if there was one.</summary>
/// <param name="Times">The times of all lookups, in units of the clock.</param>
/// <param name="Unit">The nanoseconds of a unit of the clock.</param>
/// <param name="Seconds">The length of the run in seconds.</param>
/// <param name="Changes">The number of prefixes that the writer moved during the run.</param>
/// <param name="Refused">The number of refused moves.</param>
/// <param name="None">The number of lookups that found no peer, although the address always has one.</param>
/// <param name="Wrong">The number of lookups that found a peer that the address has neither before nor after a move.</param>
public sealed record ReaderSample(LogHistogram Times, double Unit, double Seconds, long Changes, long Refused, long None, long Wrong)
{
    /// <summary>The median time of a lookup in ns.</summary>
    public double Median => Times.Percentile(0.5) * Unit;

    /// <summary>The 99.9th percentile of the time of a lookup in ns.</summary>
    public double Tail => Times.Percentile(0.999) * Unit;

    public double LookupsPerSecond => Times.Count / Seconds;

    public double ChangesPerSecond => Changes / Seconds;
}

/// <summary>One of the two sides, the kernel or the ports, with both structures loaded.</summary>
public interface IReaders
{
    /// <summary>Runs readers, each bound to a processor, with or without a writer. Structure null times only the clock.</summary>
    ReaderSample Run(string? structure, int readers, bool writes);
}
