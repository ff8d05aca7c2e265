// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Counts events by their effect on the BGP peer's path to the prefix. The counts add up to all events.</summary>
public sealed record EventKinds
{
    /// <summary>First announcements and first withdrawals: the trace has not mentioned the path before.</summary>
    public long FirstAnnouncements { get; internal set; }
    public long FirstWithdrawals { get; internal set; }

    /// <summary>Announcements that repeat the peer's last announcement: same AS path, next hop, ORIGIN, MED and LOCAL_PREF. Communities are
    /// not compared.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Announcements with the same AS path and next hop, but another ORIGIN, MED or LOCAL_PREF.</summary>
    public long AttributeChanges { get; internal set; }

    /// <summary>Announcements with another AS path or next hop.</summary>
    public long PathChanges { get; internal set; }

    /// <summary>Path changes that keep the AS path and change the next hop.</summary>
    public long NextHopChanges { get; internal set; }

    /// <summary>Withdrawals of a path that the trace had announced.</summary>
    public long Withdrawals { get; internal set; }

    /// <summary>Withdrawals of a path that is withdrawn already.</summary>
    public long WithdrawalsAgain { get; internal set; }

    /// <summary>Announcements that bring a withdrawn path back unchanged: flaps.</summary>
    public long ReturnsSame { get; internal set; }

    /// <summary>Announcements that bring a withdrawn path back with other attributes.</summary>
    public long ReturnsOther { get; internal set; }

    public long Events => FirstAnnouncements + FirstWithdrawals + Duplicates + AttributeChanges + PathChanges + Withdrawals
        + WithdrawalsAgain + ReturnsSame + ReturnsOther;

    public long AllWithdrawals => FirstWithdrawals + Withdrawals + WithdrawalsAgain;
}

/// <summary>The statistics of a trace that the generator uses unchanged.</summary>
public abstract record TraceStatistics
{
    /// <summary>The names of the files, or the origin of the numbers.</summary>
    public required string Source { get; init; }

    public required Family Family { get; init; }

    /// <summary>The number of distinct prefixes, and the number of distinct pairs of BGP peer and prefix.</summary>
    public required int Prefixes { get; init; }
    public required int Pairs { get; init; }

    /// <summary>The squared coefficient of variation of the event rate over the longest windows: E[n (n - 1)] / E[n]^2 - 1, where n is the
    /// number of events in a window. The value is 0 if counts vary by chance alone.</summary>
    public required double Variation { get; init; }

    /// <summary>The probability that two events of one window lie in the same tenth of that window, for each of
    /// <see cref="TraceStructure.WindowLengths"/> except the shortest. The probability is 0.1 without bursts, and 1 if all events are one
    /// burst.</summary>
    public required IReadOnlyList<double> PairShares { get; init; }

    /// <summary>Each BGP peer's share of the events, the busiest peer first.</summary>
    public required IReadOnlyList<double> PeerShares { get; init; }

    /// <summary>The share of events that come from the same peer as the previous event.</summary>
    public required double SamePeer { get; init; }

    /// <summary>The shares, by lag, of events whose prefix had its previous event from the same peer. The lag is the number of events since
    /// that previous event, in decades. All events outside this list and <c>OtherLags</c> have new prefixes or longer lags.</summary>
    public required IReadOnlyList<double> SameLags { get; init; }

    /// <summary>The shares, by lag, of events whose prefix had its previous event from another peer.</summary>
    public required IReadOnlyList<double> OtherLags { get; init; }
}

