// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fuzz;
using Sim.Fuzz.Mrt;
using Sim.Testing;
using Sim.Workloads.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>The MRT reader against the naive one of Sim.Fuzz and against bgpdump, on random valid files.</summary>
public sealed class NaiveReaderTests
{
    private static readonly Gen<uint> s_index = Gen.UInt;

    [Fact]
    [Property]
    public void Both_readers_deliver_the_same_of_random_valid_files() => s_index.Check(
        index =>
        {
            var file = RandomMrt.Make(new Dice(1, index)).ToArray();
            var (events, damage) = Read(file);
            Assert.Equal(NaiveMrt.Read(file).Events, events);
            Assert.Equal(0, damage);
        },
        iter: 3000);

    [Fact]
    public void Random_valid_files_hold_every_record_type_that_carries_unicast_routes_in_both_families()
    {
        var kinds = new HashSet<(int Type, int Subtype)>();
        var events = new HashSet<string>();
        for (var index = 0u; index < 300; index++)
        {
            var file = RandomMrt.Make(new Dice(1, index)).ToArray();
            foreach (var line in NaiveMrt.Read(file).Events)
                events.Add(line[0] + (line.Split('|') is [_, _, _, _, _, _, var prefix, ..] && prefix.Contains(':') ? "6" : "4"));
            for (var at = 0; at < file.Length; at += 12 + (file[at + 10] << 8 | file[at + 11]))
                kinds.Add((file[at + 5], file[at + 7]));
        }

        int[] subtypes = [0, 1, 4, 5, 6, 7, 8, 9, 10, 11];
        (int, int)[] wanted = [(12, 1), (12, 2), (13, 1), (13, 2), (13, 4), (13, 8), (13, 10), .. subtypes.Select(s => (16, s)), .. subtypes.Select(s => (17, s))];
        Assert.Empty(wanted.Except(kinds));
        Assert.Superset(new HashSet<string> { "B4", "B6", "A4", "A6", "W4", "W6", "S4" }, events);
    }

    [Fact]
    public void Every_line_of_random_valid_files_is_the_one_that_bgpdump_prints()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 1000).SelectMany(index => ForBgpdump(RandomMrt.Make(new Dice(2, (uint)index))))]);
        try
        {
            BgpdumpTests.Compare(path, "random");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// Without what bgpdump 1.6.2 reads in its own way: it stops at a record without a body, takes the peer of _LOCAL records for the collector,
    /// and merges AS4_PATH into paths with sets and confederation segments as no RFC says.
    /// </summary>
    private static byte[] ForBgpdump(Field file)
    {
        file.Parts.RemoveAll(record => record.ToArray() is { Length: 12 } or [_, _, _, _, _, 16 or 17, _, 6 or 7 or 10 or 11, ..]);
        foreach (var (field, _) in file.All())
            field.Parts.RemoveAll(part => part.Parts is [_, { Value: [17] }, _]);
        return file.ToArray();
    }

    private static (List<string> Events, long Damage) Read(byte[] file)
    {
        var (events, log) = (new List<string>(), new DamageLog());
        var reader = new MrtReader(new MemoryStream(file), "random", log);
        var handler = new MrtEvents(reader, events.Add);
        reader.Read(ref handler);
        return (events, log.Count);
    }
}
