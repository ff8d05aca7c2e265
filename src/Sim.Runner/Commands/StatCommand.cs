// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Runner.Commands;

internal static class StatCommand
{
    public static Command Create()
    {
        var (table, family, order, seed) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Order(), CommonOptions.Seed());
        var (best, release, json) = (CommonOptions.BestPath(), CommonOptions.Release(), CommonOptions.Json());
        var ops = CommonOptions.Of<FileInfo?>("--ops", "FILE", "Operations to apply after the load: lines '+ PREFIX' and '- PREFIX'. - is standard input.");
        return new Command(
            "stat",
            """
            Prints /proc/net/fib_triestat (for IPv6 rt6_stats) and the counts of AllowedIPs for a table.
            object_bytes counts objects at their size class, as /proc/slabinfo does; page_bytes counts the pages of their slabs.

            Examples:
              stat --table prefixes.txt.gz --order sorted
              stat --table prefixes.txt --order file --ops churn.txt --json
              stat --family 6 --release 6.12 --json
            """)
        {
            table, family, order, ops, seed, release, best.Best, best.Peer, json,
        }.Does((parsed, progress, cancel) => Run(
            TableInput.Load(parsed.GetValue(table), parsed.GetValue(family).ToFamily(), best.Rule(parsed), progress, cancel),
            KernelReleases.Of(parsed.GetValue(release)!), parsed.GetValue(order)!, parsed.GetValue(seed), parsed.GetValue(ops), parsed.GetValue(json),
            progress, cancel));
    }

    private static int Run(
        LoadedTable loaded, KernelRelease release, string order, ulong seed, FileInfo? ops, bool json, IWorkProgress progress, CancellationToken cancel)
    {
        var input = PeerTable.Of(loaded.Table, new int[loaded.Table.Routes.Length], order, seed);
        var operations = ops is null ? [] : OperationList.Read(ops, loaded.Table.Family, loaded.Damage, progress, cancel);
        using var compared = new ComparedStructures(loaded.Table.Family, 1, release);
        var structures = compared.All;
        // Nothing is timed here and each structure has its own memory, so loads and digest run in parallel.
        progress.Step("load and digest", 1, "tables");
        var digest = Task.Run(() => loaded.Table.Digest, cancel);
        Parallel.ForEach(structures, new ParallelOptions { CancellationToken = cancel }, structure =>
        {
            structure.Bind(input.Prefixes, input.Peers);
            OperationList.Apply(operations, structure);
        });
        digest.Wait(cancel);
        Console.Out.WriteLine(json ? Json(loaded.Table, release, structures).Indented() : Text(loaded.Table, release, structures));
        return loaded.ReportDamage();
    }

    private static JsonObject Json(RouteTable table, KernelRelease release, IReadOnlyList<KernelStructure> structures)
    {
        var result = new JsonObject
        {
            ["table"] = new JsonObject { ["prefixes"] = table.Routes.Length, ["sha256"] = table.Digest },
            ["release"] = release.Word(),
            ["allowedips"] = null,
            ["fib"] = null,
        };
        foreach (var structure in structures)
        {
            var json = structure.StatJson();
            var memory = structure.Account();
            json["object_bytes"] = memory.Sum(line => line.ObjectBytes);
            json["page_bytes"] = memory.Sum(line => line.PageBytes);
            result[structure.Key] = json;
        }

        return result;
    }

    private static string Text(RouteTable table, KernelRelease release, IReadOnlyList<KernelStructure> structures)
    {
        var text = new StringBuilder();
        text.AppendLine($"table: {table.Routes.Length:N0} IPv{(int)table.Family} prefixes of {table.Source}");
        text.AppendLine($"sha256 of the sorted prefixes: {table.Digest}");
        text.AppendLine($"structures and allocator of Linux {release.Word()}");
        foreach (var structure in structures)
        {
            text.AppendLine().AppendLine(structure.StatText().TrimEnd('\n'));
            var memory = structure.Account();
            foreach (var line in memory)
                text.AppendLine(Line(line.Cache, line.Objects, line.ObjectBytes, line.PageBytes));
            text.AppendLine(Line("total", memory.Sum(line => line.Objects), memory.Sum(line => line.ObjectBytes), memory.Sum(line => line.PageBytes)));
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string Line(string name, long objects, long objectBytes, long pageBytes) =>
        $"  {name,-18}{objects,12:N0} objects{objectBytes,15:N0} bytes in objects{pageBytes,15:N0} bytes in pages";
}
