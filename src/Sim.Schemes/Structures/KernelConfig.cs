// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>The kernel that structures belong to.</summary>
/// <param name="Slub">The machine whose allocator is followed.</param>
/// <param name="NamesPeers">Whether the kernel has kernel-patch/series. Without it, nexthop objects carry no peer.</param>
public sealed record KernelConfig(SlubConfig Slub, bool NamesPeers)
{
    /// <summary>A uniprocessor kernel with the series.</summary>
    public static KernelConfig Usual { get; } = new(SlubConfig.Uniprocessor, NamesPeers: true);

    /// <summary>The same kernel of a release.</summary>
    public static KernelConfig UsualOf(KernelRelease release) => Usual with { Slub = Usual.Slub with { Release = release } };

    /// <summary>Index of wg0. If each peer has a device, the others follow it.</summary>
    public int Device { get; init; } = 2;

    /// <summary>Whether the hash of fib_infos covers the peer: the first patch of kernel-patch/series-fixes. IPv6 has no fib_info.</summary>
    public bool HashesStates { get; init; } = NamesPeers;

    /// <summary>The configuration of the IPv6 FIB, which includes the what-if of shared states.</summary>
    public Fib6Options Fib6 { get; init; } = new();

    /// <summary>A what-if that no kernel has: IPv6 routes hang off an LC-trie, as IPv4's do (<see cref="Lc6Table"/>).</summary>
    public bool CompressesFib6Levels { get; init; }

    /// <summary>Whether no kernel is like this; counts are then modelled.</summary>
    public bool IsWhatIf => CompressesFib6Levels || Fib6.SharesStates;
}
