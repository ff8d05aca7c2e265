// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>The configuration of the kernel whose structures are simulated.</summary>
/// <param name="Slub">The machine and the kernel release, which determine the allocator.</param>
/// <param name="NamesPeers">Whether the kernel has kernel-patch/series. Without this series, nexthop objects carry no peer.</param>
public sealed record KernelConfig(SlubConfig Slub, bool NamesPeers)
{
    /// <summary>A uniprocessor kernel with the series.</summary>
    public static KernelConfig Usual { get; } = new(SlubConfig.Uniprocessor, NamesPeers: true);

    /// <summary>Returns a uniprocessor kernel of this release with the series.</summary>
    public static KernelConfig UsualOf(KernelRelease release) => Usual with { Slub = Usual.Slub with { Release = release } };

    /// <summary>The interface index of wg0. If each peer has its own device, this is the first peer's device, and the other devices have
    /// the next indexes.</summary>
    public int Device { get; init; } = 2;

    /// <summary>Whether the hash of fib_infos includes gateway and peer, as with the first patch of kernel-patch/series-fixes.</summary>
    public bool HashesHops { get; init; } = NamesPeers;

    /// <summary>The options of the IPv6 FIB. One of them is the what-if with shared states.</summary>
    public Fib6Options Fib6 { get; init; } = new();

    /// <summary>Whether IPv6 routes are in an LC-trie (<see cref="Lc6Table"/>), as IPv4 routes are. No kernel does this, so it is a
    /// what-if.</summary>
    public bool CompressesFib6Levels { get; init; }

    /// <summary>The structure behind the interface of AllowedIPs. All but today's trie are what-ifs.</summary>
    public AllowedIpsForm AllowedIps { get; init; }

    /// <summary>Whether no kernel has this configuration. The counts of such a configuration are modelled.</summary>
    public bool IsWhatIf => CompressesFib6Levels || Fib6.SharesStates || AllowedIps != AllowedIpsForm.Today;
}

/// <summary>The structures that may be behind the interface of AllowedIPs.</summary>
public enum AllowedIpsForm
{
    /// <summary>The trie of allowedips.c.</summary>
    Today,

    /// <summary><see cref="Trie.LcTrie{TAddress}"/></summary>
    LcTrie,

    /// <summary><see cref="Trie.MultibitTrie{TAddress}"/></summary>
    MultibitTrie,

    /// <summary><see cref="Trie.Poptrie{TAddress}"/></summary>
    Poptrie,

    /// <summary><see cref="Trie.Dir24Trie"/>, IPv4 alone.</summary>
    Dir24,
}
