// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Kernel;
using Sim.Runner.Schemes;

namespace Sim.Runner.Experiments;

/// <summary>
/// Changes single prefixes of the loaded table: delete, insert, move to another peer, and remove a peer with all
/// it has. Each repetition puts back, outside the clock, what it changed.
/// </summary>
internal static class UpdateExperiment
{
    private sealed record Operation(string Name, int Prefixes, Action<Scheme> Prepare, Action<Scheme> Timed, Action<Scheme> Restore);

    public static void Run(BenchContext context, SchemePair pair)
    {
        foreach (var operation in Operations(context))
        {
            if (operation.Prefixes == 0)
                continue;
            context.Progress.Step($"update, {operation.Name}", pair.Repetitions(pair.UpdateGroups), "runs");
            Measure(context, pair, operation);
        }
    }

    private static IEnumerable<Operation> Operations(BenchContext context)
    {
        var sample = Sample(context);
        var moved = Array.ConvertAll(sample.Peers, peer => (peer + 1) % context.Peers);
        void Insert(Scheme scheme) => scheme.Insert(sample.Prefixes, sample.Peers);
        void Delete(Scheme scheme) => scheme.Delete(sample.Prefixes, sample.Peers);
        static void Nothing(Scheme scheme)
        {
        }

        yield return new("delete", sample.Prefixes.Length, Nothing, Delete, Insert);
        yield return new("insert", sample.Prefixes.Length, Delete, Insert, Nothing);
        if (context.Peers > 1)
        {
            yield return new("move", sample.Prefixes.Length, Nothing,
                scheme => scheme.Move(sample.Prefixes, moved), scheme => scheme.Move(sample.Prefixes, sample.Peers));
        }

        var all = context.Ordered(context.Order);
        var peer = context.PeerOf.CountBy(peer => peer).MaxBy(share => share.Value).Key;
        var share = Enumerable.Range(0, all.Prefixes.Length).Where(index => all.Peers[index] == peer)
            .Select(index => all.Prefixes[index]).ToArray();
        var same = new int[share.Length];
        Array.Fill(same, peer);
        yield return new("remove-peer", share.Length, Nothing,
            scheme => scheme.RemovePeer(peer, share), scheme => scheme.Insert(share, same));
    }

    /// <summary>Distinct routes drawn at random: updates do not arrive in the order of the table.</summary>
    private static OrderedTable Sample(BenchContext context)
    {
        var shuffled = context.Ordered("shuffled");
        var count = Math.Min(context.Plan.UpdatePrefixes, shuffled.Prefixes.Length);
        return new OrderedTable(shuffled.Prefixes[..count], shuffled.Peers[..count]);
    }

    private static void Measure(BenchContext context, SchemePair pair, Operation operation)
    {
        var done = 0;
        double Time(Scheme scheme)
        {
            operation.Prepare(scheme);
            CacheSweep.Run(pair.Bytes);
            var clock = Stopwatch.StartNew();
            operation.Timed(scheme);
            var seconds = clock.Elapsed.TotalSeconds;
            operation.Restore(scheme);
            context.Progress.Done(++done);
            return seconds / operation.Prefixes;
        }

        Figure Label(Figure row) => row with { Operation = operation.Name, Order = context.Order };
        // Counting comes first and warms the caches and the code.
        foreach (var scheme in pair.Reported)
            CountAllocations(context, scheme, operation);
        pair.Measure(context, "update", pair.UpdateGroups, Time, Label);
    }

    private static void CountAllocations(BenchContext context, Scheme scheme, Operation operation)
    {
        operation.Prepare(scheme);
        var (allocations, objects) = (scheme.Memory.Allocations, scheme.Memory.Objects);
        operation.Timed(scheme);
        var allocated = scheme.Memory.Allocations - allocations;
        var freed = allocated - (scheme.Memory.Objects - objects);
        operation.Restore(scheme);
        foreach (var (metric, value) in new[] { ("allocations", allocated), ("frees", freed) })
        {
            context.Figures.Add(
                context.Row("update", metric, "per operation", (double)value / operation.Prefixes, scheme.Counts) with
                {
                    Operation = operation.Name,
                    Order = context.Order,
                    Scheme = scheme.Name,
                    Structure = scheme.Structure,
                    N = operation.Prefixes,
                });
        }
    }
}
