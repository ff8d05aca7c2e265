// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>How the allowedips trie and routes share the work of a scheme: the colours of plots.</summary>
public enum BindingPlace
{
    /// <summary>Prefixes are bound to peers in the allowedips trie.</summary>
    AllowedIps,

    /// <summary>Routes name the peers.</summary>
    Routes,

    /// <summary>AllowedIPs lie in a FIB trie of the device’s own.</summary>
    FibTrie,
}

/// <summary>The schemes’ names in the rows. Experiments write them and reports ask for them; nothing is read out of a name.</summary>
public static class SchemeNames
{
    /// <summary>AllowedIPs in any of the ways to remove one: what an observer scans is the same in all.</summary>
    public const string AllowedIps = "AllowedIPs";

    public const string Replace = "AllowedIPs, REPLACE", DummyPeer = "AllowedIPs, dummy peer", RemoveMe = "AllowedIPs, REMOVE_ME",
        FibTrie = "AllowedIPs on a FIB trie", Attribute = "RTA_WGPEER", Via = "RTA_VIA", NexthopObjects = "nexthop objects",
        OwnDevice = "a device per peer";

    /// <summary>The attribute in an IPv6 FIB that no kernel has.</summary>
    public const string SharedStates = "RTA_WGPEER, what if: shared states", LevelCompression = "RTA_WGPEER, what if: level compression";

    private static readonly string[] s_inTrie = [AllowedIps, Replace, DummyPeer, RemoveMe];

    /// <summary>Each scheme that can also have a route per prefix, by the name that it then has.</summary>
    private static readonly Dictionary<string, string> s_withRoutes = new[] { Replace, DummyPeer, RemoveMe, FibTrie }.ToDictionary(WithRoutes);

    /// <summary>The scheme with a route per prefix in place of one default route.</summary>
    public static string WithRoutes(string scheme) => scheme + " + routes";

    /// <summary>The scheme without its routes; null where it has none beside the default route.</summary>
    public static string? WithoutRoutes(string scheme) => s_withRoutes.GetValueOrDefault(scheme);

    /// <summary>Whether no kernel has the scheme.</summary>
    public static bool IsWhatIf(string scheme) => scheme is SharedStates or LevelCompression;

    /// <summary>Where a scheme binds prefixes to peers. Names that are not listed are schemes of routes.</summary>
    public static BindingPlace PlaceOf(string scheme)
    {
        var plain = WithoutRoutes(scheme) ?? scheme;
        return plain == FibTrie ? BindingPlace.FibTrie : Array.IndexOf(s_inTrie, plain) >= 0 ? BindingPlace.AllowedIps : BindingPlace.Routes;
    }
}
