// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Figures.Machine;
using Sim.Lab;
using Sim.Validation.RealDaemons;

namespace Sim.Runner.Commands;

/// <summary>Runs the scripts of kernel-patch/daemons, which boot guests with real routing daemons, and makes a report of their rows.</summary>
internal static class DaemonsCommand
{
    private const string FullTable = "kernel-patch/daemons/full-table.sh", Matrix = "kernel-patch/daemons/run.sh";

    /// <summary>The beginnings of two remarks of full-table.sh: the versions of the kernel and the daemons, and other work on the machine.</summary>
    private const string VersionRemark = "# with ", BusyRemark = "# The machine was busy";

    private const string Both = "both", All = "all", NoFailover = "none";

    public static Command Create()
    {
        string[] daemons = [Daemons.Bird, Daemons.Frr, Both, Daemons.None], failovers = [.. Failovers.All.All.Select(term => term.Name), NoFailover];
        string[] ways = [SchemeName.Gateway, SchemeName.Dummy, SchemeName.Agent, SchemeName.Interfaces, SchemeName.Objects, All];
        var (table, seed, best, output) = (CommonOptions.Table(), CommonOptions.Seed(), CommonOptions.BestPath(), CommonOptions.Out("full-table"));
        var prefixes = CommonOptions.Of("--prefixes", "N", "Prefixes of each family: a random sample, or all if the table has fewer.", 100_000).Between(8, 9_999_999);
        var daemon = CommonOptions.Of("--daemon", "DAEMON", $"Daemon of the hub: {string.Join(", ", daemons)}.", Daemons.Bird.Name).OneOf(daemons);
        var way = StrictOptions.Words("--way", $"What chooses the peer of a packet: {string.Join(", ", ways)}; dummy is the baseline.", ways, "WAY");
        way.DefaultValueFactory = _ => [SchemeName.Gateway, SchemeName.Dummy];
        var family = CommonOptions.Of("--family", "4|6|both", "Address family: 4, 6 or both.", Both).OneOf(["4", "6", Both]);
        var failover = StrictOptions.Words("--failover", $"How a spoke fails, in a run each: {string.Join(", ", failovers)}.", failovers, "KIND");
        failover.DefaultValueFactory = _ => [Failovers.Session];
        var rounds = CommonOptions.Of("--rounds", "N", "Rounds; with several, medians have quartiles.", 1).Between(1, 99);
        var matrix = new Option<bool>("--matrix") { Description = "Also run all protocols in small networks, and show which packets pass." };
        return new Command(
            "daemons",
            """
            Gives a table to real routing daemons on WireGuard in a patched kernel, lets a spoke fail, and writes a report.
            Exits with 1 if a claim about routes or packets does not hold.

            Examples:
              daemons
              daemons --prefixes 1000000 --way all --rounds 3 --matrix
              daemons --daemon both --family 4 --failover session,removal
            """)
        {
            table, prefixes, daemon, way, family, failover, rounds, matrix, seed, best.Best, best.Peer, output,
        }.Does((parsed, progress, cancel) =>
        {
            using var folder = ReportWriter.Prepare(parsed.GetValue(output)!.ToString());
            Family[] families = parsed.GetValue(family) is var chosen && chosen == Both ? [Family.IPv4, Family.IPv6] : [chosen == "6" ? Family.IPv6 : Family.IPv4];
            var loaded = TableInput.Load(parsed.GetValue(table), families, best.Rule(parsed), progress, cancel);
            if (loaded.Find(one => one.Table.Routes.Length == 0) is { } empty)
                throw new UserException($"{empty.Table.Source} holds no IPv{(int)empty.Table.Family} prefix; --family chooses the other");
            string[] words =
            [
                "--daemon", parsed.GetValue(daemon)!, "--family", parsed.GetValue(family)!, "--rounds", $"{parsed.GetValue(rounds)}",
                .. parsed.GetValue(way)!.SelectMany(one => (string[])["--way", one]),
            ];
            return new Session(parsed, folder, loaded, cancel).Run(
                words, parsed.GetValue(failover)!, parsed.GetValue(prefixes), parsed.GetValue(matrix), parsed.GetValue(seed));
        });
    }

