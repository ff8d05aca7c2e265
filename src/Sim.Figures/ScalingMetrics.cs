// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Names of experiments, axes and metrics in the rows.</summary>
public static class ScalingMetrics
{
    /// <summary>Experiment of the points, and of what is fitted to them.</summary>
    public const string Points = "scaling", Fits = "scaling-fit";

    /// <summary>Experiment of the insertions into one hash bucket of fib_infos.</summary>
    public const string Bucket = "scaling-bucket", BucketFits = "scaling-bucket-fit";

    /// <summary>Names of the axes: the rows' item.</summary>
    public const string PrefixAxis = "prefixes", PeerAxis = "peers";

    public const string Time = "time", Pages = "page-bytes-per-prefix", Objects = "bytes-per-prefix", Bytes = "bytes-per-change",
        Messages = "messages-per-change", InfosWalked = "infos-walked";

    public const string Load = "load", Insert = "insert", Delete = "delete", Move = "move", Loss = "lose-to-one", LossToNone = "lose-to-none",
        Transmit = "transmit", Receive = "receive", InsertAmong = "insert-among";

    /// <summary>Metrics of a fit: an exponent, the share of the variance explained, ns for one more peer.</summary>
    public const string Exponent = "exponent", RSquared = "r-squared", PerPeer = "time-per-peer", AtNone = "time-without-peers";

    /// <summary>Orders of a point's prefixes: a sample of the user's table, or made up beyond its size.</summary>
    public const string Sampled = "sample", Generated = "generated";

    /// <summary>Schemes of the insertions into one hash bucket.</summary>
    public const string Unhashed = "RTA_WGPEER, hash of 6.12", Hashed = "RTA_WGPEER, patch 2", BucketObjects = "nexthop objects";

    /// <summary>Where the two parts of an axis meet that have a line each; the point there belongs to both.</summary>
    public const double PrefixSplit = 1000, PeerSplit = 100;

    /// <summary>Returns where the parts of an axis meet.</summary>
    public static double Split(string axis) => axis == PrefixAxis ? PrefixSplit : PeerSplit;

    /// <summary>A fit's metric of another cost than time: <c>exponent-of-bytes-per-change</c>.</summary>
    public static string Of(string fit, string metric) => metric == Time ? fit : $"{fit}-of-{metric}";
}
