// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Churn;

/// <summary>A file of updates, which is read twice.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Open">Opens its content: decompressed, plain MRT.</param>
public sealed record TraceFile(string Name, Func<Stream> Open);

/// <summary>
/// What BGP updates mean for a table of bindings: the best path over the trace's peers decides each prefix's next hop,
/// next hops are mapped to WireGuard peers, and what is left are inserts, moves and deletes.
/// <code>
///   MRT files -> best path (PathTable) -> neighbour's peer (TraceRouter) -> changes (ChangeSpool) + Start
/// </code>
/// </summary>
/// <remarks>
/// <para>A trace does not say what was there before it. It is read twice. The first reading finds each neighbour's path
/// to each prefix at the end, and with these the second one begins: the trace goes round, so that what is announced again
/// unchanged is a duplicate, and what moves back has been away. A path that is withdrawn before it was ever announced and
/// is not there at the end was there at the beginning all the same: it is assumed, with its neighbour's usual next hop, and
/// ranks behind every path that is known.</para>
/// <para>Memory: the paths of each prefix and neighbour and the bindings; of the length of the trace only the spool's
/// file depends.</para>
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
    /// Every prefix that the trace speaks of, with its peer before the first event or <see cref="BindingChange.NoPeer"/>.
    /// </summary>
    public required IReadOnlyDictionary<Prefix, int> Start { get; init; }

    /// <summary>Time of the first event whose time is believed, in microseconds since 1970; 0 where there is none.</summary>
    public required long First { get; init; }

    /// <summary>Time of the last event.</summary>
    public required long Last { get; init; }

    /// <summary>The trace's own clock in seconds, from the first event to the last, no-ops included.</summary>
    public double Seconds => (Last - First) / 1e6;

    /// <summary>BGP peers of the files.</summary>
    public required int BgpPeers { get; init; }

    /// <summary>Compiles a trace.</summary>
    /// <param name="files">In order of time; otherwise they are brought into it.</param>
    /// <param name="family">The family to look at.</param>
    /// <param name="rule">How the best path is chosen; its peer filter applies, too.</param>
    /// <param name="router">The WireGuard peers.</param>
    /// <param name="damage">Where damage is logged, once.</param>
    /// <exception cref="IOException">A file cannot be read, or the temporary one not be written.</exception>
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
