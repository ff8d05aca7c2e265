// SPDX-License-Identifier: MIT
using Sim.Workloads.Churn;

namespace Sim.Validation.Trace;

/// <summary>The first changes of a trace in one window of coalescing.</summary>
/// <param name="Milliseconds">The window; with 0 each change is a batch.</param>
/// <param name="Batches">The batches handed over, without the windows in which no change is left.</param>
/// <param name="Back">One batch that leads from the end back to the start.</param>
/// <param name="End">The binding that the trace implies at the end.</param>
public sealed record TraceWindow(int Milliseconds, BindingChange[][] Batches, BindingChange[] Back, ExpectedBinding End)
{
    /// <summary>The number of changes handed over, after coalescing.</summary>
    public int Changes { get; } = Batches.Sum(batch => batch.Length);
}

/// <summary>The input replayed under every scheme: a table, the beginning of a trace, and the binding that must result.</summary>
public sealed class TraceInput
{
    public required Family Family { get; init; }

    public required int Peers { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The table as insertions, in its order.</summary>
    public required BindingChange[] Load { get; init; }

    public required ExpectedBinding Start { get; init; }

    public required IReadOnlyList<TraceWindow> Windows { get; init; }

    /// <summary>A description of the replay, in words.</summary>
    public required string Facts { get; init; }

    /// <summary>
    /// Makes the replay of a trace on a table, already sampled to the plan's size, with the peers of its routes.
    /// Windows are in ms.
    /// </summary>
    public static TraceInput Build(
        RouteTable table, int[] peerOf, ChurnTrace trace, int peers, IReadOnlyList<int> windows, TracePlan plan)
    {
        var start = StartingTable.Build(table, peerOf, trace);
        return new TraceInput
        {
            Family = trace.Family,
            Peers = peers,
            Rounds = plan.Rounds,
            Load = [.. start.Prefixes.Zip(start.Peers, BindingChange.Insert)],
            Start = new ExpectedBinding(new BindingModel(start).Bindings),
            Facts = $"{trace.Source}: the first {Math.Min(plan.Changes, trace.Counts.Changes):N0} of {trace.Counts.Changes:N0} changes "
                + $"({Math.Min(plan.Alone, trace.Counts.Changes):N0} where each is handed over alone), {plan.Rounds} rounds, on {start.Prefixes.Length:N0} prefixes, {peers} peers",
            Windows = [.. windows.Select(ms => Window(start, trace.Changes, ms, ms == 0 ? plan.Alone : plan.Changes))],
        };
    }

    private static TraceWindow Window(StartingTable start, ChangeSpool changes, int milliseconds, int most)
    {
        var first = changes.Take(most);
        var (before, after) = (new BindingModel(start), new BindingModel(start));
        after.Apply(first);
        var batches = new List<BindingChange[]>();
        var coalescer = new Coalescer(first, milliseconds * 1000L);
        while (coalescer.Next())
        {
            if (!coalescer.Batch.IsEmpty)
                batches.Add(coalescer.Batch.ToArray());
        }

        var back = batches.SelectMany(batch => batch.Select(change => change.Prefix)).Distinct()
            .Select(prefix => BindingChange.Move(prefix, after.PeerOf(prefix), before.PeerOf(prefix)))
            .Where(change => change.Kind != RouteChange.None).ToArray();
        return new TraceWindow(milliseconds, [.. batches], back, new ExpectedBinding(after.Bindings));
    }
}
