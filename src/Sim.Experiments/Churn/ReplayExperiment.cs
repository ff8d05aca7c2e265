// SPDX-License-Identifier: MIT
using HdrHistogram;

namespace Sim.Experiments.Churn;

/// <summary>
/// Replays the trace on a loaded scheme, in several rounds for each window. Batches are timed at full speed. A simulation then uses the
/// measured times on the trace's own clock. After a window's last round the binding is compared with the model's binding. After every round
/// the binding of the start is restored.
/// </summary>
public sealed class ReplayExperiment(ChurnContext context, Scheme scheme)
{
    private readonly ReplayRows _rows = new(context, scheme);
    private ReplacementCost _replacement;

    public void Run()
    {
        var estimate = NeedsEstimate();
        if (estimate)
        {
            _replacement = ReplacementCost.Sample(context, scheme);
            _rows.AddReplacement(_replacement);
        }

        var rounds = (int)Math.Clamp(context.Plan.ReplayedChanges / Math.Max(context.Trace.Changes.Count, 1), 1, context.Plan.ReplayRounds);
        foreach (var window in context.Windows)
        {
            var done = new List<ReplayRound>();
            while (done.Count < rounds)
            {
                done.Add(Replay(window, estimate));
                if (done.Count == rounds)
                    context.End.Require(scheme, $"after the replay with a window of {window} ms");
                scheme.PrepareWithoutReplace(context.Back);
                scheme.Apply(context.Back);
            }

            _rows.Add(window, done, _replacement);
        }

        context.Start.Require(scheme, "led back to the start");
    }

    /// <summary>Returns whether replacing a whole set for every deletion of the trace would take too long.</summary>
    private bool NeedsEstimate() =>
        scheme.Kind.Name.Resends
        && context.Trace.Counts.Deletes * (context.Table.Prefixes.Length / context.Peers) > context.Plan.ReplacedPrefixes;

    private ReplayRound Replay(int window, bool estimate)
    {
        var whole = Stopwatch.GetTimestamp();
        var coalescer = new Coalescer(context.Trace.Changes, window * 1000L);
        var round = new ReplayRound(context.Trace.First);
        while (coalescer.Next())
        {
            round.Taken += coalescer.Taken;
            if (++round.Windows % 1024 == 0)
                context.Cancel.ThrowIfCancellationRequested();
            var batch = coalescer.Batch;
            if (batch.IsEmpty)
                continue;
            var sentAgain = estimate ? scheme.PrepareWithoutReplace(batch) : scheme.Prepare(batch);
            var before = scheme.Work;
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(batch);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            var work = scheme.Work - before;
            var sent = scheme.Encode(batch);
            var estimated = estimate ? sentAgain : 0;
            seconds += estimated * _replacement.Seconds;
            round.All.Add(batch.Length, seconds, estimated, sent, work);
            if (window == 0)
                round.ByKind[(int)batch[0].Kind].Add(1, seconds, estimated, sent, work);
            round.Own.Serve(coalescer.Opened, coalescer.Due, seconds);
        }

        round.HarnessSeconds = Stopwatch.GetElapsedTime(whole).TotalSeconds;
        return round;
    }
}

/// <summary>The sums of one replay. The origin is the trace's beginning, in microseconds since 1970.</summary>
public sealed class ReplayRound(long origin)
{
    public ReplayCosts All { get; } = new();

    /// <summary>The sums by <see cref="RouteChange"/>, filled only if each change is a batch of its own.</summary>
    public ReplayCosts[] ByKind { get; } = [new(), new(), new(), new()];

    public OwnClock Own { get; } = new(origin);

    /// <summary>The number of changes before coalescing.</summary>
    public long Taken { get; set; }

    /// <summary>The number of windows, including windows that coalescing left empty.</summary>
    public long Windows { get; set; }

    /// <summary>The seconds of the whole replay in this program, including encoding and counting.</summary>
    public double HarnessSeconds { get; set; }
}

/// <summary>The sums of all batches of one kind in one replay. The memory of the sums does not depend on the number of batches.</summary>
public sealed class ReplayCosts
{
    private const long HighestNs = 3_600_000_000_000;
    private const int Digits = 3;

    private readonly LongHistogram _ns = new(HighestNs, Digits);

    public long Batches { get; private set; }

    /// <summary>The number of changes in the batches, after coalescing.</summary>
    public long Changes { get; private set; }

    /// <summary>The number of prefixes for which the time of REPLACE is estimated, because they were not sent again.</summary>
    public long Estimated { get; private set; }

    /// <summary>The total seconds, including estimates.</summary>
    public double Seconds { get; private set; }

    public Sent Sent { get; private set; }
    public KernelWork Work { get; private set; }

    public void Add(int changes, double seconds, long estimated, Sent sent, KernelWork work)
    {
        Batches++;
        Changes += changes;
        Estimated += estimated;
        Seconds += seconds;
        Sent += sent;
        Work += work;
        _ns.RecordValue(Math.Clamp((long)Math.Round(seconds * 1e9), 1, HighestNs));
    }

    /// <summary>Returns a percentile of the batches' times, in nanoseconds and to three digits.</summary>
    public double Percentile(double percent) => _ns.GetValueAtPercentile(percent);
}
