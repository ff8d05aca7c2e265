// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Churn;

/// <summary>What became of a BGP peer's path to a prefix, for each event: the sum is the number of events.</summary>
public sealed record EventKinds
{
    /// <summary>Announcements of a path of which the trace had said nothing before.</summary>
    public long FirstAnnouncements { get; internal set; }

    /// <summary>Withdrawals of a path of which the trace had said nothing before.</summary>
    public long FirstWithdrawals { get; internal set; }

    /// <summary>
    /// Announcements equal to the one before of that peer and prefix, in AS path, next hop, ORIGIN, MED and LOCAL_PREF.
    /// Communities are not compared.
    /// </summary>
    public long Duplicates { get; internal set; }

    /// <summary>Same AS path and next hop, but another ORIGIN, MED or LOCAL_PREF.</summary>
    public long AttributeChanges { get; internal set; }

    /// <summary>Another AS path or next hop.</summary>
    public long PathChanges { get; internal set; }

    /// <summary>Of these, the ones with the same AS path.</summary>
    public long NextHopChanges { get; internal set; }

    /// <summary>Withdrawals of a path that the trace had announced.</summary>
    public long Withdrawals { get; internal set; }

    /// <summary>Withdrawals of what is withdrawn.</summary>
    public long WithdrawalsAgain { get; internal set; }

    /// <summary>A withdrawn path is announced as it was: a flap.</summary>
    public long ReturnsSame { get; internal set; }

    /// <summary>A withdrawn path comes back as another one.</summary>
    public long ReturnsOther { get; internal set; }

    public long Events => FirstAnnouncements + FirstWithdrawals + Duplicates + AttributeChanges + PathChanges + Withdrawals
        + WithdrawalsAgain + ReturnsSame + ReturnsOther;

    public long AllWithdrawals => FirstWithdrawals + Withdrawals + WithdrawalsAgain;
}

/// <summary>
/// How the events of a trace of updates are spread over time, prefixes and BGP peers. Measured in one reading; memory: an
/// entry for each prefix and for each prefix of a peer that the trace speaks of.
/// </summary>
public sealed record TraceStructure
{
    /// <summary>The lengths of windows in which events are counted, in microseconds.</summary>
    public static IReadOnlyList<long> WindowLengths { get; } = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000];

    /// <summary>The shares of the busiest prefixes for which <see cref="TopShares"/> gives their share of the events.</summary>
    public static IReadOnlyList<double> TopParts { get; } = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5];

    /// <summary>Decades of <see cref="SameLags"/>: 1 to 9, 10 to 99, 100 to 999, 1,000 to 9,999 events.</summary>
    public const int LagDecades = 4;

    /// <summary>Upper ends of the classes of <see cref="Downs"/> and <see cref="Ups"/> in seconds; the last class has none.</summary>
    public static IReadOnlyList<double> FlapSeconds { get; } = [0.1, 1, 10, 100, 1000, 10_000, 100_000, double.PositiveInfinity];

    /// <summary>The files' names.</summary>
    public required string Source { get; init; }

    public required Family Family { get; init; }

    /// <summary>From the first event to the last whose time is believed.</summary>
    public required double Seconds { get; init; }

    public required EventKinds Kinds { get; init; }

    public long Events => Kinds.Events;

    /// <summary>0 where all events are of one instant: there is no rate then.</summary>
    public double EventsPerSecond => Seconds > 0 ? Events / Seconds : 0;

    /// <summary>Whether times are finer than a second (BGP4MP_ET).</summary>
    public required bool HasMicroseconds { get; init; }

    /// <summary>Times before that of the event before; they were taken to be simultaneous with it.</summary>
    public required long OutOfOrder { get; init; }

    /// <summary>Times that do not fit those around them, which are damage; the events count as simultaneous with the event before.</summary>
    public required long SetAside { get; init; }

    /// <summary>The longest time without an event, in seconds.</summary>
    public required double LongestPause { get; init; }

    /// <summary>Ends of sessions. What a peer sends afterwards counts as if it had sent nothing before.</summary>
    public required long SessionEnds { get; init; }

    /// <summary>Counts in windows, in the order of <see cref="WindowLengths"/>.</summary>
    public required IReadOnlyList<WindowCounts> Windows { get; init; }

    /// <summary>
    /// How far the counts of the longest windows spread beyond chance: E[n (n - 1)] / E[n]^2 - 1, the squared coefficient of
    /// variation of their rate.
    /// </summary>
    public required double Variation { get; init; }

    /// <summary>
    /// Of two events in one window, how probable it is that they lie in the same tenth of it: from each of
    /// <see cref="WindowLengths"/> to the next. 0.1 without bursts, 1 where all is one burst.
    /// </summary>
    public required IReadOnlyList<double> PairShares { get; init; }

    /// <summary>Prefixes that the trace speaks of.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Pairs of peer and prefix that the trace speaks of.</summary>
    public required int Pairs { get; init; }

    /// <summary>Share of the events of the busiest prefixes, for each of <see cref="TopParts"/>.</summary>
    public required IReadOnlyList<double> TopShares { get; init; }

    /// <summary>Slope of the logarithm of a prefix's events over that of its rank, from the tenth to the middle.</summary>
    public required double RankSlope { get; init; }

    /// <summary>Share of the events of each BGP peer, the busiest first.</summary>
    public required IReadOnlyList<double> PeerShares { get; init; }

    /// <summary>Share of the events that come from the same peer as the one before.</summary>
    public required double SamePeer { get; init; }

    /// <summary>
    /// Share of the events whose prefix had its last event so many events ago, by decades, and from the same peer. What these
    /// and <see cref="OtherLags"/> leave over is prefixes that are new, or that were last heard of longer ago.
    /// </summary>
    public required IReadOnlyList<double> SameLags { get; init; }

    /// <summary>The same where the last event was from another peer.</summary>
    public required IReadOnlyList<double> OtherLags { get; init; }

    /// <summary>How long paths were withdrawn until they came back: counts in the classes of <see cref="FlapSeconds"/>.</summary>
    public required IReadOnlyList<long> Downs { get; init; }

    /// <summary>How long paths that had come back lasted until they were withdrawn again.</summary>
    public required IReadOnlyList<long> Ups { get; init; }

    /// <summary>Share of the trace's prefixes of each length, 0 to 128.</summary>
    public required IReadOnlyList<double> Lengths { get; init; }

    public double WithdrawalShare => Kinds.AllWithdrawals / (double)Math.Max(Events, 1);

    /// <summary>Duplicates of all events.</summary>
    public double DuplicateShare => Kinds.Duplicates / (double)Math.Max(Events, 1);

    /// <summary>Measures a trace. It is read a second time if some of its times cannot be believed.</summary>
    /// <param name="files">In order of time; otherwise they are brought into it.</param>
    /// <param name="family">The family to look at.</param>
    /// <param name="damage">Where damage is logged, that of the clock too.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TraceStructure Measure(IReadOnlyList<TraceFile> files, Family family, DamageLog damage)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(damage);
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

    private static TraceMeter Read(
        IReadOnlyList<TraceFile> files, Family family, TraceClock clock, DamageLog damage, DamageLog times)
    {
        var meter = new TraceMeter(family, clock);
        foreach (var file in files)
        {
            using var content = file.Open();
            clock.Open(file.Name, times);
            var reader = new MrtReader(content, file.Name, damage);
            var handler = meter.Of(reader.Peers);
            reader.Read(ref handler);
        }

        return meter;
    }
}
