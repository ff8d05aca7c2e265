// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Sim.Workloads.Synthesis;

/// <summary>The statistics of a real trace that the generator uses, from the trace's <see cref="TraceStructure"/>.</summary>
public sealed record TraceCalibration : TraceStatistics
{
    public TraceCalibration() { }

    [SetsRequiredMembers]
    private TraceCalibration(TraceStatistics trace)
        : base(trace) { }

    public required double EventsPerSecond { get; init; }

    /// <summary>The number of events of the trace. Together with the number of prefixes, this number gives the rate at which new prefixes
    /// appear.</summary>
    public required double Events { get; init; }

    /// <summary>The share of withdrawals among the first events of each pair of BGP peer and prefix.</summary>
    public required double FirstWithdrawals { get; init; }

    /// <summary>The share of withdrawals among the events that meet an announced path.</summary>
    public required double Withdrawals { get; init; }

    /// <summary>The share of duplicates among the events that meet an announced path.</summary>
    public required double Duplicates { get; init; }

    /// <summary>The share, among the events that meet an announced path, of events that change other attributes but keep AS path and next
    /// hop.</summary>
    public required double AttributeChanges { get; init; }

    /// <summary>The share of events that bring a withdrawn path back.</summary>
    public required double Returns { get; init; }

    /// <summary>The share of unchanged paths among the paths that come back.</summary>
    public required double SameReturns { get; init; }

    /// <summary>Shares of the withdrawn paths that come back within each of <see cref="TraceStructure.FlapSeconds"/>;
    /// the rest come back after the trace.</summary>
    public IReadOnlyList<double> Downs { get; init; } = [];

    /// <summary>The shares of the prefix lengths, from the shortest to the longest that occurs: (length, share).</summary>
    public IReadOnlyList<(int Length, double Share)> Lengths { get; init; } = [];

    /// <exception cref="ArgumentException">Thrown if the trace has too few events, or is shorter than a second.</exception>
    public static TraceCalibration Of(TraceStructure trace)
    {
        const int least = 1000;
        if (trace.Events < least || trace.Seconds < 1)
            throw new ArgumentException($"{trace.Source}: {trace.Events} IPv{(int)trace.Family} updates in {trace.Seconds:N0} s; a calibration needs at least {least} over at least one second", nameof(trace));
        var kinds = trace.Kinds;
        double met = Math.Max(kinds.Duplicates + kinds.AttributeChanges + kinds.PathChanges + kinds.Withdrawals, 1);
        double gone = Math.Max(kinds.FirstWithdrawals + kinds.Withdrawals, 1);
        double back = Math.Max(kinds.ReturnsSame + kinds.ReturnsOther, 1);
        return new TraceCalibration(trace)
        {
            EventsPerSecond = trace.EventsPerSecond, Events = trace.Events, PairShares = WithSubseconds(trace),
            FirstWithdrawals = kinds.FirstWithdrawals / (double)Math.Max(kinds.FirstAnnouncements + kinds.FirstWithdrawals, 1),
            Withdrawals = kinds.Withdrawals / met, Duplicates = kinds.Duplicates / met,
            AttributeChanges = kinds.AttributeChanges / met, Returns = back / trace.Events,
            SameReturns = kinds.ReturnsSame / back, Downs = [.. trace.Downs.Select(count => Math.Min(count / gone, 1))],
            Lengths = [.. trace.Lengths.Select((share, length) => (length, share)).Where(entry => entry.share > 0)],
        };
    }

    /// <summary>Returns the trace's pair shares. If times are whole seconds, the shares for windows below a second are those of the 2026
    /// trace.</summary>
    private static double[] WithSubseconds(TraceStructure trace)
    {
        double[] shares = [.. trace.PairShares];
        for (var i = 0; i < shares.Length && !trace.HasMicroseconds; i++)
        {
            if (TraceStructure.WindowLengths[i + 1] < 1_000_000)
                shares[i] = TraceCalibrations.RouteViews2026.PairShares[i];
        }

        return shares;
    }
}
