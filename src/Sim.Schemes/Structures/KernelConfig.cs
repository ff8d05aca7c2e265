// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>The configuration of the kernel whose structures are simulated.</summary>
/// <param name="Slub">The machine and release whose allocator is used.</param>
/// <param name="NamesPeers">Whether the kernel has kernel-patch/series. Without it, nexthop objects carry no peer.</param>
public sealed record KernelConfig(SlubConfig Slub, bool NamesPeers)
{
    /// <summary>A uniprocessor kernel with the series.</summary>
    public static KernelConfig Usual { get; } = new(SlubConfig.Uniprocessor, NamesPeers: true);

    /// <summary>Returns a uniprocessor kernel with the series, of a release.</summary>
    public static KernelConfig UsualOf(KernelRelease release) => Usual with { Slub = Usual.Slub with { Release = release } };

    /// <summary>The interface index of wg0. If each peer has a device, the other devices follow it.</summary>
    public int Device { get; init; } = 2;

    /// <summary>Whether the hash of fib_infos covers the peer, as in the first patch of kernel-patch/series-fixes.</summary>
    public bool HashesStates { get; init; } = NamesPeers;

    /// <summary>The configuration of the IPv6 FIB, which includes the what-if of shared states.</summary>
    public Fib6Options Fib6 { get; init; } = new();

    /// <summary>Whether IPv6 routes are in an LC-trie, like IPv4's (<see cref="Lc6Table"/>). No kernel does: it is a what-if.</summary>
    public bool CompressesFib6Levels { get; init; }

    /// <summary>Whether no kernel has this configuration. Counts are then modelled.</summary>
    public bool IsWhatIf => CompressesFib6Levels || Fib6.SharesStates;
}
