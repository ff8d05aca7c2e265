// SPDX-License-Identifier: MIT
using Sim.Workloads.Churn;
using Sim.Workloads.Files;
using Sim.Workloads.Mrt;

namespace Sim.Validation.Trace;

/// <summary>How much of a trace a validation replays. Only these numbers depend on <c>--quick</c>.</summary>
/// <param name="Prefixes">The maximum number of the table's prefixes, without the prefixes that the trace adds.</param>
/// <param name="Changes">The number of changes at the trace's beginning that are replayed in windows and coalesced.</param>
/// <param name="Alone">The number of changes at the trace's beginning that are replayed one by one, without coalescing.</param>
/// <param name="Rounds">The number of timed replays of each window and of the return to the start. One more replay, which is compared,
/// comes before them.</param>
public sealed record TracePlan(int Prefixes, int Changes, int Alone, int Rounds)
{
    public static TracePlan Full { get; } = new(200_000, 10_000, 2_000, 5);

    public static TracePlan Quick { get; } = new(20_000, 2_000, 400, 2);
}

/// <summary>The first changes of a trace, coalesced in windows of one length.</summary>
/// <param name="Milliseconds">The length of a window. If the length is 0, each change is a separate batch.</param>
/// <param name="Batches">The batches that the scheme gets. A window without changes has no batch.</param>
/// <param name="Back">The batch that returns the binding from the end to the start.</param>
/// <param name="End">The binding after the last change.</param>
public sealed record TraceWindow(int Milliseconds, BindingChange[][] Batches, BindingChange[] Back, ExpectedBinding End)
{
    /// <summary>The number of changes in the batches, after coalescing.</summary>
    public int Changes { get; } = Batches.Sum(batch => batch.Length);
}

/// <summary>The input that is replayed under every scheme: a table, the beginning of a trace, and the resulting binding.</summary>
public sealed class TraceInput
{
    public required Family Family { get; init; }

    public required int Peers { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The table as insertions, in the table's order.</summary>
    public required BindingChange[] Load { get; init; }

    public required ExpectedBinding Start { get; init; }

    public required IReadOnlyList<TraceWindow> Windows { get; init; }

    public required string Facts { get; init; }

    /// <summary>
    /// Reads the trace once for each table. There is one table per family. Damage in the files is logged only with the first table. Windows
    /// are in ms. The seed determines the sample of each table and the peers of its routes.
    /// </summary>
    /// <exception cref="UserException">Thrown if the trace has no change in any family.</exception>
    public static List<TraceInput> Read(
        FileInfo[] files, List<LoadedTable> loaded, BestPathRule rule, int peers, int[] windows, TracePlan plan, ulong seed,
        IWorkProgress progress, CancellationToken cancel)
    {
        var inputs = new List<TraceInput>();
        var updates = TraceFiles.Open(files, "--updates", again: true, progress, cancel);
        foreach (var one in loaded)
        {
            progress.Step($"read the trace, IPv{(int)one.Table.Family}", 1, "traces");
            // The same files are read again for the other family, so damage is reported only once.
            var damage = ReferenceEquals(one, loaded[0]) ? one.Damage : new Workloads.DamageLog();
            using var trace = ChurnTrace.Compile(updates, one.Table.Family, rule, new TraceRouter(peers), damage);
            if (trace.Counts.Changes == 0)
                continue;
            var table = TableOrder.Sample(one.Table, plan.Prefixes, seed);
            var peerOf = PeerMap.Build(table, peers, PeerRule.PrefixHash, skew: 0, seed);
            inputs.Add(TraceInput.Build(table, peerOf, trace, peers, windows, plan));
        }

        return inputs.Count > 0
            ? inputs
            : throw new UserException($"{string.Join(", ", files.Select(file => file.ToString()))}: no update that changes a prefix's peer; "
                + "--updates takes MRT files of updates (a dump of a table goes to --table)");
    }

    /// <summary>Makes the input from a trace and a table, using the given peer of each route. Windows are in ms.</summary>
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
