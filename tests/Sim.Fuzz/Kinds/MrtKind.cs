// SPDX-License-Identifier: MIT
using Sim.Fuzz.Mrt;
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Bgp;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;

namespace Sim.Fuzz;

/// <summary>
/// Records, BGP messages, attributes and NLRI: read at once and a byte at a time, by the naive reader too, and into tables
/// of both families.
/// </summary>
internal sealed class MrtKind : FuzzKind
{
    public override string Name => "mrt";

    public override FuzzInput Make(Dice dice)
    {
        var file = dice.OneIn(8) ? Written(dice) : RandomMrt.Make(dice);
        if (dice.OneIn(16))
            return new FuzzInput(file.ToArray(), [], Promise.Valid);
        if (!dice.OneIn(4))
            Damage.Structure(file, dice);
        var bytes = file.ToArray();
        if (dice.OneIn(3))
            bytes = Damage.Bytes(bytes, RandomMrt.Make(dice).ToArray(), dice);
        return new FuzzInput(bytes, [], Promise.None);
    }

    public override void Check(FuzzInput input)
    {
        var (events, counts, log) = Read(new MemoryStream(input.Bytes));
        HoldCounts(input.Bytes.Length, events, counts, log);
        var (again, _, againLog) = Read(new Trickle(input.Bytes));
        HoldEqual(events, again, "read at once and a byte at a time differ");
        HoldEqual(Texts(log), Texts(againLog), "the damage read at once and a byte at a time differs");
        var naive = NaiveMrt.Read(input.Bytes);
        var most = naive.EndsAtHole ? naive.Damaged.Max : long.MaxValue;
        HoldEqual(naive.EndsAtHole ? events[..Math.Min(events.Count, naive.Events.Count)] : events, naive.Events, "the reader and the naive reader differ");
        if (log.Count <= DamageLog.Kept)
            HoldEqual([.. Records(log.First.Select(damage => damage.Record), most)], [.. Records(naive.Damaged, most)], "records called damaged");
        Hold(input.Promise != Promise.Valid || log.Count == 0, $"a valid file is called damaged: {(log.Count > 0 ? log.First[0] : null)}");
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            HoldTable(input.Bytes, family);
            HoldMessages(input.Bytes, family);
        }
    }

    private static (List<string> Events, Sim.Workloads.Mrt.MrtCounts Counts, DamageLog Log) Read(Stream stream)
    {
        var (events, log) = (new List<string>(), new DamageLog());
        var reader = new MrtReader(stream, "input", log);
        var handler = new MrtEvents(reader, events.Add);
        reader.Read(ref handler);
        return (events, reader.Counts, log);
    }

    private static void HoldCounts(int length, List<string> events, Sim.Workloads.Mrt.MrtCounts counts, DamageLog log)
    {
        long Of(char kind) => events.Count(line => line[0] == kind);
        Hold(counts.Damage == log.Count, "the damage counted is not the damage logged");
        Hold((counts.Entries, counts.Announcements, counts.Withdrawals, counts.StateChanges) == (Of('B'), Of('A'), Of('W'), Of('S')),
            "the counts are not those of what was delivered");
        Hold(counts.RecordsByType.Values.Sum() == counts.Records, "the records by type do not add up");
        Hold(counts.Bytes == length || log.Count > 0, "bytes were left over and nothing was said");
        Hold(log.First.All(damage => damage.Record <= counts.Records + 1 && damage.Offset <= length), "damage lies outside the file");
    }

    private static void HoldTable(byte[] bytes, Family family)
    {
        foreach (var best in (string[])["path", "preference"])
        {
            var table = MrtTable.Load(new MemoryStream(bytes), "input", family, BestPathRule.Parse(best, null), new DamageLog());
            Hold(table.Routes.DistinctBy(route => route.Prefix).Count() == table.Routes.Length, "a prefix is in the table twice");
            Hold(table.Routes.All(route => route.NextHop >= 0 && route.NextHop < table.NextHops.Count), "a next hop has no name");
            Hold(table.Routes.All(route => route.Prefix.Family == family), "a prefix of the other family is in the table");
        }
    }

    /// <summary>Whatever a file holds, the speakers that play it say only messages that a reader accepts.</summary>
    private static void HoldMessages(byte[] bytes, Family family)
    {
        var folder = Directory.CreateTempSubdirectory("sim-fuzz-");
        try
        {
            var table = new TableUpdates(MrtTable.Load(new MemoryStream(bytes), "input", family, BestPathRule.Default, new DamageLog()), 1000, 1, folder.FullName);
            table.Write(() => new MemoryStream(bytes), "input", BestPathRule.Default, default);
            var trace = new TraceUpdates(table);
            try
            {
                trace.Write([new TraceFile("input", () => new MemoryStream(bytes))], new DamageLog());
            }
            catch (InvalidDataException)
            {
                // The file has no update.
            }

            foreach (var file in folder.EnumerateDirectories().SelectMany(hop => hop.EnumerateFiles()))
                HoldMessages(File.ReadAllBytes(file.FullName), file.Extension == ".trace" ? sizeof(ulong) : 0, file.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void HoldMessages(byte[] said, int head, string name)
    {
        for (var at = 0; at < said.Length;)
        {
            at += head;
            Hold(said.Length - at >= 23, $"{name}: a message is cut");
            var length = said[at + 16] << 8 | said[at + 17];
            Hold(length is >= 23 and <= 4096 && length <= said.Length - at, $"{name}: a message of {length} bytes");
            var (events, _, log) = Read(new MemoryStream(Recorded(said[at..(at + length)])));
            Hold(log.Count == 0 && events.Count > 0, $"{name}: {(log.Count > 0 ? log.First[0] : "a message without a prefix")}");
            at += length;
        }
    }

    /// <summary>A BGP4MP record, MESSAGE_AS4 (RFC 6396, 4.4.3), of a message.</summary>
    private static byte[] Recorded(byte[] message)
    {
        byte[] peer = [0, 0, 0xFD, 0xE9, 0, 0, 0xFD, 0xE8, 0, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2];
        var size = peer.Length + message.Length;
        return [0x60, 0, 0, 0, 0, 16, 0, 4, 0, 0, (byte)(size >> 8), (byte)size, .. peer, .. message];
    }

    private static IEnumerable<string> Records(IEnumerable<long> numbers, long most) =>
        numbers.Where(record => record <= most).Distinct().Select(record => $"{record}");

    private static List<string> Texts(DamageLog log) => [.. log.First.Select(damage => damage.ToString())];

    /// <summary>A dump or trace as the project's own writers make it, its records apart.</summary>
    private static Field Written(Dice dice)
    {
        using var stream = new MemoryStream();
        var family = dice.Pick([Family.IPv4, Family.IPv6]);
        var prefixes = Enumerable.Range(0, dice.Between(1, 20)).Select(_ =>
            new Prefix(family, new UInt128((ulong)dice.U32() << 32 | dice.U32(), 0), dice.Between(8, 32))).Distinct().ToList();
        if (dice.OneIn(2))
        {
            var routes = prefixes.Select(prefix => new Route(prefix, 0, (uint)dice.Below(70_000))).ToArray();
            MrtWriter.WriteDump([new RouteTable("made", family, routes, ["-"])], stream, new MrtDumpOptions { Peers = dice.Between(1, 5), Seed = dice.U32() });
        }
        else
        {
            using var writer = new MrtUpdateWriter(stream, dice.U32());
            var micro = 1_600_000_000_000_000L;
            foreach (var prefix in prefixes)
                writer.Write(new(micro += dice.Below(3_000_000), prefix, dice.Below(5), !dice.OneIn(4), (uint)dice.Below(3)));
        }

        var records = new List<Field>();
        for (var rest = stream.ToArray(); rest.Length > 0;)
        {
            var end = 12 + (rest[9] << 16 | rest[10] << 8 | rest[11]);
            records.Add(Field.Group(Field.Leaf(rest[..8]), Field.Sized(4, Field.Leaf(rest[12..end]))));
            rest = rest[end..];
        }

        return Field.Group(records);
    }
}
