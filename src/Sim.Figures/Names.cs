// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The names of structures and comparisons that experiments put into rows and reports ask for.</summary>
public static class Names
{
    public const string AllowedIps = "allowedips", Fib = "fib", PrivateFib = "private fib";
    public const string FibOverAllowedIps = "fib/allowedips", SelfRatio = "allowedips/allowedips";

    /// <summary>AllowedIPs and the FIB together. A daemon needs both if it also routes every prefix.</summary>
    public const string Both = "allowedips+fib";

    /// <summary>Other forms of routes, and IPv6 FIBs that no kernel has.</summary>
    public const string PlainRoutes = "fib, plain routes", NexthopObjects = "fib, nexthop objects";
    public const string SharedStates = "fib, what if: shared states", LevelCompression = "fib, what if: level compression";

    /// <summary>Structures behind the interface of AllowedIPs that no kernel has.</summary>
    public const string LcTrie = "allowedips, what if: LC-trie", MultibitTrie = "allowedips, what if: multibit trie",
        Poptrie = "allowedips, what if: Poptrie", Dir24 = "allowedips, what if: DIR-24-8";

    /// <summary>The structures that could stand behind the interface of AllowedIPs, of no kernel.</summary>
    public static readonly string[] BetterTries = [LcTrie, MultibitTrie, Poptrie, Dir24];

    /// <summary>The structures of a validation's rows: the layout of the kernel's structures, a trace, and the ways in which routes name
    /// peers.</summary>
    public const string Layout = "layout", Trace = "trace", RoutePlain = "route plain", RouteEncap = "route encap", RouteWgPeer = "route wgpeer",
        RouteNexthop = "route nexthop", RouteNexthopWgPeer = "route nexthop wgpeer", RouteGateway = "route gateway", RouteVia = "route via", Gateways = "gateways";

    /// <summary>The structure name in rows that count the answers to readers of both structures.</summary>
    public const string Readers = "readers of both";

    /// <summary>The structure name in rows of a guest with two processors, beside rows of one with one processor.</summary>
    public const string TwoProcessors = "two processors";

    /// <summary>The structure name in rows about this program itself.</summary>
    public const string Process = "process";

    /// <summary>The structure name in rows that sum up all structures of a scheme.</summary>
    public const string AllStructures = "all";

    /// <summary>The structure name in rows about the machine's memory.</summary>
    public const string Memory = "memory";

    /// <summary>The item of rows in which a cache answers before the lookup of a received packet's source.</summary>
    public const string ReceiveCache = "receive cache";

    /// <summary>The item of rows that compare a scheme with a copy of itself. An experiment lists these rows among its ratios.</summary>
    public const string SelfItem = "A/A";

    /// <summary>The two structures in the order of every table and plot.</summary>
    public static readonly string[] Structures = [AllowedIps, Fib];

    /// <summary>Returns the name of a what-if without its place: <c>Poptrie</c>. Every other name is returned unchanged.</summary>
    public static string Short(string name) => name[(name.LastIndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..];

    /// <summary>Returns the structure name of a row that compares one structure with another.</summary>
    public static string Over(string structure, string other) => $"{structure}/{other}";
}
