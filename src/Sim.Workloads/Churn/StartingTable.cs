// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>The bindings before a trace's first change. Each prefix occurs once. The table's prefixes come first, in
/// their order, followed by the prefixes that only the trace has.</summary>
public sealed record StartingTable(Prefix[] Prefixes, int[] Peers) : PeerTable(Prefixes, Peers)
{
    /// <summary>The number of prefixes whose binding the trace decides.</summary>
    public int Seeded { get; private init; }

    /// <summary>The number of the trace's prefixes that the table does not have.</summary>
    public int Added { get; private init; }

    /// <summary>The number of the table's prefixes that are left out because the trace begins without them.</summary>
    public int LeftOut { get; private init; }

    /// <summary>Combines a table and a trace of one family. Prefixes of the trace get the peer that they have when the trace begins.
    /// Prefixes that only the table has get their peer from <paramref name="peerOf"/>, which has one entry per route of the
    /// table.</summary>
    public static StartingTable Build(RouteTable table, int[] peerOf, ChurnTrace trace)
    {
        if (table.Family != trace.Family)
            throw new ArgumentException($"a table of IPv{(int)table.Family} and a trace of IPv{(int)trace.Family}", nameof(trace));
        var (prefixes, peers) = (new List<Prefix>(table.Routes.Length), new List<int>(table.Routes.Length));
        var known = new HashSet<Prefix>();
        for (var i = 0; i < table.Routes.Length; i++)
        {
            var prefix = table.Routes[i].Prefix;
            if (trace.Start.TryGetValue(prefix, out var peer))
                known.Add(prefix);
            else
                peer = peerOf[i];
            if (peer == BindingChange.NoPeer)
                continue;
            prefixes.Add(prefix);
            peers.Add(peer);
        }

        var kept = prefixes.Count;
        foreach (var (prefix, peer) in trace.Start)
        {
            if (peer == BindingChange.NoPeer || known.Contains(prefix))
                continue;
            prefixes.Add(prefix);
            peers.Add(peer);
        }

        return new StartingTable([.. prefixes], [.. peers])
        {
            Seeded = trace.Start.Count, Added = prefixes.Count - kept, LeftOut = table.Routes.Length - kept,
        };
    }
}
