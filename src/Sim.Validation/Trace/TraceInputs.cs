// SPDX-License-Identifier: MIT
using Sim.Workloads.Churn;
using Sim.Workloads.Files;
using Sim.Workloads.Mrt;

namespace Sim.Validation.Trace;

/// <summary>Reads a trace for each family that it and the table have.</summary>
public static class TraceInputs
{
    /// <summary>
    /// Reads a trace for each of the tables, one per family. Damage in the files is logged with the first. Windows are
    /// in ms; the seed is that of the table's sample and its peers.
    /// </summary>
    /// <exception cref="UserException">The trace changes nothing in any family.</exception>
    public static List<TraceInput> Load(
        FileInfo[] files, List<LoadedTable> loaded, BestPathRule rule, int peers, int[] windows, TracePlan plan, ulong seed,
        IWorkProgress progress, CancellationToken cancel)
    {
        var inputs = new List<TraceInput>();
        var updates = TraceFiles.Open(files, "--updates", again: true, progress, cancel);
        foreach (var one in loaded)
        {
            progress.Step($"read the trace, IPv{(int)one.Table.Family}", 1, "traces");
            // The same files are read again for the other family: report damage only once.
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
}
