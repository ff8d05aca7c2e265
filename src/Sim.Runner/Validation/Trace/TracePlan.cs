// SPDX-License-Identifier: MIT
namespace Sim.Runner.Validation.Trace;

/// <summary>How much of a trace a validation replays: the one place where <c>--quick</c> differs.</summary>
/// <param name="Prefixes">Prefixes of the table at most; all that the trace speaks of come on top.</param>
/// <param name="Changes">The trace's first changes that are replayed in windows of coalescing.</param>
/// <param name="Alone">Of these, the first that are replayed without coalescing, each by itself.</param>
/// <param name="Rounds">Replays in each window that are timed, after the one that is compared: there, and back to where it began.</param>
internal sealed record TracePlan(int Prefixes, int Changes, int Alone, int Rounds)
{
    public static TracePlan Full { get; } = new(200_000, 10_000, 2_000, 5);

    public static TracePlan Quick { get; } = new(20_000, 2_000, 400, 2);
}
