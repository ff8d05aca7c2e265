// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>A calibration that comes with the program: its name on the command line, and its statistics by family.</summary>
public sealed record KnownCalibration(string Name, TraceCalibration? V4, TraceCalibration? V6)
{
    public TraceCalibration? Of(Family family) => family == Family.IPv4 ? V4 : V6;
}

/// <summary>Calibrations that come with the program: the results of <see cref="TraceCalibration.Of"/> for the traces
/// named, to four digits. The tests measure the traces again.</summary>
public static class TraceCalibrations
{
    /// <summary>RouteViews, 2026-02-22 15:30 UTC, 900 s, 20 peers (CC BY 4.0): bgpdump counts 111,057 announcements and 7,606
    /// withdrawals.</summary>
    public static TraceCalibration RouteViews2026 { get; } = new()
    {
        Source = "RouteViews, 900 s of 2026-02-22", Family = Family.IPv4, EventsPerSecond = 131.87, Events = 118663,
        Prefixes = 7839, Pairs = 23535, Variation = 0.08042, PairShares = [0.1182, 0.2142, 0.4224, 0.5473],
        PeerShares = [0.1072, 0.07994, 0.07875, 0.07626, 0.07606, 0.0727, 0.06368, 0.05771, 0.05501, 0.05277, 0.05266,
            0.05232, 0.04665, 0.04544, 0.04341, 0.01977, 0.01217, 0.004525, 0.00177, 0.001239],
        SamePeer = 0.8404, SameLags = [0.03217, 0.06704, 0.04389, 0.04927],
        OtherLags = [0.08996, 0.2307, 0.2863, 0.09452], FirstWithdrawals = 0.04117, Withdrawals = 0.0741,
        Duplicates = 0.2667, AttributeChanges = 0.0533, Returns = 0.0469, SameReturns = 0.211,
        Downs = [0.09164, 0.2637, 0.05206, 0.2365, 0.08769, 0, 0, 0],
        Lengths = [(12, 0.0001276), (13, 0.0005103), (14, 0.0007654), (15, 0.0006378), (16, 0.01174), (17, 0.009185),
            (18, 0.02679), (19, 0.031), (20, 0.0449), (21, 0.05766), (22, 0.08815), (23, 0.08802), (24, 0.6405)],
    };

    /// <summary>RIPE RIS, 2016-08-11 16:00 UTC, 300 s, 19 peers with IPv4, in whole seconds (bgpdump's test data).</summary>
    public static TraceCalibration Ris2016V4 { get; } = new()
    {
        Source = "RIPE RIS, 300 s of 2016-08-11", Family = Family.IPv4, EventsPerSecond = 114.8, Events = 34326,
        Prefixes = 1623, Pairs = 15391, Variation = 0.08615, PairShares = [0.1314, 0.1931, 0.4224, 0.5473],
        PeerShares = [0.1286, 0.07933, 0.07915, 0.07391, 0.06846, 0.06534, 0.06243, 0.05631, 0.0488, 0.04655, 0.04553,
            0.03945, 0.03872, 0.03639, 0.03615, 0.03371, 0.02977, 0.02957, 0.001777],
        SamePeer = 0.8855, SameLags = [0.04361, 0.0562, 0.01745, 0.007079],
        OtherLags = [0.09861, 0.2245, 0.426, 0.07845], FirstWithdrawals = 0.02365, Withdrawals = 0.06941,
        Duplicates = 0.2191, AttributeChanges = 0.03853, Returns = 0.02613, SameReturns = 0.1438,
        Downs = [0.2766, 0, 0.1207, 0.1553, 0.002475, 0, 0, 0],
        Lengths = [(14, 0.001232), (15, 0.002465), (16, 0.03081), (17, 0.0573), (18, 0.04559), (19, 0.05853),
            (20, 0.1017), (21, 0.06654), (22, 0.1337), (23, 0.07455), (24, 0.4245), (32, 0.003081)],
    };

