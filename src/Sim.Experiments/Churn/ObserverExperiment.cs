// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Measures the cost of noticing changes that other programs make. AllowedIPs send no notifications, so an observer scans all of
/// them periodically, and starts again if a change interrupts the scan. Every change of a route is announced by one message.</summary>
public sealed class ObserverExperiment(ChurnContext context)
{
    private const int Device = 2;

    /// <summary>The sizes of the buffers that wg(8) and iproute2 pass to recv, in bytes.</summary>
    private const int WgBuffer = 8192, RouteBuffer = 32768;

    private static readonly int[] s_intervals = [1, 10, 60];

    /// <summary>The simulated times, in µs, that a program takes to read a message.</summary>
    private static readonly int[] s_readMicroseconds = [1, 10, 100];

    public void Run()
    {
        context.Progress.Step("observers", 1 + s_intervals.Length, "steps");
        var scan = ScanAllowedIps();
        DumpRoutes();
        var seconds = ScanSeconds();
        context.Add(At(SchemeName.AllowedIps), (Metrics.ScanTime, seconds * 1e3));
        foreach (var interval in s_intervals)
        {
            context.Cancel.ThrowIfCancellationRequested();
            AddScans(interval, PeriodicScans.Run(context.Trace, interval, seconds), scan.Bytes);
        }
    }

    /// <summary>Simulates a program that receives a scheme’s notifications, in two cases. Notifications of the trace’s changes arrive at
    /// the trace's own times. Notifications for a lost peer arrive as fast as the kernel makes the changes.</summary>
    public void Notify(Scheme scheme, (int Changes, double Seconds) loss)
    {
        if (!scheme.Kind.Announces)
            return;
        foreach (var microseconds in s_readMicroseconds)
        {
            context.Cancel.ThrowIfCancellationRequested();
            AddQueue(scheme, Operations.Trace, microseconds, PeriodicScans.Times(context.Trace));
            AddQueue(scheme, Operations.LosePeer, microseconds, Enumerable.Range(1, loss.Changes).Select(at => at * loss.Seconds / loss.Changes));
        }
    }

    private void AddQueue(Scheme scheme, string operation, int microseconds, IEnumerable<double> changes)
    {
        var trueSize = context.Family == Family.IPv4 ? NotificationQueue.TrueSizeV4 : NotificationQueue.TrueSizeV6;
        var queue = NotificationQueue.Run(
            changes, NotificationQueue.DefaultBuffer / trueSize, microseconds / 1e6, context.Start.Count * (microseconds / 1e6));
        var at = context.At(Experiment.Observer) with { Operation = operation, X = microseconds };
        context.Add(
            scheme, at, (Metrics.Told, queue.Told), (Metrics.Lost, queue.Lost), (Metrics.Overruns, queue.Overruns),
            (Metrics.MeanStaleness, queue.MeanStaleness * 1e3), (Metrics.LongestStaleness, queue.LongestStaleness * 1e3));
    }

    private DumpTraffic ScanAllowedIps()
    {
        var lists = context.Start.AsDumped.ToLookup(bound => bound.Value, bound => bound.Key);
        var scan = new WireGuardDump().Measure(
            [.. Enumerable.Range(0, context.Peers).Select(peer => new DumpedPeer(peer, [.. lists[peer]]))], new DumpSocket(WgBuffer));
        AddDump(SchemeName.AllowedIps, scan);
        return scan;
    }

    private static (SchemeName Scheme, RouteDump Dump)[] Routes(Family family) =>
    [
        (SchemeName.Attribute, new(RouteShape.PeerKey, Device)),
        (SchemeName.Via, new(family == Family.IPv4 ? RouteShape.Via : RouteShape.Gateway, Device)),
        (SchemeName.NexthopObjects, new(RouteShape.Nexthop, Device, NexthopsNamePeers: true)),
        (SchemeName.OwnDevices, new(RouteShape.Device, Device)),
    ];

    private void DumpRoutes()
    {
        foreach (var (scheme, dump) in Routes(context.Family))
        {
            AddDump(scheme, dump.Measure(context.Start.AsDumped, new DumpSocket(RouteBuffer)));
            // A notification is filled by the same function as an entry of a dump (rtmsg_fib, fib_dump_info; inet6_rt_notify,
            // rt6_fill_node).
            var bytes = dump.MessageBytes(new Prefix(context.Family, 0, 1));
            context.Add(At(scheme), (Metrics.NotificationBytes, bytes), (Metrics.TraceBytes, (double)bytes * context.Trace.Counts.Changes));
        }
    }

    /// <summary>Walks every peer's list three times, as a dump does. Returns the seconds of the fastest walk.</summary>
    private double ScanSeconds()
    {
        using var table = new AllowedIpsStructure(context.Family, context.Peers, context.Kernel);
        foreach (var bound in context.Load)
            KernelStructure.Check(table.Insert(bound.Prefix, bound.NewPeer), bound.Prefix);

        var (best, set) = (double.MaxValue, new List<Prefix>(context.Load.Length));
        for (var round = 0; round < 3; round++)
        {
            set.Clear();
            var clock = Stopwatch.GetTimestamp();
            for (var peer = 0; peer < context.Peers; peer++)
                table.CopySet(peer, set);
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        return best;
    }

    private void AddDump(SchemeName scheme, DumpTraffic dump) =>
        context.Add(At(scheme), (Metrics.ScanMessages, dump.Messages), (Metrics.ScanBytes, dump.Bytes), (Metrics.ScanCalls, dump.Calls));

    private void AddScans(int interval, PeriodicScans scans, long bytes)
    {
        // An upper limit: a scan that is cut off counts as if it had received everything.
        var received = (double)scans.Begun * bytes;
        context.Add(
            At(SchemeName.AllowedIps) with { X = interval }, (Metrics.ScansCompleted, scans.Completed), (Metrics.ScansBegun, scans.Begun),
            (Metrics.Received, received), (Metrics.MeanStaleness, scans.MeanStaleness * 1e3), (Metrics.LongestStaleness, scans.LongestStaleness * 1e3),
            (Metrics.Unnoticed, scans.Unnoticed));
    }

    private Figure At(SchemeName scheme) => context.At(Experiment.Observer) with { Scheme = scheme };
}
