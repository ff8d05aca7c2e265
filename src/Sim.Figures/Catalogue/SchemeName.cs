// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The place in which a scheme binds prefixes to peers.</summary>
public enum BindingPlace
{
    AllowedIps,
    Routes,

    /// <summary>AllowedIPs that the device keeps in a FIB trie.</summary>
    PrivateFib,
}

/// <summary>The name of a scheme in rows and on pages, with the place where the scheme binds prefixes.</summary>
public sealed record SchemeName(string Name, BindingPlace Place) : Term(Name, Name)
{
    public static readonly SchemeName Replace = new("AllowedIPs, REPLACE", BindingPlace.AllowedIps) { Resends = true };
    public static readonly SchemeName ReplaceAndRoutes = Replace.WithRoutes();
    public static readonly SchemeName DummyPeer = new("AllowedIPs, dummy peer", BindingPlace.AllowedIps);
    public static readonly SchemeName DummyPeerAndRoutes = DummyPeer.WithRoutes();

    /// <summary>The baseline of comparisons.</summary>
    public static readonly SchemeName RemoveMe = new("AllowedIPs, REMOVE_ME", BindingPlace.AllowedIps);
    public static readonly SchemeName RemoveMeAndRoutes = RemoveMe.WithRoutes();

    public static readonly SchemeName Attribute = new("RTA_WGPEER", BindingPlace.Routes);
    public static readonly SchemeName Via = new("RTA_VIA", BindingPlace.Routes);
    public static readonly SchemeName NexthopObjects = new("nexthop objects", BindingPlace.Routes);
    /// <summary>Nexthop objects of a kernel without the series: the route leads to an object, and the object leads only to the
    /// device.</summary>
    public static readonly SchemeName NexthopsWithoutPeer = new("nexthop objects without a peer", BindingPlace.Routes);
    public static readonly SchemeName PrivateFib = new("AllowedIPs on a FIB trie", BindingPlace.PrivateFib);
    public static readonly SchemeName PrivateFibAndRoutes = PrivateFib.WithRoutes();
    public static readonly SchemeName OwnDevices = new("a device per peer", BindingPlace.Routes);

    /// <summary>The route attribute in IPv6 FIBs that no kernel has.</summary>
    public static readonly SchemeName SharedStates = new("RTA_WGPEER, what if: shared states", BindingPlace.Routes) { IsWhatIf = true };
    public static readonly SchemeName LevelCompression = new("RTA_WGPEER, what if: level compression", BindingPlace.Routes) { IsWhatIf = true };

    /// <summary>AllowedIPs with REMOVE_ME on structures that no kernel has.</summary>
    public static readonly SchemeName LcTrie = new("AllowedIPs, what if: LC-trie", BindingPlace.AllowedIps) { IsWhatIf = true };
    public static readonly SchemeName MultibitTrie = new("AllowedIPs, what if: multibit trie", BindingPlace.AllowedIps) { IsWhatIf = true };
    public static readonly SchemeName Poptrie = new("AllowedIPs, what if: Poptrie", BindingPlace.AllowedIps) { IsWhatIf = true };
    public static readonly SchemeName Dir24 = new("AllowedIPs, what if: DIR-24-8", BindingPlace.AllowedIps) { IsWhatIf = true };

    /// <summary>The two schemes of bench, and routes that name no peer.</summary>
    public static readonly SchemeName AllowedIps = new("AllowedIPs", BindingPlace.AllowedIps);
    public static readonly SchemeName RouteAttribute = new("route attribute", BindingPlace.Routes);
    public static readonly SchemeName PlainRoutes = new("plain routes", BindingPlace.Routes);

    /// <summary>The two hashes of fib_infos: Linux's hash, and the hash of the first patch of kernel-patch/series-fixes.</summary>
    public static readonly SchemeName Unhashed = new("RTA_WGPEER, stock hash", BindingPlace.Routes);
    public static readonly SchemeName Hashed = new("RTA_WGPEER, hash of the series", BindingPlace.Routes);

    /// <summary>The ways of routing daemons, as kernel-patch/daemons names them: what chooses the peer of a packet.</summary>
    public static readonly SchemeName Gateway = new("gateway", BindingPlace.Routes) { Words = "mode gateway" };
    public static readonly SchemeName Agent = new("agent", BindingPlace.AllowedIps) { Words = "AllowedIPs by an agent" };
    public static readonly SchemeName Interfaces = new("interfaces", BindingPlace.Routes) { Words = "a device per peer" };
    public static readonly SchemeName Objects = new("objects", BindingPlace.Routes) { Words = "nexthop objects" };

    /// <summary>The baseline of routing daemons: routes on a dummy device, which lead to no peer.</summary>
    public static readonly SchemeName Dummy = new("dummy", BindingPlace.Routes) { Words = "plain routes" };

    /// <summary>The other modes of a device with the patches.</summary>
    public static readonly SchemeName ModeAuto = new("auto", BindingPlace.Routes) { Words = "mode auto" };
    public static readonly SchemeName ModePeer = new("peer", BindingPlace.Routes) { Words = "mode peer" };
    public static readonly SchemeName ModeAllowedIps = new("allowedips", BindingPlace.AllowedIps) { Words = "mode allowedips" };

    /// <summary>The ways to choose the peer of a packet, as kernel-patch/packets names them.</summary>
    public static readonly SchemeName DefaultRoute = new("default-route", BindingPlace.AllowedIps) { Words = "AllowedIPs, a default route" };
    public static readonly SchemeName FullAllowedIps = new("allowed-ips", BindingPlace.AllowedIps) { Words = "AllowedIPs, all routes" };
    public static readonly SchemeName PeerRoutes = new("route", BindingPlace.Routes) { Words = "routes that name peers" };
    public static readonly SchemeName PeerNexthops = new("nexthop", BindingPlace.Routes) { Words = "nexthop objects that name peers" };
    public static readonly SchemeName Devices = new("devices", BindingPlace.Routes) { Words = "a device per peer" };
    public static readonly SchemeName Metadata = new("metadata", BindingPlace.Routes) { Words = "metadata and nftables" };

    public static Vocabulary<SchemeName> All => field ??= new(typeof(SchemeName));

    /// <summary>Returns the place where a scheme binds. An unknown scheme (from another version) counts as a scheme that binds in
    /// routes.</summary>
    public static BindingPlace PlaceOf(string name) => All.Find(name)?.Place ?? BindingPlace.Routes;

    public static bool IsOfNoKernel(string name) => All.Find(name)?.IsWhatIf == true;

    /// <summary>Returns the scheme with which the rows of kernel-patch/packets are compared: packets with those of AllowedIPs, peers with those on
    /// one device.</summary>
    public static SchemeName HubBaseline(string experiment) => experiment == Experiment.HubPackets ? FullAllowedIps : Gateway;

    /// <summary>Whether no kernel has the scheme.</summary>
    public bool IsWhatIf { get; init; }

    /// <summary>Whether the scheme removes a prefix by sending the peer's whole set again.</summary>
    public bool Resends { get; init; }

    /// <summary>The same scheme without the additional route per prefix. A scheme without such routes returns itself.</summary>
    public SchemeName Plain { get => field ?? this; init; }

    /// <summary>Whether each prefix has a route to the device in addition to its binding.</summary>
    public bool HasFullRoutes => Plain.Name != Name;

    public SchemeName WithRoutes() => this with { Name = $"{Name} + routes", Words = $"{Words} + routes", Plain = this };
}
