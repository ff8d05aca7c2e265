// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Churn;

/// <summary>A file of updates. It is read twice.</summary>
/// <param name="Name">The file's name in messages.</param>
/// <param name="Open">Opens its content: decompressed, plain MRT.</param>
public sealed record TraceFile(string Name, Func<Stream> Open);

/// <summary>
/// Compiles BGP updates into changes of bindings. The best path over the trace's peers decides each prefix's next hop. Next hops
/// map to WireGuard peers. The results are inserts, moves and deletes.
/// <code>
///   MRT files -> best path (PathTable) -> neighbour's peer (TraceRouter) -> changes (ChangeSpool) + Start
/// </code>
/// </summary>
/// <remarks>
/// <para>A trace does not state the table before its first update, so it is read twice. The first reading finds each
/// neighbour's path to each prefix at the end of the trace. The second reading starts from these paths: a path announced again
/// unchanged is then a duplicate. Some paths are withdrawn before any announcement and are missing at the end. They must have
/// existed at the start, so they are assumed with their neighbour's usual next hop and rank behind every known path.</para>
/// <para>Memory: the paths per prefix and neighbour, and the bindings. Only the spool's file grows with the trace.</para>
/// </remarks>
public sealed class ChurnTrace : IDisposable
{
    internal ChurnTrace(string source, Family family, ChangeSpool changes, TraceCounts counts)
    {
        (Source, Family, Changes, Counts) = (source, family, changes, counts);
    }

    /// <summary>The files' names.</summary>
    public string Source { get; }

    public Family Family { get; }

    /// <summary>Inserts, moves and deletes in ascending time. No-ops are counted only.</summary>
    public ChangeSpool Changes { get; }

    public TraceCounts Counts { get; }

    /// <summary>
    /// Every prefix of the trace with its peer before the first event, or <see cref="BindingChange.NoPeer"/>.
    /// </summary>
    public required IReadOnlyDictionary<Prefix, int> Start { get; init; }

    /// <summary>Time of the first event with a credible time, in microseconds since 1970; 0 if there is none.</summary>
    public required long First { get; init; }

    /// <summary>Time of the last event.</summary>
    public required long Last { get; init; }

    /// <summary>The trace's own clock in seconds, from the first event to the last, no-ops included.</summary>
    public double Seconds => (Last - First) / 1e6;

    /// <summary>BGP peers of the files.</summary>
    public required int BgpPeers { get; init; }

    /// <summary>Compiles a trace.</summary>
    /// <param name="files">The files, in any order; they are sorted by time.</param>
    /// <param name="family">The family whose events count.</param>
    /// <param name="rule">Chooses the best path, and filters BGP peers.</param>
    /// <param name="router">The WireGuard peers.</param>
    /// <param name="damage">Where damage is logged, once.</param>
    /// <exception cref="IOException">A file cannot be read, or the temporary file cannot be written.</exception>
    public static ChurnTrace Compile(
        IReadOnlyList<TraceFile> files, Family family, BestPathRule rule, TraceRouter router, DamageLog damage)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(damage);
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
