// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Bgp;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tests.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Bgp;

public sealed class TableUpdatesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sim-updates-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Family.IPv4, 600)]
    [InlineData(Family.IPv6, 600)]
    [InlineData(Family.IPv4, 100)]
    [InlineData(Family.IPv6, 100)]
    public void Each_prefix_of_a_dump_has_the_best_paths_attributes_at_its_speaker_and_a_longer_path_at_the_next(Family family, int most)
    {
        var table = TableGenerator.Generate(family, 500, 3);
        using var dump = new MemoryStream();
        MrtWriter.WriteDump([table], dump, new MrtDumpOptions { Peers = 7 }, cancel: TestContext.Current.CancellationToken);
        var best = new Dictionary<string, Line>();
        foreach (var line in MrtBytes.Read(dump.ToArray()).Lines)
        {
            // Entries of a prefix come in the order of their peers, and the first of the shortest paths is the best.
            if (!best.TryGetValue(line.What, out var known) || Length(line.Path) < Length(known.Path))
                best[line.What] = line;
        }

        var made = new TableUpdates(table, most, 1, _folder.FullName);
        made.Write(() => new MemoryStream(dump.ToArray()), "dump", BestPathRule.Default, TestContext.Current.CancellationToken);
        var prefixes = File.ReadAllLines(In("list"));
        Assert.Equal((Math.Min(most, 500), made.Prefixes), (prefixes.Length, made.WithAttributes));
        foreach (var (folder, hop) in family == Family.IPv4 ? [("tunnel", "172.16.0."), ("dummy", "172.17.0.")] : new[] { ("tunnel", "fd00::"), ("dummy", "fd01::") })
        {
            var own = Lines(folder, "own");
            for (var place = 0; place < prefixes.Length; place++)
            {
                var (speaker, sent) = own[prefixes[place]];
                Assert.Equal(place % 8, speaker);
                Assert.Equal($"{hop}{speaker + 2}", sent.NextHop);
                Assert.Equal($"{65_001 + speaker} {best[prefixes[place]].Path.Replace("65000", "23456", StringComparison.Ordinal)}", sent.Path);
                Assert.Equal((best[prefixes[place]].Origin, best[prefixes[place]].Med), (sent.Origin, sent.Med));
            }
        }

        Assert.False(File.Exists(In("dummy/1.backup")));
        HoldsBackups(prefixes, prepended: 4);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_list_gets_drawn_attributes_that_a_seed_repeats(Family family)
    {
        var table = TableGenerator.Generate(family, 300, 3);
        var made = new TableUpdates(table, 300, 1, _folder.FullName);
        made.Write(null, "list", BestPathRule.Default, TestContext.Current.CancellationToken);
        Assert.Equal((300, 0), (made.Prefixes, made.WithAttributes));
        HoldsBackups(File.ReadAllLines(In("list")), prepended: 4);
        var again = _folder.CreateSubdirectory("again");
        new TableUpdates(table, 300, 1, again.FullName).Write(null, "list", BestPathRule.Default, TestContext.Current.CancellationToken);
        Assert.Equal(File.ReadAllBytes(In("tunnel/3.own")), File.ReadAllBytes(In("again/tunnel/3.own")));
    }

    [Fact]
    public void Prefixes_with_the_same_attributes_share_a_message_as_long_as_they_fit()
    {
        var table = TestTables.Of([.. Enumerable.Range(0, 16_000).Select(at => $"11.{at >> 8}.{at & 255}.0/24")]);
        byte[] dump =
        [
            .. PeerTable(("192.0.2.9", 64_500)),
            .. table.Routes.SelectMany(route => Rib(route.Prefix.ToString(), Entry(0, Path(64_500, 3356)))),
        ];
        new TableUpdates(table, 20_000, 1, _folder.FullName).Write(() => new MemoryStream(dump), "dump", BestPathRule.Default, TestContext.Current.CancellationToken);
        // 2,000 prefixes of 4 bytes, in messages of at most 4,096.
        Assert.InRange(new FileInfo(In("tunnel/1.own")).Length, 8_000, 8_300);
        Assert.Equal(2_000, Speakers.Read(In("tunnel/1.own")).Count);
    }

    [Fact]
    public void Attributes_that_fill_a_message_are_replaced_by_drawn_ones()
    {
        var table = TestTables.Of([.. Enumerable.Range(1, 8).Select(at => $"11.{at}.0.0/16")]);
        byte[] dump =
        [
            .. PeerTable(("192.0.2.9", 64_500)),
            .. table.Routes.SelectMany(route => Rib(route.Prefix.ToString(), Entry(0, [.. Path(64_500, 3356), .. Attribute(8, new byte[4_000])]))),
        ];
        new TableUpdates(table, 8, 1, _folder.FullName).Write(() => new MemoryStream(dump), "dump", BestPathRule.Default, TestContext.Current.CancellationToken);
        Assert.StartsWith("65001 ", Lines("tunnel", "own")["11.1.0.0/16"].Line.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("11.0.0.0/16", "12.0.0.0/16")]
    [InlineData("2001:db8::/32", "2001:db9::/32")]
    public void A_prefix_whose_entries_are_apart_is_announced_in_two_messages(string prefix, string other)
    {
        var table = TestTables.Of(prefix, other);
        byte[] dump = [.. PeerTable(("192.0.2.9", 64_500)), .. new[] { prefix, other, prefix }.SelectMany(at => Rib(at, Entry(0, Path(64_500, 3356))))];
        var made = new TableUpdates(table, 2, 1, _folder.FullName);
        made.Write(() => new MemoryStream(dump), "dump", BestPathRule.Default, TestContext.Current.CancellationToken);
        // The reader of Speakers takes no message that names a prefix twice.
        var speaker = made.SpeakerOf(Prefix.Parse(prefix)) + 1;
        Assert.Equal([prefix, prefix], Speakers.Read(In($"tunnel/{speaker}.own")).Select(sent => sent.Line.What));
    }

    [Theory]
    [InlineData("0.0.0.0/0", false)]
    [InlineData("127.0.0.0/8", false)]
    [InlineData("224.0.0.0/4", false)]
    [InlineData("172.16.4.0/24", false)]
    [InlineData("172.16.0.0/12", false)]
    [InlineData("198.18.7.0/24", false)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("128.0.0.0/1", true)]
    [InlineData("::/0", false)]
    [InlineData("fe80::/10", false)]
    [InlineData("ff02::/16", false)]
    [InlineData("fd00::/64", false)]
    [InlineData("2001:2:0:1::/64", false)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("2000::/3", true)]
    public void Prefixes_that_a_daemon_refuses_or_the_lab_uses_are_left_out(string prefix, bool usable) =>
        Assert.Equal(usable, SpeakerLab.IsUsable(Prefix.Parse(prefix)));

    private void HoldsBackups(string[] prefixes, int prepended)
    {
        var (own, backup) = (Lines("tunnel", "own"), Lines("tunnel", "backup"));
        Assert.Equal((prefixes.Length, prefixes.Length), (own.Count, backup.Count));
        for (var place = 0; place < prefixes.Length; place++)
        {
            var (speaker, sent) = backup[prefixes[place]];
            Assert.Equal((place + 1) % 8, speaker);
            Assert.Equal(Length(own[prefixes[place]].Line.Path) + prepended - 1, Length(sent.Path));
        }
    }

    /// <summary>What each prefix has, and the speaker that sends it. A prefix comes once.</summary>
    private Dictionary<string, (int Speaker, Line Line)> Lines(string folder, string kind) => Enumerable.Range(0, 8)
        .SelectMany(speaker => Speakers.Read(In($"{folder}/{speaker + 1}.{kind}")).Select(spoken => (speaker, spoken.Line)))
        .ToDictionary(sent => sent.Line.What);

    private string In(string file) => System.IO.Path.Combine(_folder.FullName, file);

    private static int Length(string path) => Speakers.Length(path);
}
