// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    public static readonly Metric Announcements = Event("announcements", "announcements");
    public static readonly Metric Withdrawals = Event("withdrawals", "withdrawals");
    public static readonly Metric SessionLosses = Event("session-losses", "best paths lost with their session");
    public static readonly Metric Inserts = Event("inserts", "inserts");
    public static readonly Metric Moves = Event("moves", "moves");
    public static readonly Metric Deletes = Event("deletes", "deletes");
    public static readonly Metric NoOps = Event("no-ops", "no-ops");
    public static readonly Metric SamePeer = Event("same-peer", "changes to a next hop behind the same peer");
    public static readonly Metric Events = Event("events", "events");
    public static readonly Metric Changes = Event("changes", "changes");
    public static readonly Metric AssumedPaths = Event("assumed-paths", "paths assumed at the start");
    public static readonly Metric OutOfOrder = Event("out-of-order", "events out of order");
    public static readonly Metric TimesSetAside = Event("times-set-aside", "times that do not fit their neighbours");
    public static readonly Metric BgpPeers = Event("bgp-peers", "BGP peers");
    public static readonly Metric Seeded = Event("seeded", "prefixes whose binding at the start comes from the trace");
    public static readonly Metric Added = Event("added", "added: these are not in the table") with { Of = Experiment.Trace };
    public static readonly Metric LeftOut = Event("left-out", "left out: in the table, but not at the start");
    public static readonly Metric Clock = new("clock", Units.Seconds, "the trace’s own clock", Better: Better.Neither);

    public static readonly Metric LinesAdded = new("added", Units.Lines, "lines added") { Of = Experiment.Code };
    public static readonly Metric LinesRemoved = new("removed", Units.Lines, "lines removed", Better: Better.Neither);
    public static readonly Metric NetLines = new("net", Units.Lines, "lines added minus lines removed");

    public static readonly Metric PacketLookups = new("lookups", Units.Count, "lookups per packet", Basis.Modelled) { Of = Experiment.Packet };

    public static readonly Metric TimePerChange = new("time-per-change", Units.Nanoseconds, "time per change", Basis.Measured);
    public static readonly Metric MessagesPerChange = new("messages-per-change", Units.Count, "messages per change");
    public static readonly Metric BytesPerChange = new("bytes-per-change", Units.Bytes, "bytes sent per change");
    public static readonly Metric CallsPerChange = new("calls-per-change", Units.Count, "system calls per change");
    public static readonly Metric OperationsPerChange = new("operations-per-change", Units.Count, "trie operations per change");
    public static readonly Metric AllocationsPerChange = new("allocations-per-change", Units.Count, "allocations per change");
    public static readonly Metric FreesPerChange = new("frees-per-change", Units.Count, "frees per change", Better: Better.Neither);
    public static readonly Metric GracePeriodsPerChange = new("grace-periods-per-change", Units.Count, "grace periods per change");
    public static readonly Metric WaitsPerChange = new("waits-per-change", Units.Count, "waits per change");
    public static readonly Metric BatchMedian = new("batch-median", Units.Nanoseconds, "time per batch, median", Basis.Measured);
    public static readonly Metric BatchP99 = new("batch-p99", Units.Nanoseconds, "time per batch, 99th percentile", Basis.Measured);
    public static readonly Metric BatchWorst = new("batch-worst", Units.Nanoseconds, "time per batch, worst", Basis.Measured);

    /// <summary>The ratio of the times of changes with warm caches. <see cref="Ratio"/> is the ratio with cold caches.</summary>
    public static readonly Metric WarmRatio = new("ratio-warm", Units.Ratio, "ratio, warm caches", Basis.Measured, Better.Neither);

    public static readonly Metric Speed = new("speed", Units.Ratio, "times faster than the trace’s own clock", Basis.Measured, Better.More);
    public static readonly Metric HarnessSpeed =
        new("harness-speed", Units.Ratio, "times faster than the trace’s own clock, this program included", Basis.Measured, Better.Neither);
    public static readonly Metric BusyShare = new("busy", Units.Ratio, "share of real time in which the writer is busy", Basis.Simulated);
    public static readonly Metric WorstBacklog = new("backlog-worst", Units.Milliseconds, "worst backlog", Basis.Simulated);
    public static readonly Metric WorstStaleness = new("staleness-worst", Units.Milliseconds, "worst staleness", Basis.Simulated);
    public static readonly Metric ChangesTaken = Event("changes-taken", "changes before coalescing");
    public static readonly Metric ChangesLeft = Event("changes-left", "changes after coalescing");
    public static readonly Metric Windows = Event("windows", "windows of coalescing");
    public static readonly Metric BindingsChecked = Event("bindings-checked", "bindings compared with the trace’s");

    public static readonly Metric ScanMessages = new("scan-messages", Units.Count, "messages per scan");
    public static readonly Metric ScanBytes = new("scan-bytes", Units.Bytes, "bytes per scan");
    public static readonly Metric ScanCalls = new("scan-calls", Units.Count, "system calls per scan");
    public static readonly Metric ScanTime = new("scan-time", Units.Milliseconds, "time per scan", Basis.Measured);
    public static readonly Metric NotificationBytes = new("notification-bytes", Units.Bytes, "bytes per notification", Basis.Modelled);
    public static readonly Metric TraceBytes = new("trace-bytes", Units.Bytes, "bytes of the trace’s notifications", Basis.Modelled);
    public static readonly Metric ScansCompleted = new("scans-completed", Units.Count, "scans completed", Basis.Simulated, Better.More);
    public static readonly Metric ScansBegun = new("scans-begun", Units.Count, "scans started, including those cut off", Basis.Simulated);
    public static readonly Metric Received = new("received", Units.Bytes, "received", Basis.Simulated);
    public static readonly Metric MeanStaleness = new("staleness-mean", Units.Milliseconds, "staleness, mean", Basis.Simulated);
    public static readonly Metric LongestStaleness = new("staleness-longest", Units.Milliseconds, "staleness, longest", Basis.Simulated);
    public static readonly Metric Unnoticed = new("unnoticed", Units.Count, "changes not noticed by the end", Basis.Simulated);
    public static readonly Metric Told = new("told", Units.Count, "changes announced by a notification", Basis.Simulated, Better.More);
    public static readonly Metric Lost = new("lost", Units.Count, "changes whose notification was lost", Basis.Simulated);
    public static readonly Metric Overruns = new("overruns", Units.Count, "buffer overruns", Basis.Simulated);

    public static readonly Metric Readers = Event("readers", "reader threads");
    public static readonly Metric TimeBesideReaders = new("time-beside-readers", Units.Nanoseconds, "time beside readers", Basis.Measured);
    public static readonly Metric TrieSteps = Event("steps", "operations of the trie");
    public static readonly Metric TimePerStep = new("time-per-step", Units.Nanoseconds, "time per step", Basis.Measured);
    public static readonly Metric ReaderLookups =
        new("lookups", Units.Count, "lookups during the update", Basis.Measured, Better.Neither) { Of = Experiment.Reader };
    public static readonly Metric WrongNone = new("wrong-none", Units.Count, "lookups that should have found a peer and found none", Basis.Measured);
    public static readonly Metric WrongOther =
        new("wrong-other", Units.Count, "lookups that found a peer that is neither old nor new", Basis.Measured);
    public static readonly Metric WrongRatio = new("wrong-ratio", Units.Ratio, "share of lookups that were wrong", Basis.Measured);
    public static readonly Metric LongestGap =
        new("gap-longest", Units.Nanoseconds, "longest time that a prefix was wrong, seen by readers", Basis.Measured);
    public static readonly Metric MedianGap =
        new("gap-median", Units.Nanoseconds, "time that a prefix was wrong, median of what readers saw", Basis.Measured);
    public static readonly Metric SimulatedGap =
        new("gap-simulated", Units.Nanoseconds, "longest time that a prefix was wrong, computed from steps", Basis.Simulated);
    public static readonly Metric PrefixesProbed = Event("prefixes-probed", "prefixes looked up after each step");
    public static readonly Metric PrefixesHit = new("prefixes-hit", Units.Count, "probed prefixes that were wrong at some step");
    public static readonly Metric StepsNone = new("steps-none", Units.Count, "most steps without a peer");
    public static readonly Metric StepsOther = new("steps-other", Units.Count, "most steps with a peer that is neither old nor new");

    public static readonly Metric InfosWalked = new("infos-walked", Units.Count, "fib_infos compared");

    /// <summary>The growth of a cost: a power law that is fitted to the cost's points.</summary>
    public static readonly Metric Exponent = new("exponent", Units.Ratio, "exponent of the time", Basis.Estimated);
    public static readonly Metric RSquared =
        new("r-squared", Units.Ratio, "share of the variance that the fit explains", Basis.Estimated, Better.Neither);

    /// <summary>A straight line that is fitted to the times of one bucket.</summary>
    public static readonly Metric TimePerPeer = new("time-per-peer", Units.Nanoseconds, "time per further peer", Basis.Estimated);
    public static readonly Metric TimeWithoutPeers =
        new("time-without-peers", Units.Nanoseconds, "time without peers, by the fit", Basis.Estimated);

    public static IReadOnlyList<Metric> Fitted => field ??= [Time, PageBytesPerPrefix, BytesPerChange];

    /// <summary>Returns a fit's metric (exponent or R²) for a cost. For time, this is the metric itself. For another cost, the metric has a
    /// name such as <c>exponent-of-bytes-per-change</c>.</summary>
    public static Metric OfCost(this Metric fit, Metric cost) =>
        cost == Time ? fit : fit with { Name = $"{fit.Name}-of-{cost}", Words = $"{Fit(fit)} of {cost.Words}" };

    private static string Fit(Metric fit) => fit.Name == "exponent" ? "exponent" : "share of the variance explained";

    private static Metric Event(string name, string words) => new(name, Units.Count, words, Basis.Counted, Better.Neither);
}
