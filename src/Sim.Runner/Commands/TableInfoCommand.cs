// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

internal static class TableInfoCommand
{
    private const int ShownDamage = 10;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "MRT dump or prefix list; - is standard input." };
        var json = CommonOptions.Json();
        return new Command(
            "info",
            """
            Counts the records, routes, peers, prefixes and damage of a file.
            Exits with 3 if the file is damaged.

            Examples:
              table info latest-bview.gz
              table info updates.20260222.1530.bz2 --json
            """)
        {
            file, json,
        }.Does((parsed, progress, cancel) =>
        {
            var info = Read(parsed.GetValue(file)!, progress, cancel);
            Console.Out.WriteLine(parsed.GetValue(json) ? info.Json().Indented() : info.Text());
            return info.Damage.Count == 0 ? ExitCode.Success : ExitCode.Damaged;
        });
    }

    private static Info Read(FileInfo file, IWorkProgress progress, CancellationToken cancel)
    {
        var damage = new DamageLog();
        using var content = new TableContent(new InputFile(file, again: false, progress, cancel), progress, cancel);
        if (!content.IsText)
            return new Info(file, content.Container.ToString(), MrtSummary.Read(content, file.ToString(), damage), null, damage);

        var counts = PrefixListReader.Count(content, file.ToString(), damage);
        content.RefuseWithoutPrefix(counts, damage);
        return new Info(file, content.Container.ToString(), null, counts, damage);
    }

    private sealed record Info(
        FileInfo File, string Container, MrtCounts? Mrt, PrefixListCounts? List, DamageLog Damage)
    {
        public JsonObject Json() => new()
        {
            ["file"] = File.ToString(),
            ["container"] = Container.ToLowerInvariant(),
            ["format"] = Mrt is null ? "text" : "mrt",
            ["records"] = Mrt?.Records ?? List!.Lines,
            ["records_by_type"] = new JsonObject(ByType().Select(type => KeyValuePair.Create(type.Name, (JsonNode?)type.Count))),
            ["skipped_records"] = Mrt?.SkippedRecords ?? 0,
            ["entries"] = Mrt?.Entries ?? List!.V4 + List.V6,
            ["announcements"] = Mrt?.Announcements ?? 0,
            ["withdrawals"] = Mrt?.Withdrawals ?? 0,
            ["state_changes"] = Mrt?.StateChanges ?? 0,
            ["peers"] = Mrt?.Peers ?? 0,
            ["prefixes"] = new JsonObject { ["ipv4"] = Mrt?.PrefixesV4 ?? List!.DistinctV4, ["ipv6"] = Mrt?.PrefixesV6 ?? List!.DistinctV6 },
            ["left_out"] = List?.LeftOut ?? 0,
            ["further_next_hops"] = List?.FurtherNextHops ?? 0,
            ["host_bits"] = List?.HostBits ?? 0,
            ["damage"] = Damage.Count,
            ["damaged"] = new JsonArray([.. Damage.First.Select(place => (JsonNode)new JsonObject
            {
                ["record"] = place.Record,
                ["offset"] = place.Offset,
                ["what"] = place.What,
            })]),
        };

        public string Text()
        {
            var lines = new List<string> { $"{File}: {(Mrt is null ? "prefix list" : "MRT")}, {Container.ToLowerInvariant()}" };
            void Add(string name, long count) => lines.Add($"  {name,-34}{count,16:N0}");
            Add(Mrt is null ? "lines" : "records", Mrt?.Records ?? List!.Lines);
            foreach (var (name, count) in ByType())
                Add($"  {name}", count);
            if (Mrt is not null)
            {
                Add("skipped records", Mrt.SkippedRecords);
                Add("RIB entries", Mrt.Entries);
                Add("announcements", Mrt.Announcements);
                Add("withdrawals", Mrt.Withdrawals);
                Add("state changes", Mrt.StateChanges);
                Add("peers", Mrt.Peers);
            }
            else
            {
                Add("duplicates of prefixes", List!.Duplicates);
                foreach (var (what, count, first) in List.Notes())
                    lines.Add($"  {what,-34}{count,16:N0}  {first}");
            }

            Add("IPv4 prefixes", Mrt?.PrefixesV4 ?? List!.DistinctV4);
            Add("IPv6 prefixes", Mrt?.PrefixesV6 ?? List!.DistinctV6);
            Add("damaged places", Damage.Count);
            lines.AddRange(Damage.First.Take(ShownDamage).Select(place => $"    {place.Unit} {place.Record} at offset {place.Offset:N0}: {place.What}"));
            return string.Join('\n', lines);
        }

        private IEnumerable<(string Name, long Count)> ByType() =>
            Mrt is null
                ? []
                : Mrt.RecordsByType.OrderBy(entry => entry.Key).Select(entry => (MrtTypes.Name(entry.Key.Type, entry.Key.Subtype), entry.Value));
    }
}
