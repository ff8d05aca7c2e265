// SPDX-License-Identifier: MIT
using HdrHistogram;

namespace Sim.Experiments.Churn;

/// <summary>What the batches of one kind came to in one replay. Memory does not grow with their number.</summary>
public sealed class ReplayCosts
{
    private const long HighestNs = 3_600_000_000_000;
    private const int Digits = 3;

    private readonly LongHistogram _ns = new(HighestNs, Digits);

    /// <summary>Batches.</summary>
    public long Batches { get; private set; }

    /// <summary>Changes in them, after coalescing.</summary>
    public long Changes { get; private set; }

    /// <summary>Prefixes that replacements sent again without being timed.</summary>
    public long Estimated { get; private set; }

    /// <summary>Seconds in all, estimates included.</summary>
    public double Seconds { get; private set; }

    public Sent Sent { get; private set; }
    public KernelWork Work { get; private set; }

    public void Add(int changes, double seconds, long estimated, Sent sent, KernelWork work)
    {
        Batches++;
        Changes += changes;
        Estimated += estimated;
        Seconds += seconds;
        Sent += sent;
        Work += work;
        _ns.RecordValue(Math.Clamp((long)Math.Round(seconds * 1e9), 1, HighestNs));
    }

    /// <summary>Nanoseconds that this share of the batches does not exceed, to three digits.</summary>
    public double Percentile(double percent) => _ns.GetValueAtPercentile(percent);
}
