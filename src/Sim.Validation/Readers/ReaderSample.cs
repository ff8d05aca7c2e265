// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>The results of one run of readers, with or without a writer.</summary>
/// <param name="Times">The times of all lookups, in units of the clock.</param>
/// <param name="Unit">The length of the clock's unit in nanoseconds.</param>
/// <param name="Seconds">The length of the run in seconds.</param>
/// <param name="Changes">The number of prefixes that the writer moved during the run.</param>
/// <param name="Refused">The number of refused moves.</param>
/// <param name="None">The number of lookups that found no peer, although the address always has one.</param>
/// <param name="Wrong">The number of lookups that found a wrong peer, which the address has neither before nor after a move.</param>
public sealed record ReaderSample(LogHistogram Times, double Unit, double Seconds, long Changes, long Refused, long None, long Wrong)
{
    /// <summary>The median time of a lookup in ns.</summary>
    public double Median => Times.Percentile(0.5) * Unit;

    /// <summary>The 99.9th percentile of the time of a lookup in ns.</summary>
    public double Tail => Times.Percentile(0.999) * Unit;

    public double LookupsPerSecond => Times.Count / Seconds;

    public double ChangesPerSecond => Changes / Seconds;
}

/// <summary>The readers of one side: of the kernel or of the ports. AllowedIPs and the FIB are both loaded.</summary>
public interface IReaders
{
    /// <summary>Runs readers with or without a writer. Each reader is bound to a processor. If <paramref name="structure"/> is null, the
    /// readers time only the clock.</summary>
    ReaderSample Run(string? structure, int readers, bool writes);
}