    private sealed class Session(ParseResult parsed, OutputFolder folder, List<LoadedTable> loaded, CancellationToken cancel)
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly List<NamedFact> _environment = [.. HostFacts.Environment()];
        private readonly List<string> _warnings = [.. loaded.SelectMany(one => one.Warnings())];
        private bool _busy;

        public int Run(string[] words, string[] failovers, int prefixes, bool matrix, ulong seed)
        {
            var data = Directory.CreateTempSubdirectory("sim-daemons-");
            var scenes = new DaemonMatrix();
            IReadOnlyList<Figure> figures;
            try
            {
                var table = Path.Combine(data.FullName, "table");
                using (var file = File.Create(table))
                    loaded.ForEach(one => PrefixListWriter.WriteText(TableOrder.Sample(one.Table, prefixes, seed), file));
                var rows = failovers.Select(kind => Path.Combine(data.FullName, $"{kind}.csv")).ToList();
                foreach (var (kind, file) in failovers.Zip(rows))
                {
                    if (!Holds(FullTable, [.. words, "--failover", kind, "--table", table, "--rows", file], Note))
                        return ExitCode.Failed;
                }

                if (matrix && !Holds(Matrix, [], scenes.Take))
                    return ExitCode.Failed;
                figures = DaemonRows.Read(rows);
            }
            finally
            {
                data.Delete(recursive: true);
            }

            SafeKeeping.Write(Result([.. figures.Select(Flagged), .. scenes.Figures], seed), folder);
            Terminal.Announce($"the report is in {folder.Name}", () =>
                Console.Out.WriteLine($"Report: {Path.Combine(folder.Name, "index.html")} ({_clock.Elapsed.TotalSeconds:N0} s)"));
            return loaded.Max(one => one.ReportDamage());
        }

        /// <summary>Runs a script, shows what it prints, and returns whether its claims hold. The script reads tables with this
        /// program.</summary>
        private bool Holds(string script, string[] words, Action<string> take)
        {
            void Show(string line)
            {
                Console.Out.WriteLine(line);
                take(line);
            }

            KeyValuePair<string, string>[] environment = [new("WG_SIM", Path.Combine(AppContext.BaseDirectory, "wg-sim"))];
            switch (LabScript.Run(script, words, environment, Show, Console.Error.WriteLine, cancel))
            {
                case 0:
                    return true;
                case 1:
                    Console.Error.WriteLine($"Error: not all claims of {script} hold; no report was written");
                    return false;
                default:
                    throw new UserException($"{script} refuses these options together, for the reason above");
            }
        }

        private void Note(string line)
        {
            if (line.StartsWith(VersionRemark, StringComparison.Ordinal) && _environment.TrueForAll(fact => fact.Name != ValidationRows.KernelFact))
                _environment.Add(new(ValidationRows.KernelFact, $"User-Mode Linux: {line[VersionRemark.Length..]}"));
            if (!line.StartsWith(BusyRemark, StringComparison.Ordinal))
                return;
            _busy = true;
            _warnings.Add(line.TrimStart('#', ' '));
        }

        /// <summary>Marks times and ratios of times if the machine was busy. Counts and memory do not depend on it.</summary>
        private Figure Flagged(Figure row) => _busy && (row.Unit == Units.Seconds || row.Unit == Units.Ratio) ? row with { Flag = Figure.Busy } : row;

        private RunResult Result(IReadOnlyList<Figure> figures, ulong seed) => new()
        {
            Command = RunOf.Command(parsed), Started = DateTimeOffset.Now - _clock.Elapsed, Duration = _clock.Elapsed,
            Environment = [.. _environment, new(HostFacts.LoadEndFact, HostFacts.LoadAverage())], Versions = RunOf.Versions(KernelRelease.Linux7_3),
            Table = loaded[0].Table.Facts(), Seed = seed, Quick = false, Warnings = _warnings, Figures = figures,
        };
    }
}
