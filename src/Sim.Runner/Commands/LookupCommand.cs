// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

internal static class LookupCommand
{
    public static Command Create()
    {
        var (table, family, best, release, json) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.BestPath(), CommonOptions.Release(), CommonOptions.Json());
        var addresses = new Argument<string[]>("ADDRESS")
        {
            Description = "Addresses to look up; without any, standard input is read.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return new Command(
            "lookup",
            """
            Looks addresses up in both structures and shows each node on the path.
            Peer numbers are indices of the table's next hops.

            Examples:
              lookup --table ris-dump.mrt.gz --json 192.0.2.1
              lookup --family 6 2001:db8::1
              lookup --table prefixes.txt < addresses.txt
            """)
        {
            table, family, release, best.Best, best.Peer, json, addresses,
        }.Does((parsed, progress, cancel) =>
        {
            var wanted = parsed.GetValue(family).ToFamily();
            var given = parsed.GetValue(addresses) ?? [];
            var loaded = TableInput.Load(parsed.GetValue(table), wanted, best.Rule(parsed), progress, cancel);
            return Run(
                loaded, KernelReleases.Of(parsed.GetValue(release)!), given.Length > 0 ? given : ReadStandardInput(cancel), parsed.GetValue(json), cancel);
        });
    }

    private static IEnumerable<string> ReadStandardInput(CancellationToken cancel)
    {
        using var reader = new StreamReader(InputFile.StandardInput(cancel));
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } address)
                yield return address;
        }
    }

    private static int Run(LoadedTable loaded, KernelRelease release, IEnumerable<string> addresses, bool json, CancellationToken cancel)
    {
        var table = loaded.Table;
        var prefixes = table.ToPrefixes();
        var peerOf = Array.ConvertAll(table.Routes, route => route.NextHop);
        using var compared = new ComparedStructures(table.Family, Math.Max(table.NextHops.Count, 1), release);
        var structures = compared.All;
        foreach (var structure in structures)
            structure.Bind(prefixes, peerOf);
        var (results, bad) = (new JsonArray(), 0);
        foreach (var text in addresses)
        {
            cancel.ThrowIfCancellationRequested();
            if (!AddressText.TryParse(text, out var family, out var address) || family != table.Family)
            {
                Console.Error.WriteLine($"Error: '{text}' is no IPv{(int)table.Family} address");
                bad++;
            }
            else if (json)
            {
                results.Add(Json(loaded, structures, text, address));
            }
            else
            {
                Print(loaded, structures, text, address);
            }
        }

        if (json)
            Console.Out.WriteLine(results.Indented());
        return bad > 0 ? ExitCode.Usage : loaded.ReportDamage();
    }

    private static void Print(LoadedTable loaded, IReadOnlyList<KernelStructure> structures, string text, UInt128 address)
    {
        foreach (var structure in structures)
        {
            var peer = structure.Lookup(address);
            var touch = structure.Trace(address);
            var answer = peer < 0 ? "no prefix" : $"{touch.Match}, peer {peer} ({loaded.Table.NextHops[peer]})";
            Console.Out.WriteLine($"{text} {structure.Key}: {answer}; {touch.Nodes} nodes, {touch.CacheLines} cache lines");
            foreach (var step in structure.Describe(address))
                Console.Out.WriteLine($"    {step}");
        }
    }

    private static JsonObject Json(LoadedTable loaded, IReadOnlyList<KernelStructure> structures, string text, UInt128 address)
    {
        var result = new JsonObject { ["address"] = text };
        foreach (var structure in structures)
        {
            var peer = structure.Lookup(address);
            var touch = structure.Trace(address);
            result[structure.Key] = new JsonObject
            {
                ["prefix"] = touch.Match?.ToString(),
                ["peer"] = peer < 0 ? null : peer,
                ["next_hop"] = peer < 0 ? null : loaded.Table.NextHops[peer],
                ["nodes"] = touch.Nodes,
                ["cache_lines"] = touch.CacheLines,
                ["path"] = new JsonArray([.. structure.Describe(address).Select(step => (JsonNode)step)]),
            };
        }

        return result;
    }
}
