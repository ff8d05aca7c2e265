// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The names that experiments put into rows and that the report asks for.</summary>
public static class Names
{
    public const string AllowedIps = "allowedips";
    public const string Fib = "fib";
    public const string FibOverAllowedIps = "fib/allowedips";
    public const string Both = "allowedips+fib";
    public const string PlainRoutes = "fib, plain routes";
    public const string NexthopObjects = "fib, nexthop objects";
    public const string SharedStates = "fib, what if: shared states";
    public const string LevelCompression = "fib, what if: level compression";
    public const string SelfRatio = "allowedips/allowedips";
    public const string Process = "process";
    public const string Ratio = "ratio";
    public const string Time = "time";
    public const string AaExperiment = "aa";

    /// <summary>Item of the rows that compare a scheme with a copy of it, among the ratios of an experiment.</summary>
    public const string SelfItem = "A/A";

    /// <summary>Ratio of changes that were made and undone just before; <see cref="Ratio"/> is that from empty caches.</summary>
    public const string WarmRatio = "ratio-warm";

    /// <summary>Structure of the rows that sum up all of a scheme's.</summary>
    public const string AllStructures = "all";

    /// <summary>The two structures in the order of every table and plot.</summary>
    public static readonly string[] Structures = [AllowedIps, Fib];
}
