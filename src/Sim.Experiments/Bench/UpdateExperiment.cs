// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Times changes of the loaded table: deleting, inserting and moving single prefixes, and removing a peer with all its prefixes.
/// After each repetition the changes are undone, which is not timed.</summary>
public static class UpdateExperiment
{
    private sealed record Operation(Term Name, int Prefixes, Action<KernelStructure> Prepare, Action<KernelStructure> Timed, Action<KernelStructure> Restore);

    public const int MostOperations = 4;

    /// <summary>The most single changes whose held bytes are counted.</summary>
    private const int MostHeld = 1000;

    public static void Run(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var operations = Operations(context).Where(operation => operation.Prefixes > 0).ToList();
        // Allocations are counted before anything is timed. They depend on all earlier changes, and the number of timed changes differs
        // between machines.
        var each = pairs.SelectMany(pair => operations.Select(operation => (Pair: pair, Operation: operation))).ToList();
        foreach (var (subject, operation) in each.SelectMany(one => one.Pair.Reported.Select(subject => (subject, one.Operation))))
            CountAllocations(context, subject, operation);
        foreach (var pair in pairs.Where(pair => pair.SecondAlone))
            CountHeld(context, pair.Second);
        var cases = each.ConvertAll(one => Case(context, one.Pair, one.Operation));
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
        Action<KernelStructure> nothing = static _ => { };
        yield return new(Figures.Operations.Delete, sample.Prefixes.Length, nothing, Delete, Insert);
        yield return new(Figures.Operations.Insert, sample.Prefixes.Length, Delete, Insert, nothing);
        if (context.Peers > 1)
            yield return new(Figures.Operations.Move, sample.Prefixes.Length, nothing, structure => structure.Bind(sample.Prefixes, moved), Insert);
        var all = context.Ordered(context.Order);
        var peer = context.PeerOf.CountBy(peer => peer).MaxBy(share => share.Value).Key;
        var share = all.Prefixes.Where((_, index) => all.Peers[index] == peer).ToArray();
        var same = Array.ConvertAll(share, _ => peer);
        yield return new(Figures.Operations.RemovePeer, share.Length, nothing,
            structure => structure.UnbindPeer(peer, share), structure => structure.Bind(share, same));
    }

    /// <summary>Returns distinct routes drawn at random, because updates do not arrive in the order of the table.</summary>
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
            context.Figures.Add(metric.Row(at, (double)value / operation.Prefixes) with { N = operation.Prefixes, Basis = subject.Counts });
    }

    /// <summary>Counts the bytes that single changes of a what-if leave in use until a grace period ends, such as nodes that were replaced
    /// by copies.</summary>
    private static void CountHeld(BenchContext context, Subject subject)
    {
        var (sample, structure) = (Sample(context), subject.Structure);
        var count = Math.Min(MostHeld, sample.Prefixes.Length);
        var (deleted, inserted, moved) = (0L, 0L, 0L);
        for (var i = 0; i < count; i++)
        {
            var (prefix, peer) = (sample.Prefixes[i], sample.Peers[i]);
            deleted += Held(structure, () => structure.Unbind(prefix, peer));
            inserted += Held(structure, () => structure.Bind(prefix, peer));
            if (context.Peers == 1)
                continue;
            moved += Held(structure, () => structure.Bind(prefix, (peer + 1) % context.Peers));
            structure.Bind(prefix, peer);
        }

        var at = subject.Label(context.At(Experiment.Update)) with { Order = context.Order };
        void Add(Term operation, long held) => context.Figures.Add(
            Metrics.HeldBytes.Row(at with { Operation = operation }, (double)held / count) with { N = count, Basis = subject.Counts });

        Add(Figures.Operations.Delete, deleted);
        Add(Figures.Operations.Insert, inserted);
        if (context.Peers > 1)
            Add(Figures.Operations.Move, moved);
    }

    private static long Held(KernelStructure structure, Func<int> change)
    {
        structure.Memory.Rcu.HoldsCallbacks = true;
        change();
        var before = structure.Memory.ObjectBytes;
        structure.Memory.Rcu.HoldsCallbacks = false;
        structure.EndMessage();
        return before - structure.Memory.ObjectBytes;
    }
}
