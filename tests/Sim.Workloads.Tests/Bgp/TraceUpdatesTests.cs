// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Bgp;
using Sim.Workloads.Churn;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tests.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Bgp;

public sealed class TraceUpdatesTests : IDisposable
{
    private const ulong Beacon = 1UL << 63, Micro = (1UL << 48) - 1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sim-trace-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Family.IPv4, 5)]
    [InlineData(Family.IPv6, 5)]
    [InlineData(Family.IPv4, 12)]
    [InlineData(Family.IPv6, 12)]
    public void The_busiest_peers_speak_and_the_prefixes_at_the_end_are_those_of_a_list_of_holders(Family family, int peers)
    {
        var table = TableGenerator.Generate(family, 200, 3);
        var content = Trace(family, table, peers);
        var made = Table(table);
        var trace = new TraceUpdates(made);
        trace.Write([new TraceFile("made", () => new MemoryStream(content))], new DamageLog());

        var lines = MrtBytes.Read(content).Lines;
        var chosen = lines.GroupBy(line => line.PeerAs).OrderByDescending(peer => peer.Count()).Take(8).Select(peer => peer.Key).ToList();
        var holders = table.Routes.Select((route, place) => (route.Prefix.ToString(), new HashSet<uint> { 65_001u + (uint)place % 8 })).ToDictionary();
        var spoken = Enumerable.Range(0, 8).Select(speaker => Spoken(speaker).FindAll(line => line.Time < Beacon)).ToList();
        foreach (var line in lines.Where(line => chosen.Contains(line.PeerAs)))
        {
            var speaker = chosen.IndexOf(line.PeerAs);
            Assert.Equal((line.Kind, line.What), (spoken[speaker][0].Line.Kind, spoken[speaker][0].Line.What));
            Assert.Equal(Micros(line.Time) - Micros(lines[0].Time), spoken[speaker][0].Time);
            if (line.Kind == "A")
                Assert.Equal($"{65_001 + speaker} {line.Path.Replace("65000", "23456", StringComparison.Ordinal)}", spoken[speaker][0].Line.Path);
            spoken[speaker].RemoveAt(0);
            if (!holders.TryGetValue(line.What, out var of))
                holders.Add(line.What, of = []);
            if (line.Kind == "A")
                of.Add(65_001u + (uint)speaker);
            else
                of.Remove(65_001u + (uint)speaker);
        }

        Assert.All(spoken, Assert.Empty);
        Assert.Equal(holders.Values.Count(of => of.Count > 0) + TraceUpdates.Beacons, trace.Prefixes);
        Assert.Equal(lines.Count(line => chosen.Contains(line.PeerAs)), trace.Changes);
        Assert.Contains($"prefixes {trace.Prefixes}\n", File.ReadAllText(Path.Combine(_folder.FullName, "trace")), StringComparison.Ordinal);
        Assert.Contains($"peers {Math.Min(peers, 8)}\n", File.ReadAllText(Path.Combine(_folder.FullName, "trace")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Family.IPv4, "198.18.0.0/24", "198.19.239.0/24")]
    [InlineData(Family.IPv6, "2001:2::/64", "2001:2:0:1ef::/64")]
    public void Beacons_are_spread_over_the_trace_in_turn_and_each_speakers_last_one_ends_its_file(Family family, string first, string last)
    {
        var table = TableGenerator.Generate(family, 200, 3);
        var made = Table(table);
        var trace = new TraceUpdates(made);
        trace.Write([new TraceFile("made", () => new MemoryStream(Trace(family, table, 5)))], new DamageLog());
        var beacons = new SortedDictionary<ulong, SpokenLine>();
        for (var speaker = 0; speaker < 8; speaker++)
        {
            var spoken = Spoken(speaker);
            Assert.Equal(spoken.Select(line => line.Time & Micro), spoken.Select(line => line.Time & Micro).Order());
            Assert.True(spoken[^1].Time >= Beacon, "the last line is a beacon");
            foreach (var line in spoken.Where(line => line.Time >= Beacon))
            {
                var number = line.Time >> 48 & 0x7FFF;
                Assert.Equal(speaker, (int)number % 8);
                beacons.Add(number, line);
            }
        }

        Assert.Equal((TraceUpdates.Beacons, first, last), (beacons.Count, beacons[0].Line.What, beacons[TraceUpdates.Beacons - 1].Line.What));
        var times = beacons.Values.Select(line => (long)(line.Time & Micro)).ToList();
        Assert.Equal(times.Order(), times);
        Assert.All(times.TakeLast(8), time => Assert.Equal(trace.Microseconds, time));
        Assert.InRange(times[TraceUpdates.Beacons / 2], trace.Microseconds / 3, trace.Microseconds * 2 / 3);
    }

    [Fact]
    public void A_real_trace_keeps_all_changes_of_its_eight_busiest_peers()
    {
        var made = Table(TableGenerator.Generate(Family.IPv4, 1000, 3));
        var trace = new TraceUpdates(made);
        trace.Write([new TraceFile("2026", () => CompressedInput.Open(File.OpenRead(SharedData.File("mrt/morrowc-updates.20260222.1530.bz2"))))], new DamageLog());
        var changes = Enumerable.Range(0, 8).Sum(speaker => Spoken(speaker).Count(line => line.Time < Beacon));
        Assert.Equal(trace.Changes, changes);
        Assert.InRange(trace.Microseconds / 1e6, 890, 900);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_trace_without_a_change_of_the_family_is_refused(Family family)
    {
        var made = Table(TableGenerator.Generate(family, 200, 3));
        var other = family == Family.IPv4 ? Family.IPv6 : Family.IPv4;
        var content = Trace(other, TableGenerator.Generate(other, 200, 3), 3);
        var error = Assert.Throws<InvalidDataException>(() => new TraceUpdates(made).Write([new TraceFile("made", () => new MemoryStream(content))], new DamageLog()));
        Assert.Equal($"made: no change of an IPv{(int)family} prefix", error.Message);
    }

    private TableUpdates Table(RouteTable table)
    {
        var made = new TableUpdates(table, 10_000, 1, _folder.FullName);
        made.Write(null, "list", BestPathRule.Default, TestContext.Current.CancellationToken);
        return made;
    }

    /// <summary>Changes of prefixes inside and outside the table. Peer 0 has most, and each further peer fewer.</summary>
    private static byte[] Trace(Family family, RouteTable table, int peers)
    {
        using var content = new MemoryStream();
        var random = new Rng(5);
        var others = TableGenerator.Generate(family, 400, 9);
        using (var writer = new MrtUpdateWriter(content, 1))
        {
            for (var at = 0; at < 3000; at++)
            {
                var prefix = random.Below(2) == 0 ? table.Routes[random.Below(200)].Prefix : others.Routes[random.Below(400)].Prefix;
                writer.Write(new RouteUpdate(1_700_000_000_000_000 + at * 10_000L, prefix, Math.Min(random.Below(peers), random.Below(peers)), random.Below(3) > 0));
            }
        }

        return content.ToArray();
    }

    private List<SpokenLine> Spoken(int speaker) => Speakers.Read(Path.Combine(_folder.FullName, "tunnel", $"{speaker + 1}.trace"), timed: true);

    private static ulong Micros(string time) => (ulong)(decimal.Parse(time, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000);
}
