// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>The amounts of a trace that a validation replays: the one place where <c>--quick</c> differs.</summary>
/// <param name="Prefixes">The most prefixes of the table. Prefixes that the trace names are added.</param>
/// <param name="Changes">The number of first changes that are replayed in windows of coalescing.</param>
/// <param name="Alone">The number of first changes that are replayed each by itself, without coalescing.</param>
/// <param name="Rounds">
/// Timed replays of each window, after the one that is compared. Each replays the window and returns to the start.
/// </param>
public sealed record TracePlan(int Prefixes, int Changes, int Alone, int Rounds)
{
    public static TracePlan Full { get; } = new(200_000, 10_000, 2_000, 5);

    public static TracePlan Quick { get; } = new(20_000, 2_000, 400, 2);
}
