// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Churn;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Sim.Workloads.Tests.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Churn;

public sealed class ChurnTraceTests
{
    private const string Trace = "mrt/morrowc-updates.20260222.1530.bz2";

    private sealed record Event(int Prefix, int Peer, int Length, int Hop);

    private static readonly Gen<Event> Events =
        from prefix in Gen.Int[0, 3]
        from peer in Gen.Int[0, 3]
        from length in Gen.Int[0, 4]
        from hop in Gen.Int[0, 2]
        select new Event(prefix, peer, length, hop);

    /// <summary>The sum is that of the file's 111,057 announcements and 7,606 withdrawals.</summary>
    [Fact]
    public void The_2026_trace_seeded_by_itself_becomes_these_inserts_moves_deletes_and_no_ops()
    {
        using var trace = Compile(SharedData.File(Trace), peers: 64);
        var counts = trace.Counts;
        Assert.Equal((111_057, 7_606), (counts.Announcements, counts.Withdrawals));
        Assert.Equal(
            (217, 11_587, 267, 106_592), (counts.Inserts, counts.Moves, counts.Deletes, counts.NoOps));
        Assert.Equal(118_663, counts.Events);
        Assert.Equal(counts.Changes, trace.Changes.Count);
        Assert.Equal(7_839, trace.Start.Count);
    }