/// <summary>Describes how a trace's events are spread over time, prefixes and BGP peers. Memory: one entry per prefix, and one per pair of
/// peer and prefix.</summary>
public sealed record TraceStructure : TraceStatistics
{
    /// <summary>The lengths of windows in which events are counted, in microseconds.</summary>
    public static IReadOnlyList<long> WindowLengths { get; } = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000];

    /// <summary>Fractions of the prefixes, counted from the busiest. <see cref="TopShares"/> gives the share of the events for each
    /// fraction.</summary>
    public static IReadOnlyList<double> TopParts { get; } = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5];

    /// <summary>The number of decades in <see cref="TraceStatistics.SameLags"/>: 1 to 9, 10 to 99, 100 to 999, 1,000 to 9,999
    /// events.</summary>
    public const int LagDecades = 4;

    /// <summary>Upper limits of the classes of <see cref="Downs"/> and <see cref="Ups"/> in seconds. The last class has no limit.</summary>
    public static IReadOnlyList<double> FlapSeconds { get; } = [0.1, 1, 10, 100, 1000, 10_000, 100_000, double.PositiveInfinity];

    /// <summary>The length of the trace in seconds, from the first event to the last event with a credible time.</summary>
    public required double Seconds { get; init; }

    public required EventKinds Kinds { get; init; }
    public long Events => Kinds.Events;

    /// <summary>Events per second; 0 if all events have the same time.</summary>
    public double EventsPerSecond => Seconds > 0 ? Events / Seconds : 0;

    /// <summary>Whether times are finer than a second (BGP4MP_ET).</summary>
    public required bool HasMicroseconds { get; init; }

    /// <summary>The number of events with an earlier time than the previous event. Such events count as simultaneous with the previous
    /// event.</summary>
    public required long OutOfOrder { get; init; }

    /// <summary>The number of events whose time does not fit the times around it. Such events count as simultaneous with the previous
    /// event.</summary>
    public required long SetAside { get; init; }

    /// <summary>The longest time without an event, in seconds.</summary>
    public required double LongestPause { get; init; }

    /// <summary>The number of sessions that ended. Once a session has ended, all paths of its peer count as new.</summary>
    public required long SessionEnds { get; init; }

    /// <summary>Statistics of the events per window, in the order of <see cref="WindowLengths"/>.</summary>
    public required IReadOnlyList<WindowCounts> Windows { get; init; }

    /// <summary>The busiest prefixes' share of the events, for each of <see cref="TopParts"/>.</summary>
    public required IReadOnlyList<double> TopShares { get; init; }

    /// <summary>Slope of log(events of a prefix) over log(rank of the prefix), from rank 10 to the middle rank.</summary>
    public required double RankSlope { get; init; }

    /// <summary>Counts withdrawn paths by the time from withdrawal to return, in the classes of <see cref="FlapSeconds"/>.</summary>
    public required IReadOnlyList<long> Downs { get; init; }

    /// <summary>Counts returned paths by the time from return to the next withdrawal, in the classes of
    /// <see cref="FlapSeconds"/>.</summary>
    public required IReadOnlyList<long> Ups { get; init; }

    /// <summary>For each prefix length, 0 to 128, the share of the trace's prefixes.</summary>
    public required IReadOnlyList<double> Lengths { get; init; }

    public double WithdrawalShare => Kinds.AllWithdrawals / (double)Math.Max(Events, 1);
    public double DuplicateShare => Kinds.Duplicates / (double)Math.Max(Events, 1);

    /// <summary>Measures the events of one family. The files may be in any order, and are read twice if some times are
    /// not credible.</summary>
    /// <exception cref="IOException">Thrown if a file cannot be read.</exception>
    public static TraceStructure Measure(IReadOnlyList<TraceFile> files, Family family, DamageLog damage)
    {
        var clock = new TraceClock();
        files = TraceOrder.Sort(files, damage);
        var meter = Read(files, family, clock, damage, damage);
        clock.Settle();
        if (!clock.IsPlain)
        {
            clock.Restart();
            meter = Read(files, family, clock, new DamageLog(), damage);
        }

        return meter.Finish(string.Join(", ", files.Select(file => file.Name)));
    }

    private static TraceMeter Read(IReadOnlyList<TraceFile> files, Family family, TraceClock clock, DamageLog damage, DamageLog times)
    {
        var meter = new TraceMeter(family, clock);
        foreach (var file in files)
            file.Read(clock, damage, times, meter.Of);
        return meter;
    }
}
