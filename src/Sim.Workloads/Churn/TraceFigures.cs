// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>The tolerance for a figure of a generated trace. A <c>Factor</c> above 0 is the largest ratio to the real trace's figure, in
/// either direction. If <c>Factor</c> is 0, <c>Absolute</c> is the largest difference from the real trace's figure. If both values are 0,
/// the figure is not compared.</summary>
public readonly record struct Nearness(double Absolute, double Factor)
{
    public static Nearness Within(double difference) => new(difference, 0);
    public static Nearness Times(double ratio) => new(0, ratio);
    public bool IsCompared => Absolute > 0 || Factor > 0;

    public bool Holds(double real, double made) => Factor > 0
        ? made <= real * Factor && made >= real / Factor
        : Math.Abs(made - real) <= Absolute;

    public override string ToString() => Factor > 0 ? $"x {Factor}" : Absolute > 0 ? $"+- {Absolute}" : "";
}

/// <summary>One figure of a trace's structure, with the group under which it is listed. The unit is empty for a share or a ratio.
/// <paramref name="Near"/> is the tolerance for the corresponding figure of a generated trace.</summary>
public sealed record TraceFigure(string Group, string Name, double Value, string Unit = "", Nearness Near = default);

/// <summary>Lists a trace's structure as figures, for display and for comparing a generated trace with a real trace.</summary>
public static class TraceFigures
{
    /// <summary>Returns the figures. All traces of a family have figures with the same names, in the same order.</summary>
    public static IReadOnlyList<TraceFigure> Of(TraceStructure trace) =>
        [.. Rate(trace), .. Bursts(trace), .. Concentration(trace), .. Kinds(trace), .. Flaps(trace), .. Peers(trace), .. Lengths(trace)];

    private static IEnumerable<TraceFigure> Rate(TraceStructure trace)
    {
        const string group = "rate";
        yield return new(group, "clock", trace.Seconds, "s");
        yield return new(group, "events", trace.Events);
        yield return new(group, "events a second", trace.EventsPerSecond, "1/s", Nearness.Times(1.5));
        yield return new(group, "longest pause", trace.LongestPause, "s");
        yield return new(group, "out of order", trace.OutOfOrder);
        yield return new(group, "times set aside", trace.SetAside);
        yield return new(group, "ends of sessions", trace.SessionEnds);
    }

    private static IEnumerable<TraceFigure> Bursts(TraceStructure trace)
    {
        foreach (var window in trace.Windows)
        {
            var group = $"events in {Span(window.Microseconds)}";
            // Windows shorter than a second say something only if times are finer than seconds.
            var seen = trace.HasMicroseconds || window.Microseconds >= 1_000_000;
            var second = window.Microseconds == 1_000_000;
            yield return new(group, "mean", window.Mean);
            // A trace of minutes has only a few windows of 100 s: too few to compare their spread.
            yield return new(group, "variance / mean", window.Dispersion, Near: seen && window.Microseconds <= 10_000_000 ? Nearness.Times(3) : default);
            yield return new(group, "median", window.Median, Near: second ? Nearness.Times(3) : default);
            yield return new(group, "90th percentile", window.P90, Near: second ? Nearness.Times(2) : default);
            yield return new(group, "99th percentile", window.P99, Near: second ? Nearness.Times(2) : default);
            yield return new(group, "most", window.Most);
        }

        for (var i = 0; i < trace.PairShares.Count; i++)
        {
            var seen = trace.HasMicroseconds || TraceStructure.WindowLengths[i + 1] >= 1_000_000;
            yield return new("two events of a window in the same tenth", $"of {Span(TraceStructure.WindowLengths[i])}", trace.PairShares[i],
                Near: seen ? Nearness.Within(0.1) : default);
        }
    }

    private static IEnumerable<TraceFigure> Concentration(TraceStructure trace)
    {
        const string group = "concentration";
        yield return new(group, "prefixes", trace.Prefixes, Near: Nearness.Times(1.35));
        yield return new(group, "prefixes times peers", trace.Pairs, Near: Nearness.Times(1.5));
        for (var i = 0; i < TraceStructure.TopParts.Count; i++)
        {
            var part = TraceStructure.TopParts[i];
            yield return new(group, $"share of the busiest {part * 100:0.#}%", trace.TopShares[i],
                Near: part is 0.01 or 0.05 or 0.1 ? Nearness.Within(0.2) : default);
        }

        yield return new(group, "slope of events over rank", trace.RankSlope, Near: Nearness.Within(0.5));
        for (var decade = 0; decade < TraceStructure.LagDecades; decade++)
        {
            var seen = trace.SameLags.Take(decade + 1).Sum() + trace.OtherLags.Take(decade + 1).Sum();
            yield return new(group, $"prefix seen within {Math.Pow(10, decade + 1):0} events", seen, Near: Nearness.Within(0.1));
        }
    }

