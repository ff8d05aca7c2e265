// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>The amounts of work in a validation: the one place where <c>--quick</c> and the lanes differ.</summary>
/// <param name="MostV4">The most IPv4 prefixes; a larger table is sampled.</param>
/// <param name="MostV6">The most IPv6 prefixes.</param>
/// <param name="AnswerKeys">Keys of each pattern whose answers are compared.</param>
/// <param name="MixOperations">Operations of the seeded mix.</param>
/// <param name="TimedKeys">Keys in one timed repetition; a power of two, for dependent chains.</param>
/// <param name="LookupGroups">Groups of A B B A for each key pattern and chain.</param>
/// <param name="TimedUpdates">Prefixes updated in one timed repetition.</param>
/// <param name="UpdateGroups">Groups of A B B A of updates.</param>
public sealed record ValidationPlan(
    int MostV4, int MostV6, int AnswerKeys, int MixOperations, int TimedKeys, int LookupGroups, int TimedUpdates, int UpdateGroups)
{
    /// <summary>Operations between two grace periods of the mix: few, so it hardly matters when the kernel ends its own.</summary>
    public const int MixChunk = 50;

    /// <summary>Bytes of a SET_DEVICE message, as wg(8) fills it with pages of 4 KiB.</summary>
    public const int MessageBytes = 8192;

    /// <summary>Route messages in one sendmsg.</summary>
    public const int Batch = 1000;

    /// <summary>The receive buffer of dumps: the most that the kernel fills.</summary>
    public const int DumpBuffer = 32768;

    /// <summary>The length of one run of readers: at least some ten thousand lookups each, for a 99.9th percentile.</summary>
    public int ReaderMilliseconds { get; init; } = 400;

    public static ValidationPlan Full { get; } = new(int.MaxValue, int.MaxValue, 1 << 20, 100_000, 1 << 18, 5, 20_000, 5);

    public static ValidationPlan Quick { get; } = new(100_000, 20_000, 1 << 17, 10_000, 1 << 16, 2, 5_000, 2) { ReaderMilliseconds = 50 };

    /// <summary>Returns the plan for a lane. Counting instructions is slow and needs no repetitions.</summary>
    public ValidationPlan For(bool instructions) => !instructions ? this : this with
    {
        TimedKeys = Math.Min(TimedKeys, 1 << 16),
        LookupGroups = 1,
        TimedUpdates = Math.Min(TimedUpdates, 10_000),
        UpdateGroups = 1,
    };
}
