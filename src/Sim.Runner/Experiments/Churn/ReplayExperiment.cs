// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Runner.Schemes.Binding;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;

namespace Sim.Runner.Experiments.Churn;

/// <summary>
/// Replays the trace on a loaded scheme, once for each window: at full speed with a clock around each batch, and with these
/// times on the trace's own clock. After each window the binding is compared with the model's, and led back to the start.
/// </summary>
internal sealed class ReplayExperiment(ChurnContext context, BindingScheme scheme)
{
    private const string Experiment = "replay";
    private const string AnyChange = "update";

    private static readonly string[] s_kinds = ["", "insert", "move", "delete"];

    private ReplacementCost _replacement;

    public void Run()
    {
        var sampled = false;
        foreach (var window in context.Windows)
        {
            var estimate = NeedsEstimate();
            if (estimate && !sampled)
            {
                _replacement = ReplacementCost.Sample(context, scheme);
                sampled = true;
            }

            Replay(window, estimate);
            context.End.Require(scheme, $"after the replay with a window of {window} ms");
            scheme.Prepare(context.Back, sampled: false);
            scheme.Apply(context.Back);
            context.Start.Require(scheme, "led back to the start");
        }

        if (sampled && _replacement.N > 0)
            AddReplacement();
    }

    private void AddReplacement()
    {
        Figure Row(string metric, string unit, double value, Basis basis) =>
            context.Row(Experiment, metric, unit, value, basis) with { N = _replacement.N };

        context.Add(scheme, Row("time-per-prefix", "ns", _replacement.Seconds * 1e9, Basis.Estimated) with
        {
            Operation = "replace", Low = _replacement.Low * 1e9, High = _replacement.High * 1e9,
        });
        foreach (var (metric, count) in new[]
        {
            ("operations", _replacement.Work.Operations), ("allocations", _replacement.Work.Allocations),
            ("frees", _replacement.Work.Frees), ("grace-periods", _replacement.Work.GracePeriods), ("waits", _replacement.Work.Waits),
        })
        {
            var row = Row($"{metric}-per-change", "count", count / (double)_replacement.N, Basis.Counted);
            context.Add(scheme, row with { Operation = "delete", X = 0 });
        }
    }

    /// <summary>Whether replacing every peer's set that the trace takes a prefix from would take too long.</summary>
    private bool NeedsEstimate() =>
        scheme.Kind.Number == 1
        && context.Trace.Counts.Deletes * (context.Table.Prefixes.Length / context.Peers) > context.Plan.ReplacedPrefixes;

    private void Replay(int window, bool estimate)
    {
        var whole = Stopwatch.GetTimestamp();
        var coalescer = new Coalescer(context.Trace.Changes, window * 1000L);
        var all = new ReplayCosts();
        var byKind = Array.ConvertAll(s_kinds, _ => new ReplayCosts());
        var (own, taken, windows) = (new OwnClock(context.Trace.First), 0L, 0L);
        while (coalescer.Next())
        {
            taken += coalescer.Taken;
            if (++windows % 1024 == 0)
                context.Cancel.ThrowIfCancellationRequested();
            var batch = coalescer.Batch;
            if (batch.IsEmpty)
                continue;
            var sentAgain = scheme.Prepare(batch, sampled: !estimate);
            var before = scheme.Work;
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(batch);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            var work = scheme.Work - before;
            var sent = scheme.Encode(batch);
            var estimated = estimate ? sentAgain : 0;
            seconds += estimated * _replacement.Seconds;
            all.Add(batch.Length, seconds, estimated, sent, work);
            if (window == 0)
                byKind[(int)batch[0].Kind].Add(1, seconds, estimated, sent, work);
            own.Serve(coalescer.Opened, coalescer.Due, seconds);
        }

        var harness = Stopwatch.GetElapsedTime(whole).TotalSeconds;
        AddCosts(window, AnyChange, all);
        var row = context.Row(Experiment, "harness-speed", "ratio", context.Trace.Seconds / harness, Basis.Measured);
        context.Add(scheme, row with { X = window });
        AddOwnClock(window, all, own, taken, windows);
        for (var kind = RouteChange.Insert; window == 0 && kind <= RouteChange.Delete; kind++)
        {
            if (byKind[(int)kind].Batches > 0)
                AddCosts(window, s_kinds[(int)kind], byKind[(int)kind]);
        }
    }

