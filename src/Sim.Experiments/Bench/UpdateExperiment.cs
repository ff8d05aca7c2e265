// SPDX-License-Identifier: MIT
using Sim.Workloads.Tables;

namespace Sim.Experiments.Bench;

/// <summary>
/// Changes single prefixes of the loaded table: delete, insert, move to another peer, and remove a peer with all
/// it has. Each repetition puts back, outside the clock, what it changed.
/// </summary>
public static class UpdateExperiment
{
    private sealed record Operation(Term Name, int Prefixes, Action<KernelStructure> Prepare, Action<KernelStructure> Timed, Action<KernelStructure> Restore);

    /// <summary>The most operations that are measured.</summary>
    public const int MostOperations = 4;

    /// <summary>Measures all pairs, one pass over all after the other.</summary>
    public static void Run(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var operations = Operations(context).Where(operation => operation.Prefixes > 0).ToList();
        // Counted before anything is timed: how often that is done depends on the machine, and what a change allocates on those before it.
        foreach (var (pair, operation) in pairs.SelectMany(pair => operations.Select(operation => (pair, operation))))
        {
            foreach (var subject in pair.Reported)
                CountAllocations(context, subject, operation);
        }

        var cases = pairs.SelectMany(pair => operations.Select(operation => Case(context, pair, operation))).ToList();
        for (var pass = 0; pass < PassRunner.Least; pass++)
            context.Passes.Pass(cases);
        context.Passes.Finish(cases);
    }

    private static PairedCase Case(BenchContext context, SubjectPair pair, Operation operation)
    {
        double Time(KernelStructure structure)
        {
            var clock = Stopwatch.StartNew();
            operation.Timed(structure);
            return clock.Elapsed.TotalSeconds / operation.Prefixes;
        }

        return pair.Case(
            context, Experiment.Update, $"update, {operation.Name}", context.Plan.UpdateGroups, new(operation.Prepare, Time, operation.Restore),
            row => row with { Operation = operation.Name, Order = context.Order });
    }

    private static IEnumerable<Operation> Operations(BenchContext context)
    {
        var sample = Sample(context);
        var moved = Array.ConvertAll(sample.Peers, peer => (peer + 1) % context.Peers);
        void Insert(KernelStructure structure) => structure.Bind(sample.Prefixes, sample.Peers);
        void Delete(KernelStructure structure) => structure.Unbind(sample.Prefixes, sample.Peers);
        static void Nothing(KernelStructure structure)
        {
        }

        yield return new(Figures.Operations.Delete, sample.Prefixes.Length, Nothing, Delete, Insert);
        yield return new(Figures.Operations.Insert, sample.Prefixes.Length, Delete, Insert, Nothing);
        if (context.Peers > 1)
        {
            yield return new(Figures.Operations.Move, sample.Prefixes.Length, Nothing,
                structure => structure.Bind(sample.Prefixes, moved), Insert);
        }

        var all = context.Ordered(context.Order);
        var peer = context.PeerOf.CountBy(peer => peer).MaxBy(share => share.Value).Key;
        var share = Enumerable.Range(0, all.Prefixes.Length).Where(index => all.Peers[index] == peer)
            .Select(index => all.Prefixes[index]).ToArray();
        var same = new int[share.Length];
        Array.Fill(same, peer);
        yield return new(Figures.Operations.RemovePeer, share.Length, Nothing,
            structure => structure.UnbindPeer(peer, share), structure => structure.Bind(share, same));
    }

    /// <summary>Distinct routes drawn at random: updates do not arrive in the order of the table.</summary>
    private static PeerTable Sample(BenchContext context)
    {
        var shuffled = context.Ordered(Orders.Shuffled);
        var count = Math.Min(context.Plan.UpdatePrefixes, shuffled.Prefixes.Length);
        return new PeerTable(shuffled.Prefixes[..count], shuffled.Peers[..count]);
    }

    private static void CountAllocations(BenchContext context, Subject subject, Operation operation)
    {
        var structure = subject.Structure;
        operation.Prepare(structure);
        var (allocations, objects) = (structure.Memory.Allocations, structure.Memory.Objects);
        operation.Timed(structure);
        var allocated = structure.Memory.Allocations - allocations;
        var freed = allocated - (structure.Memory.Objects - objects);
        operation.Restore(structure);
        var at = subject.Label(context.At(Experiment.Update)) with { Operation = operation.Name, Order = context.Order };
        foreach (var (metric, value) in new[] { (Metrics.Allocations, allocated), (Metrics.Frees, freed) })
        {
            context.Figures.Add(metric.Row(at, (double)value / operation.Prefixes) with
            {
                N = operation.Prefixes, Basis = subject.Counts,
            });
        }
    }
}
