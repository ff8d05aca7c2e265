// SPDX-License-Identifier: MIT
using MathNet.Numerics.Distributions;

namespace Sim.Experiments.Churn;

/// <summary>
/// The cost of REPLACE, estimated from a sample of N replacements: the seconds per prefix sent again with a 95 % interval, and the kernel's
/// work for all N replacements. Without an estimate, a full table would take minutes, because REPLACE sends a whole set for every
/// withdrawal.
/// <code>
///   plan      n deletions of the trace are drawn at random (reservoir, seeded), so that a peer is as frequent as in the trace;
///             for each, its peer's set is replaced in full once, in the loaded table, and put back
///   estimate  R = sum of times / sum of prefixes sent;  interval: Student's t over the residuals t - R * prefixes
/// </code>
/// </summary>
public readonly record struct ReplacementCost(double Seconds, double Low, double High, int N, KernelWork Work)
{
    /// <summary>Times a sample on a loaded scheme, and leaves the scheme unchanged.</summary>
    public static ReplacementCost Sample(ChurnContext context, Scheme scheme)
    {
        var victims = Victims(context);
        var times = new List<(double Seconds, double Prefixes)>();
        var work = default(KernelWork);
        foreach (var victim in victims)
        {
            context.Cancel.ThrowIfCancellationRequested();
            BindingChange[] delete = [victim with { OldPeer = victim.NewPeer, NewPeer = BindingChange.NoPeer }];
            var sent = scheme.Prepare(delete);
            var before = scheme.Work;
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(delete);
            times.Add((Stopwatch.GetElapsedTime(clock).TotalSeconds, sent));
            work += scheme.Work - before;
            scheme.Prepare([victim]);
            scheme.Apply([victim]);
        }

        return Of(times, work);
    }

    private static ReplacementCost Of(List<(double Seconds, double Prefixes)> times, KernelWork work)
    {
        var prefixes = times.Sum(time => time.Prefixes);
        if (times.Count == 0 || prefixes == 0)
            return default;
        var ratio = times.Sum(time => time.Seconds) / prefixes;
        var (low, high) = (ratio, ratio);
        if (times.Count > 1)
        {
            var variance = times.Sum(time => Math.Pow(time.Seconds - ratio * time.Prefixes, 2)) / (times.Count - 1);
            var error = Math.Sqrt(variance / times.Count) / (prefixes / times.Count);
            var reach = StudentT.InvCDF(0, 1, times.Count - 1, 0.975) * error;
            (low, high) = (Math.Max(ratio - reach, 0), ratio + reach);
        }

        return new ReplacementCost(ratio, low, high, times.Count, work);
    }

    /// <summary>Draws deletions of the trace at random. For each deletion, returns an insertion of a prefix that the deletion's peer has at
    /// the start.</summary>
    private static List<BindingChange> Victims(ChurnContext context)
    {
        var rng = new Rng(context.Seed);
        var drawn = new List<BindingChange>();
        var seen = 0;
        foreach (var change in context.Trace.Changes.Where(change => change.Kind == RouteChange.Delete))
        {
            seen++;
            if (drawn.Count < context.Plan.Replacements)
                drawn.Add(change);
            else if (rng.Below(seen) is var place && place < drawn.Count)
                drawn[place] = change;
        }

        var byPeer = context.Load.GroupBy(change => change.NewPeer).ToDictionary(group => group.Key, group => group.First());
        return [.. drawn.Where(change => byPeer.ContainsKey(change.OldPeer)).Select(change => byPeer[change.OldPeer])];
    }
}
