// SPDX-License-Identifier: MIT
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

public sealed class ReadmeCountsTests
{
    // Columns: entries, announcements, withdrawals, state changes, IPv4 prefixes, IPv6 prefixes, damage.
    private static readonly (string File, long Entries, long Announced, long Withdrawn, long States, int V4, int V6, long Damage)[] s_files =
    [
        ("bgpdump-updates.et-header.2015.gz", 0, 577_737, 3, 4, 577_706, 0, 0),
        ("morrowc-updates.20260222.1530.bz2", 0, 111_057, 7_606, 0, 7_839, 0, 0),
        ("haskmrt-rib.bz2", 609_246, 0, 0, 0, 0, 25_878, 0),
        ("haskmrt-update.bz2", 0, 23_622, 2_020, 0, 0, 392, 0),
        ("bgpdump-bview.20020722.2337.gz", 115_521, 0, 0, 0, 112_988, 0, 0),
        ("bgpdump-bview.64k_stream_overflow.gz", 23, 0, 0, 0, 0, 1, 0),
        ("bgpdump-bview.ipv4_unicast_add_path.gz", 62, 0, 0, 0, 31, 0, 0),
        ("bgpdump-bview.ipv6_unicast_add_path.gz", 62, 0, 0, 0, 0, 31, 0),
        ("bgpdump-updates.20071015.1505.gz", 0, 10_111, 385, 0, 1_844, 7, 0),
        ("bgpdump-updates.20160811.1600.gz", 0, 39_256, 1_956, 22, 1_623, 94, 0),
        ("bgpdump-updates.long_withdrawal.gz", 0, 0, 4_096, 0, 0, 4_096, 0),
        ("mrtparse-bird-mrtdump_rib.mrt", 18, 0, 0, 0, 6, 0, 0),
        ("mrtparse-quagga_rib.mrt", 9, 0, 0, 0, 3, 3, 0),
        // One byte follows its only prefix and begins another: the field is refused.
        ("bgpdump-updates.nlri_mask_trailing_bits.gz", 0, 0, 0, 0, 0, 0, 1),
        // Six UPDATEs hold prefixes with path identifiers in records that say they do not: the fields are refused.
        ("mrtparse-bird_bgp.mrt", 0, 0, 0, 12, 0, 0, 6),
        // The container is cut off, and with it the last record.
        ("pyasn-rib.20140523.0600_firstMB.bz2", 270_005, 0, 0, 0, 9_072, 0, 2),
    ];

    public static TheoryData<string, long, long, long, long, int, int, long> Files =>
        [.. SharedData.Rows(s_files, row => $"mrt/{row.File}").Select(row => new TheoryDataRow<string, long, long, long, long, int, int, long>(
            row.File, row.Entries, row.Announced, row.Withdrawn, row.States, row.V4, row.V6, row.Damage))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_holds_what_its_readme_says(
        string file, long entries, long announced, long withdrawn, long states, int v4, int v6, long damage)
    {
        var path = SharedData.File("mrt/" + file);
        var log = new DamageLog();
        using var input = CompressedInput.Open(File.OpenRead(path));
        var counts = MrtSummary.Read(input, file, log);
        Assert.Equal(
            (entries, announced, withdrawn, states),
            (counts.Entries, counts.Announcements, counts.Withdrawals, counts.StateChanges));
        Assert.Equal((v4, v6), (counts.PrefixesV4, counts.PrefixesV6));
        Assert.Equal(damage, log.Count);
        Assert.Equal(damage, counts.Damage);
        Assert.Equal(counts.Records, counts.RecordsByType.Values.Sum());
    }

    public static TheoryData<string> Made => [.. MadeFiles.All.Select(file => file.Name)];

    [Theory]
    [MemberData(nameof(Made))]
    public void A_made_file_holds_what_it_was_made_of(string name)
    {
        var made = MadeFiles.Of(name);
        var log = new DamageLog();
        var counts = MrtSummary.Read(new MemoryStream(made.Content), name, log);
        Assert.Empty(log.First);
        Assert.Equal(
            made with { Content = [] },
            new MadeFile(name, [])
            {
                Entries = counts.Entries, Announcements = counts.Announcements, Withdrawals = counts.Withdrawals, StateChanges = counts.StateChanges,
                PrefixesV4 = counts.PrefixesV4, PrefixesV6 = counts.PrefixesV6,
            } with { Content = [] });
    }

    [Fact]
    public void Both_peer_index_tables_of_a_file_apply_to_the_records_after_them()
    {
        using var input = CompressedInput.Open(File.OpenRead(SharedData.File("mrt/mrtparse-bird-mrtdump_rib.mrt")));
        var reader = new MrtReader(input, "bird", new DamageLog());
        var lines = new List<Line>();
        var handler = new LineHandler(reader.Peers, lines.Add);
        reader.Read(ref handler);
        Assert.Equal(2, reader.Counts.RecordsByType[(MrtTypes.TableDumpV2, MrtTypes.PeerIndexTable)]);
        Assert.Contains(lines, line => line.PeerAs == 0);
        Assert.Contains(lines, line => line.PeerAs == 65000);
    }
}
