// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>The places that are measured, and the number of repetitions. The three depths of measurement (Whole, OfChurn, Quick) differ
/// only in this plan.</summary>
/// <remarks>
/// The axis of prefixes has FixedPeers peers, or half as many peers as prefixes if that is less. The axis of peers has FixedPrefixes
/// prefixes, or the whole table if the table is smaller. A place has RoundPrefixes / prefixes rounds, but at least LeastRounds and at most
/// MostRounds. Keys is the number of lookups in a run. An axis ends before the first place that would exceed the axis's seconds.
/// </remarks>
public sealed record ScalingPlan(
    IReadOnlyList<int> Prefixes, int FixedPeers, IReadOnlyList<int> Peers, int FixedPrefixes,
    int MostRounds, int RoundPrefixes, int LeastRounds, int Keys, double PrefixSeconds, double PeerSeconds)
{
    public const int MostPeers = 10_000;

    public KernelConfig Kernel { get; init; } = KernelConfig.Usual;

    private static readonly int[] s_prefixes =
        [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000, 4_000_000];

    private static readonly int[] s_peers = [1, 3, 10, 30, 100, 300, 1000, 3000, MostPeers];

    /// <summary>The plan of <c>scale</c>: all places, without a time limit.</summary>
    public static ScalingPlan Whole { get; } =
        new(s_prefixes, 32, s_peers, 100_000, 7, 600_000, 2, 1 << 16, double.PositiveInfinity, double.PositiveInfinity);

    /// <summary>The plan for the scaling part of <c>churn</c>: about 45 seconds.</summary>
    public static ScalingPlan OfChurn { get; } =
        Whole with { MostRounds = 5, RoundPrefixes = 200_000, LeastRounds = 1, Keys = 1 << 15, PrefixSeconds = 24, PeerSeconds = 14 };

    /// <summary>The plan for the scaling part of <c>churn --quick</c>: about six seconds.</summary>
    public static ScalingPlan Quick { get; } = new(
        [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000], 32, [1, 10, 100, 300, 1000], 10_000,
        3, 20_000, 1, 1 << 13, 2.5, 2);

    /// <summary>The total seconds for both axes, the bucket, and warm-up.</summary>
    public double Seconds => PrefixSeconds + PeerSeconds + (PeerSeconds / 2);

    public int Rounds(int prefixes) => Math.Clamp(RoundPrefixes / prefixes, LeastRounds, MostRounds);

    /// <summary>Returns the plan for a table. The table's own size replaces sizes near it. If no larger table can be made, the table's own
    /// size is the last size.</summary>
    public ScalingPlan For(int own, bool grows)
    {
        var others = Prefixes.Where(prefixes => prefixes * 1.5 < own || (grows && prefixes > own * 1.5));
        var most = grows ? Prefixes.Max() : own;
        int[] places = [.. others.Append(own).Where(prefixes => prefixes <= Math.Min(most, Prefixes.Max())).Order()];
        return this with { Prefixes = places.Length > 0 ? places : [own], FixedPrefixes = Math.Min(FixedPrefixes, own) };
    }
}