    private static IEnumerable<TraceFigure> Kinds(TraceStructure trace)
    {
        const string group = "events by kind";
        double events = Math.Max(trace.Events, 1);
        var kinds = trace.Kinds;
        yield return new(group, "withdrawals", trace.WithdrawalShare, Near: Nearness.Within(0.03));
        yield return new(group, "duplicates", trace.DuplicateShare, Near: Nearness.Within(0.06));
        yield return new(group, "other attributes", kinds.AttributeChanges / events, Near: Nearness.Within(0.05));
        yield return new(group, "other path", kinds.PathChanges / events, Near: Nearness.Within(0.12));
        yield return new(group, "of these, next hop only", kinds.NextHopChanges / events);
        yield return new(group, "first of a path", (kinds.FirstAnnouncements + kinds.FirstWithdrawals) / events, Near: Nearness.Within(0.12));
        yield return new(group, "returns", (kinds.ReturnsSame + kinds.ReturnsOther) / events, Near: Nearness.Within(0.03));
        yield return new(group, "of these, as it was", kinds.ReturnsSame / events, Near: Nearness.Within(0.03));
        yield return new(group, "withdrawn again", kinds.WithdrawalsAgain / events);
    }

    private static IEnumerable<TraceFigure> Flaps(TraceStructure trace)
    {
        double downs = Math.Max(trace.Downs.Sum(), 1);
        double ups = Math.Max(trace.Ups.Sum(), 1);
        yield return new("flaps", "withdrawn and back", trace.Downs.Sum());
        for (var i = 0; i < TraceStructure.FlapSeconds.Count - 1; i++)
        {
            var within = $"within {TraceStructure.FlapSeconds[i]:0.#} s";
            var compared = TraceStructure.FlapSeconds[i] is >= 1 and <= 100 ? Nearness.Within(0.2) : default;
            yield return new("flaps", $"back {within}", trace.Downs.Take(i + 1).Sum() / downs, Near: compared);
            yield return new("flaps", $"gone again {within}", trace.Ups.Take(i + 1).Sum() / ups);
        }
    }

    private static IEnumerable<TraceFigure> Peers(TraceStructure trace)
    {
        const string group = "BGP peers";
        yield return new(group, "peers", trace.PeerShares.Count, Near: Nearness.Times(1.2));
        yield return new(group, "share of the busiest", trace.PeerShares.Count == 0 ? 0 : trace.PeerShares[0], Near: Nearness.Within(0.05));
        yield return new(group, "share of the busiest five", trace.PeerShares.Take(5).Sum(), Near: Nearness.Within(0.08));
        yield return new(group, "same peer as the event before", trace.SamePeer, Near: Nearness.Within(0.1));
    }

    private static IEnumerable<TraceFigure> Lengths(TraceStructure trace)
    {
        const string group = "prefix lengths";
        var usual = trace.Family == Family.IPv4 ? 24 : 48;
        // IPv6 traces hold prefixes of links (/126 and so on) that are in no table.
        var mean = trace.Lengths.Select((share, length) => share * length).Sum();
        yield return new(group, "mean", mean, "bits", trace.Family == Family.IPv4 ? Nearness.Within(1) : default);
        yield return new(group, $"/{usual}", trace.Lengths[usual], Near: Nearness.Within(0.15));
    }

    private static string Span(long microseconds) => microseconds >= 1_000_000 ? $"{microseconds / 1_000_000} s" : $"{microseconds / 1000} ms";

    /// <summary>Returns a remark if one pause of an hour or more takes nearly all of a trace's time; else null. The trace does not show
    /// whether the pause is real or one record's time is wrong. The trace's length and the pause are in seconds.</summary>
    public static string? PauseRemark(string source, double seconds, double pause) => pause < 3600 || pause < 0.9 * seconds ? null
        : $"{source}: one pause of {pause:N0} s takes nearly all of the trace's {seconds:N0} s. The pause decides the trace's rate, and speeds relative to the trace's clock";
}
