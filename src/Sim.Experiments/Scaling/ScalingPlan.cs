// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>Which places are measured, and how often: the one place where the three depths differ.</summary>
/// <remarks>
/// The axis of prefixes has FixedPeers peers, or half as many as prefixes; the axis of peers has FixedPrefixes prefixes, or the whole table. A place has as many
/// rounds as load RoundPrefixes together, between LeastRounds and MostRounds. Keys is the length of a run of lookups. The place that would exceed an axis's
/// seconds ends it.
/// </remarks>
public sealed record ScalingPlan(
    IReadOnlyList<int> Prefixes, int FixedPeers, IReadOnlyList<int> Peers, int FixedPrefixes,
    int MostRounds, int RoundPrefixes, int LeastRounds, int Keys, double PrefixSeconds, double PeerSeconds)
{
    public const int MostPeers = 10_000;

    /// <summary>The kernel whose structures are measured.</summary>
    public KernelConfig Kernel { get; init; } = KernelConfig.Usual;

    private static readonly int[] s_prefixes =
        [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000, 4_000_000];

    private static readonly int[] s_peers = [1, 3, 10, 30, 100, 300, 1000, 3000, MostPeers];

    /// <summary>Everything: what <c>scale</c> runs.</summary>
    public static ScalingPlan Whole { get; } =
        new(s_prefixes, 32, s_peers, 100_000, 7, 600_000, 2, 1 << 16, double.PositiveInfinity, double.PositiveInfinity);

    /// <summary>A part of <c>churn</c>: some three quarters of a minute.</summary>
    public static ScalingPlan OfChurn { get; } =
        Whole with { MostRounds = 5, RoundPrefixes = 200_000, LeastRounds = 1, Keys = 1 << 15, PrefixSeconds = 24, PeerSeconds = 14 };

    /// <summary>A part of <c>churn --quick</c>: some six seconds.</summary>
    public static ScalingPlan Quick { get; } = new(
        [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000], 32, [1, 10, 100, 300, 1000], 10_000,
        3, 20_000, 1, 1 << 13, 2.5, 2);

    /// <summary>Seconds of both axes, of the bucket and of warming up.</summary>
    public double Seconds => PrefixSeconds + PeerSeconds + (PeerSeconds / 2);

    public int Rounds(int prefixes) => Math.Clamp(RoundPrefixes / prefixes, LeastRounds, MostRounds);

    /// <summary>The plan for a table: its size takes the place of numbers near it, and is the last if no larger one can be made.</summary>
    public ScalingPlan For(int own, bool grows)
    {
        var others = Prefixes.Where(prefixes => prefixes * 1.5 < own || (grows && prefixes > own * 1.5));
        var most = grows ? Prefixes.Max() : own;
        int[] places = [.. others.Append(own).Where(prefixes => prefixes <= Math.Min(most, Prefixes.Max())).Order()];
        return this with { Prefixes = places.Length > 0 ? places : [own], FixedPrefixes = Math.Min(FixedPrefixes, own) };
    }
}
