// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>A file of updates that is read twice. The name appears in messages, and the function opens the content as plain MRT.</summary>
public sealed record TraceFile(string Name, Func<Stream> Open)
{
    /// <summary>Reads the file. Damaged times are logged to <paramref name="times"/>, and all other damage to
    /// <paramref name="damage"/>.</summary>
    internal void Read<THandler>(TraceClock clock, DamageLog damage, DamageLog times, Func<MrtPeers, THandler> handlerOf)
        where THandler : struct, IMrtHandler
    {
        using var content = Open();
        clock.Open(Name, times);
        var reader = new MrtReader(content, Name, damage);
        var handler = handlerOf(reader.Peers);
        reader.Read(ref handler);
    }
}

/// <summary>Compiles BGP updates into changes of bindings. Each prefix has the next hop of its best path over all peers of the trace. Next
/// hops map to WireGuard peers. The results are inserts, moves and deletes.
/// <code>
///   MRT files -> best path (PathTable) -> neighbour's peer (TraceRouter) -> changes (ChangeSpool) + Start
/// </code></summary>
/// <remarks>A trace does not state the table before its first update, so the trace is read twice. The first reading finds each neighbour's
/// path to each prefix at the end of the trace. The second reading starts from the paths that the first reading found, so a path announced
/// again unchanged is a duplicate. Some paths are withdrawn before any announcement, and do not exist at the end of the trace. Such paths
/// must have existed at the start. Each such path is assumed with its neighbour's usual next hop, and ranks behind every known path.
/// Memory: one path per prefix and neighbour, and the bindings.</remarks>
public sealed class ChurnTrace : IDisposable
{
    internal ChurnTrace(string source, Family family, ChangeSpool changes, TraceCounts counts) =>
        (Source, Family, Changes, Counts) = (source, family, changes, counts);

    public string Source { get; }
    public Family Family { get; }

    /// <summary>Inserts, moves and deletes in ascending time. No-ops are counted but not stored.</summary>
    public ChangeSpool Changes { get; }

    public TraceCounts Counts { get; }

    /// <summary>Every prefix of the trace with its peer before the first event, or
    /// <see cref="BindingChange.NoPeer"/>.</summary>
    public required IReadOnlyDictionary<Prefix, int> Start { get; init; }

    /// <summary>The time of the first event whose time is credible, in microseconds since 1970; 0 if there is no such event.</summary>
    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>Seconds from the first event to the last by the trace's own clock, including no-ops.</summary>
    public double Seconds => (Last - First) / 1e6;

    public required int BgpPeers { get; init; }

    /// <summary>Compiles a trace from files in any order. Only events of one family count. The rule chooses the best
    /// path and filters BGP peers; the router maps next hops to WireGuard peers.</summary>
    /// <exception cref="IOException">Thrown if a file cannot be read, or the temporary file cannot be written.</exception>
    public static ChurnTrace Compile(IReadOnlyList<TraceFile> files, Family family, BestPathRule rule, TraceRouter router, DamageLog damage)
    {
        var spool = new ChangeSpool();
        try
        {
            return new TraceCompiler(family, rule, router, spool).Compile(files, damage);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    public void Dispose() => Changes.Dispose();
}