    /// <summary>The IPv6 part of the file of <see cref="Ris2016V4"/>: 17 peers with IPv6, and only 94 prefixes.</summary>
    public static TraceCalibration Ris2016V6 { get; } = new()
    {
        Source = "RIPE RIS, 300 s of 2016-08-11", Family = Family.IPv6, EventsPerSecond = 23.03, Events = 6886,
        Prefixes = 94, Pairs = 928, Variation = 0.008333, PairShares = [0.1077, 0.1509, 0.4224, 0.5473],
        PeerShares = [0.15, 0.1448, 0.1343, 0.1223, 0.0774, 0.05155, 0.04226, 0.03906, 0.03703, 0.03616, 0.03514,
            0.03514, 0.03267, 0.02672, 0.02048, 0.01176, 0.003195],
        SamePeer = 0.6037, SameLags = [0.113, 0.02919, 0.006245, 0.0005809],
        OtherLags = [0.3731, 0.3699, 0.09134, 0.00305], FirstWithdrawals = 0.04741, Withdrawals = 0.05212,
        Duplicates = 0.1817, AttributeChanges = 0.02729, Returns = 0.04052, SameReturns = 0.2186,
        Downs = [0.3059, 0, 0.1118, 0.3529, 0.05, 0, 0, 0],
        Lengths = [(29, 0.01064), (32, 0.266), (33, 0.02128), (34, 0.02128), (35, 0.01064), (38, 0.01064),
            (40, 0.01064), (44, 0.05319), (46, 0.04255), (48, 0.5532)],
    };

    /// <summary>An IPv6 trace, 2015-10-09 12:30 UTC, 900 s, 27 peers, in whole seconds (test data of the Haskell MRT parser).</summary>
    public static TraceCalibration V6Of2015 { get; } = new()
    {
        Source = "900 s of 2015-10-09", Family = Family.IPv6, EventsPerSecond = 28.49, Events = 25642, Prefixes = 392,
        Pairs = 2114, Variation = 0.01539, PairShares = [0.1322, 0.289, 0.4224, 0.5473],
        PeerShares = [0.1496, 0.1427, 0.1427, 0.1317, 0.0617, 0.03814, 0.03631, 0.03549, 0.03451, 0.03065, 0.02983,
            0.02703, 0.02274, 0.01806, 0.0133, 0.01143, 0.0103, 0.00975, 0.00975, 0.009087, 0.007371, 0.00624, 0.006084,
            0.006084, 0.005889, 0.003432, 0.000156],
        SamePeer = 0.7257, SameLags = [0.05686, 0.03888, 0.08677, 0.02757],
        OtherLags = [0.3531, 0.2448, 0.168, 0.008034], FirstWithdrawals = 0.07379, Withdrawals = 0.08556,
        Duplicates = 0.1582, AttributeChanges = 0.03231, Returns = 0.0679, SameReturns = 0.6083,
        Downs = [0.1698, 0, 0.08762, 0.5772, 0.02723, 0, 0, 0],
        Lengths = [(29, 0.01531), (30, 0.002551), (31, 0.002551), (32, 0.176), (33, 0.01786), (34, 0.007653),
            (36, 0.02041), (40, 0.02296), (41, 0.002551), (42, 0.005102), (44, 0.03316), (46, 0.02041), (47, 0.005102),
            (48, 0.4362), (60, 0.01276), (64, 0.04847), (96, 0.002551), (125, 0.0102), (126, 0.1097), (127, 0.002551),
            (128, 0.04592)],
    };

    /// <summary>One full feed as G. Huston counts it (bgp.potaroo.net, a day of 2025): 722,489 IPv4 updates a day. Up to 40 % of the
    /// updates are duplicates, and 18,000 to 25,000 updates of both families together are withdrawals. All numbers not stated here are
    /// those of the 2026 trace.</summary>
    public static TraceCalibration FeedV4 { get; } = Feed(RouteViews2026, 722_489);

    /// <summary>The IPv6 counterpart of <see cref="FeedV4"/>: 270,380 updates a day. All numbers not stated here are those of the 2015
    /// trace.</summary>
    public static TraceCalibration FeedV6 { get; } = Feed(V6Of2015, 270_380);

    /// <summary>All calibrations. The first calibration of a family is that family's default.</summary>
    public static IReadOnlyList<KnownCalibration> All { get; } =
    [
        new("2026", RouteViews2026, null),
        new("2015", null, V6Of2015),
        new("2016", Ris2016V4, Ris2016V6),
        new("feed", FeedV4, FeedV6),
    ];

    private static TraceCalibration Feed(TraceCalibration rest, double aDay)
    {
        const double secondsOfDay = 86_400, updates = 722_489 + 270_380, withdrawals = 21_500;
        return rest with
        {
            Source = $"one full feed of 2025, {aDay:0} IPv{(int)rest.Family} updates a day",
            EventsPerSecond = aDay / secondsOfDay, PeerShares = [1], Duplicates = 0.4,
            Withdrawals = withdrawals / updates, Returns = withdrawals / updates,
        };
    }
}
