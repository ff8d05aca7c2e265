// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Synthesis;

public sealed class TableGeneratorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv4, 10_000)]
    [InlineData(Family.IPv4, 1_500_000)]
    [InlineData(Family.IPv6, 1)]
    [InlineData(Family.IPv6, 10_000)]
    [InlineData(Family.IPv6, 1_000_000)]
    public void A_table_has_the_size_asked_for_is_sorted_without_duplicates_and_avoids_reserved_space(Family family, int size)
    {
        var prefixes = TableGenerator.GeneratePrefixes(family, size, 1);
        Assert.Equal(size, prefixes.Length);
        for (var i = 1; i < prefixes.Length; i++)
            Assert.True(prefixes[i - 1] < prefixes[i]);
        Assert.DoesNotContain(prefixes, prefix => prefix.Family != family || ReservedSpace.Overlaps(prefix));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Four_million_prefixes_find_room(Family family) =>
        Assert.Equal(
            TableGenerator.Largest,
            TableGenerator.GeneratePrefixes(family, TableGenerator.Largest, 2).Length);

    [Fact]
    public void The_seed_decides_the_table()
    {
        var once = TableGenerator.Generate(Family.IPv4, 20_000, 1);
        Assert.Equal(once.Routes, TableGenerator.Generate(Family.IPv4, 20_000, 1).Routes);
        Assert.NotEqual(once.Digest, TableGenerator.Generate(Family.IPv4, 20_000, 2).Digest);
    }

    [Fact]
    public void A_seeds_table_is_pinned_so_that_every_machine_makes_the_same() =>
        Assert.Equal(
            (
                "1a7fc076ae9f9d6a88ad313b0b8f81453a27882c58f35b6c90c6763a742d01cc",
                "3d34aa880d0be095e10d00f883b3e1add4f680612e238e5810ac4906ddf5fdf5"),
            (
                TableGenerator.Generate(Family.IPv4, 10_000, 1).Digest,
                TableGenerator.Generate(Family.IPv6, 10_000, 1).Digest));

    [Fact]
    public void A_generated_table_is_no_copy_of_the_real_one()
    {
        var real = EmbeddedTable.LoadPrefixes(Family.IPv4).ToHashSet();
        var generated = TableGenerator.GeneratePrefixes(Family.IPv4, 900_000, 1);
        Assert.InRange(generated.Count(real.Contains) / 900_000.0, 0, 0.3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(TableGenerator.Largest + 1)]
    public void Sizes_out_of_range_are_refused(int size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TableGenerator.GeneratePrefixes(Family.IPv4, size, 1));

    [Fact]
    public void Origins_are_private_and_originate_as_many_prefixes_as_real_ones()
    {
        var table = TableGenerator.Generate(Family.IPv4, 100_000, 1);
        Assert.All(table.Routes, route => Assert.True(route.OriginAs >= TableGenerator.FirstOriginAs));
        var origins = table.Routes.Select(route => route.OriginAs).Distinct().Count();
        Assert.InRange(100_000.0 / origins, 10, 20);
    }

    /// <summary>The embedded table is what the generator learned from; the other one it has never seen.</summary>
    private static readonly (string Table, Family Family)[] s_unseen =
        [("tables/bart-prefixes.txt.gz", Family.IPv4), ("tables/bart-prefixes.txt.gz", Family.IPv6)];

    public static TheoryData<string, Family> RealTables =>
        [("embedded", Family.IPv4), ("embedded", Family.IPv6), .. SharedData.Rows(s_unseen, row => row.Table)];

    [Theory]
    [MemberData(nameof(RealTables))]
    public void At_the_size_of_a_real_table_the_structure_is_a_real_ones(string path, Family family)
    {
        using var text = TestTables.Text(path);
        var table = PrefixListReader.Read(text, path, family, new DamageLog(), out _);
        var real = new Structure(table.Routes.Select(route => route.Prefix));
        var generated = new Structure(TableGenerator.GeneratePrefixes(family, real.Prefixes, 1));
        output.WriteLine($"real      {real}\ngenerated {generated}");
        Compare(real, generated, lengthSlack: family == Family.IPv4 ? 0.015 : 0.07, blockSlack: 0.2);
    }

    [Theory]
    [InlineData(Family.IPv4, 100_000)]
    [InlineData(Family.IPv4, 1_500_000)]
    [InlineData(Family.IPv6, 1_000_000)]
    public void At_other_sizes_the_structure_stays(Family family, int size)
    {
        var real = new Structure(EmbeddedTable.LoadPrefixes(family));
        var generated = new Structure(TableGenerator.GeneratePrefixes(family, size, 3));
        output.WriteLine($"real      {real}\ngenerated {generated}");
        Compare(real, generated, lengthSlack: family == Family.IPv4 ? 0.02 : 0.07, blockSlack: 0.2);
    }

    [Fact]
    public void Published_figures_of_full_tables_are_met()
    {
        // bgp.potaroo.net 2025: IPv4 mean length 22.93, /24 60-64%, about half covered; IPv6 42.87, 57.4% covered.
        var four = new Structure(TableGenerator.GeneratePrefixes(Family.IPv4, 1_036_829, 4));
        Assert.InRange(four.MeanLength, 22.7, 23.1);
        Assert.InRange(four.Lengths[24], 0.595, 0.64);
        Assert.InRange(four.Covered, 0.48, 0.58);
        var six = new Structure(TableGenerator.GeneratePrefixes(Family.IPv6, 222_878, 4));
        Assert.InRange(six.MeanLength, 41.8, 43.9);
        Assert.InRange(six.Covered, 0.55, 0.65);
    }

    [Fact, Property]
    public void Reserved_space_overlaps_what_lies_inside_it_around_it_and_nothing_else()
    {
        foreach (var family in Enum.GetValues<Family>())
        {
            TestTables.Prefixes(family).Check(prefix =>
            {
                var touched = false;
                foreach (var reserved in ReservedSpace.Of(family))
                {
                    // Ranges overlap exactly where one's first address lies in the other.
                    touched |= reserved.Contains(prefix.Address) || prefix.Contains(reserved.Address);
                }

                Assert.Equal(touched, ReservedSpace.Overlaps(prefix));
            });
        }

        Assert.True(ReservedSpace.Overlaps(Prefix.Parse("10.1.2.0/24")));
        Assert.True(ReservedSpace.Overlaps(Prefix.Parse("192.0.0.0/8")));
        Assert.True(ReservedSpace.Overlaps(Prefix.Parse("fe80::/64")));
        Assert.False(ReservedSpace.Overlaps(Prefix.Parse("9.9.9.0/24")));
        Assert.False(ReservedSpace.Overlaps(Prefix.Parse("2a00::/12")));
    }

    private static void Compare(Structure real, Structure generated, double lengthSlack, double blockSlack)
    {
        Assert.InRange(generated.MeanLength, real.MeanLength * 0.97, real.MeanLength * 1.03);
        Assert.InRange(generated.Covered, real.Covered - 0.05, real.Covered + 0.05);
        Assert.InRange(generated.NodesPerPrefix, real.NodesPerPrefix * 0.98, real.NodesPerPrefix * 1.02);
        for (var length = 0; length <= 128; length++)
            Assert.InRange(generated.Lengths[length], real.Lengths[length] - lengthSlack, real.Lengths[length] + lengthSlack);
        foreach (var (expected, actual) in real.BlocksPerPrefix.Zip(generated.BlocksPerPrefix))
            Assert.InRange(actual, expected * (1 - blockSlack), expected * (1 + blockSlack));
    }
}
