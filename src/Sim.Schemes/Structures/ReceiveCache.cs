// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>Received packets: their sources, and the peers that sent them, counted from 1.</summary>
public sealed record ReceivedPackets(Keys Sources, int[] Peers);

/// <summary>The check of a source by the routes.</summary>
public interface IReceiveCheck<TKey> : IKeyLookup<TKey>
{
    /// <summary>The number of changes of routes so far (<see cref="FibNamespace.Generation"/>).</summary>
    long Generation { get; }
}

/// <summary>A what-if: a cache in front of the receive check of schemes whose routes name peers. No kernel has it.</summary>
public abstract class ReceiveCache
{
    /// <summary>The number of packets whose source was looked up.</summary>
    public long Misses { get; private protected set; }

    public static ReceiveCache Of(Family family, int peers) =>
        family == Family.IPv4 ? new ReceiveCache<uint>(peers) : new ReceiveCache<UInt128>(peers);
}

/// <summary>The receive cache of one family: one entry per peer.</summary>
/// <remarks><code>
///   packet of peer 3, source S
///      |
///   entry of peer 3   | source | generation |      source = S and generation = now: allowed, without a lookup
///      | otherwise                                 IPv4 16 bytes, IPv6 32 bytes per peer
///   lookup of S: another peer or none: refused
///                peer 3: allowed, and the entry becomes S and the generation read before the lookup
/// </code>
/// <para>Only sources that the routes allowed are kept. Each change of a route counts as a generation, so an entry never outlives the routes
/// that it was made from. The generation is read before the lookup: if a route changes during the lookup, the entry is stale at once.
/// The kernel's own caches had the opposite order (kernel-patch/series-fixes, patch 7).</para>
/// <para>In WireGuard a peer's packets leave decryption one by one (the peer's NAPI instance), so an entry has one reader at a time and needs
/// no lock.</para></remarks>
public sealed class ReceiveCache<TKey>(int peers) : ReceiveCache
    where TKey : unmanaged, IEquatable<TKey>
{
    private const long Never = -1;

    private readonly Entry[] _entries = [.. Enumerable.Repeat(new Entry { Generation = Never }, peers + 1)];

    private struct Entry
    {
        public TKey Source;
        public long Generation;
    }

    /// <summary>Returns whether the routes allow a peer to send from a source.</summary>
    /// <param name="check">The check that the cache saves.</param>
    /// <param name="source">The source of the packet.</param>
    /// <param name="peer">The number of the peer that sent the packet, counted from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows<TCheck>(TCheck check, TKey source, int peer)
        where TCheck : struct, IReceiveCheck<TKey>
    {
        var generation = check.Generation;
        ref var entry = ref _entries[peer];
        if (entry.Generation == generation && entry.Source.Equals(source))
            return true;
        Misses++;
        if (check.Answer(source) != peer)
            return false;
        entry.Source = source;
        entry.Generation = generation;
        return true;
    }
}

/// <summary>The loop around every timed receive check.</summary>
internal static class ReceiveLoop
{
    /// <summary>Checks the sources of packets. Returns the number of packets that are allowed.</summary>
    public static int Run<TKey, TCheck>(TCheck check, ReadOnlySpan<TKey> sources, ReadOnlySpan<int> peers)
        where TCheck : struct, IKeyLookup<TKey>
    {
        var allowed = 0;
        for (var i = 0; i < sources.Length; i++)
            allowed += check.Answer(sources[i]) == peers[i] ? 1 : 0;
        return allowed;
    }

    /// <summary>Checks the sources of packets through a cache; without one if the cache is null.</summary>
    public static int Run<TKey, TCheck>(TCheck check, ReadOnlySpan<TKey> sources, ReadOnlySpan<int> peers, ReceiveCache? cache)
        where TKey : unmanaged, IEquatable<TKey>
        where TCheck : struct, IReceiveCheck<TKey>
    {
        if (cache is null)
            return Run(check, sources, peers);
        var (own, allowed) = ((ReceiveCache<TKey>)cache, 0);
        for (var i = 0; i < sources.Length; i++)
            allowed += own.Allows(check, sources[i], peers[i]) ? 1 : 0;
        return allowed;
    }
}