    private void AddCosts(int window, string operation, ReplayCosts costs)
    {
        var basis = costs.Estimated > 0 ? Basis.Estimated : Basis.Measured;
        var n = (int)Math.Min(costs.Batches, int.MaxValue);
        void Add(string metric, string unit, double value, Basis how, double? low = null, double? high = null) =>
            context.Add(scheme, context.Row(Experiment, metric, unit, value, how) with
            {
                Operation = operation, X = window, N = n, Low = low ?? value, High = high ?? value,
            });

        if (costs.Batches == 0)
            return;
        Add("batch-median", "ns", costs.Percentile(50), basis, costs.Percentile(25), costs.Percentile(75));
        Add("batch-p99", "ns", costs.Percentile(99), basis);
        Add("batch-worst", "ns", costs.Percentile(100), basis);
        var (low, high) = Interval(costs);
        Add("time-per-change", "ns", costs.Seconds * 1e9 / costs.Changes, basis, low * 1e9 / costs.Changes, high * 1e9 / costs.Changes);
        double changes = costs.Changes;
        Add("messages-per-change", "count", costs.Sent.Messages / changes, Basis.Counted);
        Add("bytes-per-change", "bytes", costs.Sent.Bytes / changes, Basis.Counted);
        Add("calls-per-change", "count", costs.Sent.Calls / changes, Basis.Counted);
        // What is estimated was done by other means, whose work is not that of REPLACE.
        if (costs.Estimated > 0)
            return;
        Add("operations-per-change", "count", costs.Work.Operations / changes, Basis.Counted);
        Add("allocations-per-change", "count", costs.Work.Allocations / changes, Basis.Counted);
        Add("frees-per-change", "count", costs.Work.Frees / changes, Basis.Counted);
        Add("grace-periods-per-change", "count", costs.Work.GracePeriods / changes, Basis.Counted);
        Add("waits-per-change", "count", costs.Work.Waits / changes, Basis.Counted);
    }

    private void AddOwnClock(int window, ReplayCosts costs, OwnClock own, long taken, long windows)
    {
        void Add(string metric, string unit, double value, Basis how, double? low = null, double? high = null) =>
            context.Add(scheme, context.Row(Experiment, metric, unit, value, how) with { X = window, Low = low ?? value, High = high ?? value });

        var basis = costs.Estimated > 0 ? Basis.Estimated : Basis.Measured;
        var simulated = costs.Estimated > 0 ? Basis.Estimated : Basis.Simulated;
        var (low, high) = Interval(costs);
        var clock = Math.Max(context.Trace.Seconds, 1e-6);
        Add("time", "ms", costs.Seconds * 1e3, basis, low * 1e3, high * 1e3);
        Add("speed", "ratio", clock / Math.Max(costs.Seconds, 1e-9), basis, clock / Math.Max(high, 1e-9), clock / Math.Max(low, 1e-9));
        Add("busy", "ratio", own.Busy / clock, simulated, low / clock, high / clock);
        Add("backlog-worst", "ms", own.WorstBacklog * 1e3, simulated);
        Add("staleness-worst", "ms", own.WorstStaleness * 1e3, simulated);
        Add("changes-taken", "count", taken, Basis.Counted);
        Add("changes-left", "count", costs.Changes, Basis.Counted);
        Add("windows", "count", windows, Basis.Counted);
        Add("messages", "count", costs.Sent.Messages, Basis.Counted);
        Add("message-bytes", "bytes", costs.Sent.Bytes, Basis.Counted);
        Add("calls", "count", costs.Sent.Calls, Basis.Counted);
        Add("bindings-checked", "count", context.End.Count, Basis.Counted);
    }

    /// <summary>Seconds at the ends of the interval of what was estimated.</summary>
    private (double Low, double High) Interval(ReplayCosts costs) => (
        costs.Seconds - costs.Estimated * (_replacement.Seconds - _replacement.Low),
        costs.Seconds + costs.Estimated * (_replacement.High - _replacement.Seconds));
}
