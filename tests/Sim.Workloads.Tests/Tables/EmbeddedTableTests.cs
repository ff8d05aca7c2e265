// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class EmbeddedTableTests
{
    [Theory, Property]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Decoding_gives_back_any_set_of_prefixes_sorted(Family family) =>
        TestTables.PrefixSets(family, 60).Check(
            prefixes =>
            {
                var decoded = EmbeddedTableCodec.Decode(EmbeddedTableCodec.Encode(family, prefixes), out var read);
                Assert.Equal(family, read);
                Assert.Equal(prefixes.Order(), decoded);
            },
            iter: 300);

    [Fact]
    public void Neither_order_nor_repetition_changes_the_code()
    {
        Prefix[] once = [Prefix.Parse("10.0.0.0/8"), Prefix.Parse("10.0.0.0/9"), Prefix.Parse("11.0.0.0/8")];
        Assert.Equal(
            EmbeddedTableCodec.Encode(Family.IPv4, once),
            EmbeddedTableCodec.Encode(Family.IPv4, once.Reverse().Concat(once)));
    }

    [Fact]
    public void The_other_familys_prefix_is_refused() =>
        Assert.Throws<ArgumentException>(() => EmbeddedTableCodec.Encode(Family.IPv4, [Prefix.Parse("::/0")]));

    [Fact, Property]
    public void Damage_ends_in_a_clear_error_or_in_another_table_never_in_anything_else()
    {
        var prefixes = TestTables.PrefixSets(Family.IPv6, 400).Single();
        var file = EmbeddedTableCodec.Encode(Family.IPv6, prefixes);
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte, Gen.Int[0, file.Length]).Check(
            (at, value, cut) =>
            {
                var damaged = file.ToArray();
                damaged[at] = value;
                try
                {
                    // The number of prefixes in the header bounds the result whatever the bits say.
                    Assert.True(EmbeddedTableCodec.Decode(damaged, out _).Length <= EmbeddedTableCodec.MaxPrefixes);
                }
                catch (InvalidDataException error)
                {
                    Assert.Contains("coded table", error.Message, StringComparison.Ordinal);
                }

                if (cut < file.Length)
                    Assert.Throws<InvalidDataException>(() => EmbeddedTableCodec.Decode(file[..cut], out _));
            },
            iter: 500);
    }

    [Fact]
    public void The_embedded_files_are_well_under_a_megabyte()
    {
        var folder = Path.Combine(SharedData.Root, "datasets");
        var bytes = Enum.GetValues<Family>().Sum(family => new FileInfo(Path.Combine(folder, EmbeddedTable.FileName(family))).Length);
        Assert.InRange(bytes, 1, 800_000);
    }

    [Theory]
    [InlineData(Family.IPv4, 968_428, "fe65f9871911b6b5e2046e7e05675d51dddc600aa9562bda617a2efcfed1a341")]
    [InlineData(Family.IPv6, 177_846, "43a46215e448e38c77d8c117675149e47dccbcc9a4aadeccc0494c7d5dc62503")]
    public void The_embedded_table_is_the_pinned_one(Family family, int prefixes, string digest)
    {
        var table = EmbeddedTable.Load(family);
        Assert.Equal(prefixes, table.Routes.Length);
        Assert.Equal("embedded: libloc 2022-10-29", table.Source);
        Assert.Equal(digest, table.Digest);
    }

    private const string Exported = "tables/libloc-20221029-announced.txt.gz";

    /// <summary>Rows only where the text is; the digests above hold everywhere.</summary>
    public static TheoryData<Family> ExportedFamilies => [.. SharedData.Rows(Enum.GetValues<Family>(), _ => Exported)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ExportedFamilies))]
    public void The_embedded_table_is_the_shared_text_exactly(Family family)
    {
        using var text = TestTables.Text(Exported);
        var read = PrefixListReader.Read(text, "libloc", family, new DamageLog(), out _);
        var expected = Array.ConvertAll(read.Routes, route => route.Prefix);
        Array.Sort(expected);
        Assert.Equal(expected, EmbeddedTable.LoadPrefixes(family));
    }

    [Fact]
    public void Assigned_next_hops_are_addresses_shared_within_a_block_and_skewed()
    {
        var table = EmbeddedTable.Load(Family.IPv4);
        Assert.All(table.NextHops, name => Assert.True(Prefix.TryParse(name, out _)));
        Assert.Equal(NextHopAssignment.Count, table.NextHops.Distinct().Count());
        Assert.All(
            table.Routes.GroupBy(route => route.Prefix.V4 >> 16).Take(1000),
            block => Assert.Single(block.Select(route => route.NextHop).Distinct()));
        var shares = table.Routes.CountBy(route => route.NextHop).Select(share => share.Value).OrderDescending().ToArray();
        Assert.Equal(NextHopAssignment.Count, shares.Length);
        Assert.True(shares[0] > 10 * shares[^1]);
        Assert.All(table.Routes, route => Assert.Equal(0u, route.OriginAs));
    }

    [Fact]
    public void Making_the_files_again_gives_the_same_table()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            using var list = new MemoryStream();
            foreach (var family in Enum.GetValues<Family>())
                PrefixListWriter.WriteText(EmbeddedTable.Load(family), list);
            list.Position = 0;
            EmbeddedTable.Make(list, "libloc 2022-10-29", folder);
            foreach (var file in Directory.GetFiles(folder))
            {
                var (made, committed) = (File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(SharedData.Root, "datasets", Path.GetFileName(file))));
                // Another release of Brotli may make other bytes of the same table.
                if (Path.GetExtension(file) == ".bin")
                    Assert.Equal(EmbeddedTableCodec.Decode(committed, out _), EmbeddedTableCodec.Decode(made, out _));
                else
                    Assert.Equal(committed, made);
            }

            Assert.Equal(3, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