    [Fact]
    public void Every_change_of_the_2026_trace_begins_where_the_binding_stands()
    {
        using var trace = Compile(SharedData.File(Trace), peers: 5);
        var empty = new RouteTable("none", Family.IPv4, [], []);
        var table = StartingTable.Build(empty, [], trace);
        var model = new BindingModel(table);
        model.Apply(trace.Changes);
        Assert.Equal(table.Prefixes.Length + trace.Counts.Inserts - trace.Counts.Deletes, model.Count);
        Assert.True(trace.Counts.SamePeer > 0, "20 neighbours share 5 peers");
        Assert.InRange(trace.Seconds, 890, 900);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_session_reset_deletes_the_whole_table_and_inserts_it_again(Family family)
    {
        var made = MadeFiles.Of(family == Family.IPv4 ? "session-reset-4" : "session-reset-6");
        using var trace = ChurnTrace.Compile(
            [new TraceFile(made.Name, () => new MemoryStream(made.Content))], family, BestPathRule.Default, new TraceRouter(8), new DamageLog());
        var counts = trace.Counts;
        Assert.Equal((4000, 0, 2000), (counts.Announcements, counts.Withdrawals, counts.SessionLosses));
        Assert.Equal((2000, 0, 2000, 2000), (counts.Inserts, counts.Moves, counts.Deletes, counts.NoOps));
    }

    /// <summary>A length of 0 withdraws; others announce with a path as long.</summary>
    [Fact, Property]
    public void Any_trace_gives_the_changes_that_a_list_of_paths_searched_from_end_to_end_gives() =>
        Events.Array[0, 40].Check(events =>
        {
            byte[] file = [.. events.SelectMany(Of)];
            using var trace = ChurnTrace.Compile(
                [new TraceFile("made", () => new MemoryStream(file))], Family.IPv4, BestPathRule.Default, new TraceRouter(100), new DamageLog());
            var model = new SlowModel(events);
            Assert.Equal(model.Start, Named(trace.Start, model));
            Assert.Equal(model.Changes, trace.Changes.Select(change => (change.Prefix, model.Name(change.OldPeer), model.Name(change.NewPeer))));
            Assert.Equal(events.Length, trace.Counts.Events);
        }, iter: 1000);

    [Fact]
    public void A_session_that_ends_takes_its_paths_along_and_the_next_best_take_over()
    {
        byte[] down = Record(MrtTypes.Bgp4mp, MrtTypes.StateChangeAs4,
            [.. U32(1), .. U32(65000), .. U16(0), .. U16(1), .. Address("192.0.2.1"), .. Address("192.0.2.10"), .. U16(6), .. U16(1)]);
        byte[] file = [.. Announced(0, 1, 1, 1), .. Announced(0, 2, 3, 2), .. Announced(1, 1, 1, 1), .. down];
        using var trace = ChurnTrace.Compile(
            [new TraceFile("made", () => new MemoryStream(file))], Family.IPv4, BestPathRule.Default, new TraceRouter(2), new DamageLog());
        // As the trace goes round, it begins with what the second neighbour has.
        Assert.Equal((1, 2, 1, 1), (trace.Counts.Inserts, trace.Counts.Moves, trace.Counts.Deletes, trace.Counts.NoOps));
        Assert.Equal(2, trace.Counts.SessionLosses);
    }

    [Fact]
    public void A_table_gets_what_the_trace_begins_with_and_loses_what_it_does_not()
    {
        // 10.0.0.0/8 is withdrawn unannounced, 11/8 announced and withdrawn, 12/8 announced only.
        byte[] file = [.. Withdrawn(0, 1), .. Announced(1, 1, 2, 1), .. Withdrawn(1, 1), .. Announced(2, 1, 2, 1)];
        using var trace = ChurnTrace.Compile(
            [new TraceFile("made", () => new MemoryStream(file))], Family.IPv4, BestPathRule.Default, new TraceRouter(2), new DamageLog());
        Prefix[] prefixes = [Prefix.Parse("11.0.0.0/8"), Prefix.Parse("12.0.0.0/8"), Prefix.Parse("192.0.2.0/24")];
        var table = new RouteTable("made", Family.IPv4, [.. prefixes.Select(prefix => new Route(prefix, 0, 0))], ["198.18.0.1"]);
        var start = StartingTable.Build(table, [1, 1, 1], trace);
        Assert.Equal(["12.0.0.0/8 0", "192.0.2.0/24 1", "10.0.0.0/8 0"], start.Prefixes.Zip(start.Peers, (prefix, peer) => $"{prefix} {peer}"));
        Assert.Equal((3, 1, 1), (start.Seeded, start.Added, start.LeftOut));
        Assert.Equal(1, trace.Counts.AssumedPaths);
    }

    private static ChurnTrace Compile(string path, int peers) => ChurnTrace.Compile(
        [new TraceFile(path, () => CompressedInput.Open(File.OpenRead(path)))], Family.IPv4, BestPathRule.Default, new TraceRouter(peers), new DamageLog());

    private static byte[] Of(Event happened) => happened.Length == 0
        ? Withdrawn(happened.Prefix, happened.Peer)
        : Announced(happened.Prefix, happened.Peer, happened.Length, happened.Hop);

    private static byte[] Announced(int prefix, int peer, int length, int hop) =>
        Message(MrtTypes.MessageAs4, Update(
            [],
            [.. Attribute(1, 0), .. Attribute(2, Sequence([.. Enumerable.Range(1, length).Select(at => (uint)at)])), .. Attribute(3, Address($"198.18.0.{hop}"))],
            Nlri($"{10 + prefix}.0.0.0/8")), $"192.0.2.{peer}", 1);

    private static byte[] Withdrawn(int prefix, int peer) =>
        Message(MrtTypes.MessageAs4, Update(Nlri($"{10 + prefix}.0.0.0/8"), [], []), $"192.0.2.{peer}", 1);

    private static Dictionary<Prefix, string> Named(IReadOnlyDictionary<Prefix, int> start, SlowModel model) =>
        start.ToDictionary(bound => bound.Key, bound => model.Name(bound.Value));

    /// <summary>Paths in a list; the trace is gone through twice.</summary>
    private sealed class SlowModel
    {
        private readonly List<(int Prefix, int Peer, int Rank, string Hop)> _paths = [];
        private readonly List<int> _peers = [];
        private readonly List<string> _hops = [];

        public SlowModel(Event[] events)
        {
            var usual = new Dictionary<int, string>();
            var unannounced = new List<Event>();
            foreach (var (happened, at) in events.Select((happened, at) => (happened, at)))
            {
                if (!_peers.Contains(happened.Peer))
                    _peers.Add(happened.Peer);
                if (happened.Length > 0)
                    usual[happened.Peer] = $"198.18.0.{happened.Hop}";
                else if (!events[..at].Any(before => (before.Prefix, before.Peer) == (happened.Prefix, happened.Peer)))
                    unannounced.Add(happened);
                Apply(happened);
            }

            foreach (var happened in unannounced.Where(gone => !_paths.Any(path => (path.Prefix, path.Peer) == (gone.Prefix, gone.Peer))))
                _paths.Add((happened.Prefix, happened.Peer, 1000, usual.GetValueOrDefault(happened.Peer, $"192.0.2.{happened.Peer}")));
            // Neighbours are numbered as the prefixes that first had a path bring them up.
            var known = new List<int>();
            foreach (var happened in events.Where(happened => happened.Length > 0).Concat(unannounced))
            {
                if (!known.Contains(happened.Prefix))
                    known.Add(happened.Prefix);
            }

            foreach (var prefix in known)
                Start[PrefixOf(prefix)] = Number(Best(prefix));
            foreach (var happened in events)
            {
                var before = Best(happened.Prefix);
                Apply(happened);
                var after = Best(happened.Prefix);
                if (before != after)
                    Changes.Add((PrefixOf(happened.Prefix), Number(before), Number(after)));
            }
        }

        public Dictionary<Prefix, string> Start { get; } = [];

        public List<(Prefix, string, string)> Changes { get; } = [];

        /// <summary>The neighbour behind a WireGuard peer, as there is one for each.</summary>
        public string Name(int peer) => peer == BindingChange.NoPeer ? "none" : _hops[peer];

        private static Prefix PrefixOf(int number) => Prefix.Parse($"{10 + number}.0.0.0/8");

        private string Number(string hop)
        {
            if (hop != "none" && !_hops.Contains(hop))
                _hops.Add(hop);
            return hop;
        }

        private string Best(int prefix)
        {
            var paths = _paths.Where(path => path.Prefix == prefix).OrderBy(path => path.Rank).ThenBy(path => _peers.IndexOf(path.Peer)).ToList();
            return paths.Count == 0 ? "none" : paths[0].Hop;
        }

        private void Apply(Event happened)
        {
            _paths.RemoveAll(path => (path.Prefix, path.Peer) == (happened.Prefix, happened.Peer));
            if (happened.Length > 0)
                _paths.Add((happened.Prefix, happened.Peer, happened.Length, $"198.18.0.{happened.Hop}"));
        }
    }
}
