// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>The amounts of work in a validation. Only these amounts depend on <c>--quick</c> and on the lane.</summary>
/// <param name="MostV4">The maximum number of IPv4 prefixes. A larger table is sampled.</param>
/// <param name="MostV6">The maximum number of IPv6 prefixes.</param>
/// <param name="AnswerKeys">The number of keys in each pattern for which answers are compared.</param>
/// <param name="MixOperations">The number of operations in the random mix.</param>
/// <param name="TimedKeys">The number of keys in one timed repetition, which must be a power of two for dependent chains.</param>
/// <param name="LookupGroups">The number of groups A B B A for each key pattern and chain.</param>
/// <param name="TimedUpdates">The number of prefixes updated in one timed repetition.</param>
/// <param name="UpdateGroups">The number of groups A B B A of updates.</param>
public sealed record ValidationPlan(
    int MostV4, int MostV6, int AnswerKeys, int MixOperations, int TimedKeys, int LookupGroups, int TimedUpdates, int UpdateGroups)
{
    /// <summary>The number of operations between two grace periods of the mix. This number is small, so that other grace periods hardly
    /// matter.</summary>
    public const int MixChunk = 50;

    /// <summary>The maximum number of bytes in a SET_DEVICE message. wg(8) has the same limit with pages of 4 KiB.</summary>
    public const int MessageBytes = 8192;

    /// <summary>The number of route messages in one sendmsg.</summary>
    public const int Batch = 1000;

    /// <summary>The size in bytes of the receive buffer for dumps. The kernel never fills more than this size.</summary>
    public const int DumpBuffer = 32768;

    /// <summary>The length of one run of readers in ms. In this time each reader makes at least ten thousand lookups, which a 99.9th
    /// percentile needs.</summary>
    public int ReaderMilliseconds { get; init; } = 400;

    public static ValidationPlan Full { get; } = new(int.MaxValue, int.MaxValue, 1 << 20, 100_000, 1 << 18, 5, 20_000, 5);

    public static ValidationPlan Quick { get; } = new(100_000, 20_000, 1 << 17, 10_000, 1 << 16, 2, 5_000, 2) { ReaderMilliseconds = 50 };

    /// <summary>Returns the plan for a lane. A lane that counts instructions is slow and needs no repetitions.</summary>
    public ValidationPlan For(bool instructions) => !instructions ? this : this with
    {
        TimedKeys = Math.Min(TimedKeys, 1 << 16),
        LookupGroups = 1,
        TimedUpdates = Math.Min(TimedUpdates, 10_000),
        UpdateGroups = 1,
    };
}

/// <summary>The parts of a validation. All but the last two are run in one kernel.</summary>
[Flags]
public enum ValidationParts
{
    /// <summary>Compares counts, answers and messages.</summary>
    Counts = 1,

    /// <summary>Measures times or instructions.</summary>
    Costs = 2,

    All = Counts | Costs,

    /// <summary>Replays a trace, and runs none of the parts that validate a table.</summary>
    Trace = 4,

    /// <summary>In a patched kernel, counts everything that an unpatched kernel also has. The counts in both kernels must be the
    /// same.</summary>
    Unchanged = 8,

    /// <summary>Measures lookups beside a writer, in a patched kernel with several processors.</summary>
    Readers = 16,

    /// <summary>Sends packets through a hub in patched kernels, which scripts start.</summary>
    Packets = 32,

    /// <summary>Compares one device with all peers, and a device per peer, in patched kernels, which scripts start.</summary>
    Peers = 64,
}
