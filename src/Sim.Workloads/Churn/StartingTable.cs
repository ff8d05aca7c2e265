// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Churn;

/// <summary>The binding before a trace's first change.</summary>
/// <param name="Prefixes">Each prefix once: first the table's in its order, then those of the trace alone.</param>
/// <param name="Peers">The peer of each.</param>
public sealed record StartingTable(Prefix[] Prefixes, int[] Peers) : PeerTable(Prefixes, Peers)
{
    /// <summary>Prefixes whose binding the trace decides.</summary>
    public int Seeded { get; private init; }

    /// <summary>Prefixes of the trace that the table does not have.</summary>
    public int Added { get; private init; }

    /// <summary>Prefixes of the table that are left out because the trace begins without them.</summary>
    public int LeftOut { get; private init; }

    /// <summary>
    /// Combines a table and a trace. Prefixes of the trace get the peer that the trace begins with, all others the peer of
    /// <paramref name="peerOf"/>.
    /// </summary>
    /// <param name="table">The table; of the trace's family.</param>
    /// <param name="peerOf">The peer of each of its routes.</param>
    /// <param name="trace">The trace.</param>
    public static StartingTable Build(RouteTable table, int[] peerOf, ChurnTrace trace)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(peerOf);
        ArgumentNullException.ThrowIfNull(trace);
        if (table.Family != trace.Family)
            throw new ArgumentException($"a table of IPv{(int)table.Family} and a trace of IPv{(int)trace.Family}", nameof(trace));
        var prefixes = new List<Prefix>(table.Routes.Length);
        var peers = new List<int>(table.Routes.Length);
        var (known, leftOut) = (new HashSet<Prefix>(), 0);
        for (var i = 0; i < table.Routes.Length; i++)
        {
            var prefix = table.Routes[i].Prefix;
            var peer = peerOf[i];
            if (trace.Start.TryGetValue(prefix, out var seeded))
            {
                known.Add(prefix);
                peer = seeded;
            }

            if (peer == BindingChange.NoPeer)
            {
                leftOut++;
                continue;
            }

            prefixes.Add(prefix);
            peers.Add(peer);
        }

        var added = 0;
        foreach (var (prefix, peer) in trace.Start)
        {
            if (peer == BindingChange.NoPeer || known.Contains(prefix))
                continue;
            prefixes.Add(prefix);
            peers.Add(peer);
            added++;
        }

        return new StartingTable([.. prefixes], [.. peers]) { Seeded = trace.Start.Count, Added = added, LeftOut = leftOut };
    }
}
