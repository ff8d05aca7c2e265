// SPDX-License-Identifier: MIT
using Sim.Validation.RealDaemons;

namespace Sim.Runner.Commands;

/// <summary>Runs the scripts of kernel-patch/daemons, which boot guests with real routing daemons, and makes a report of their rows.</summary>
internal static class DaemonsCommand
{
    private const string FullTable = "kernel-patch/daemons/full-table.sh", Matrix = "kernel-patch/daemons/run.sh";

    private const string Both = "both", All = "all", NoFailover = "none";

    public static Command Create()
    {
        string[] daemons = [Daemons.Bird, Daemons.Frr, Both, Daemons.None], failovers = [.. Failovers.All.All.Select(term => term.Name), NoFailover];
        string[] ways = [SchemeName.Gateway, SchemeName.Dummy, SchemeName.Agent, SchemeName.Interfaces, SchemeName.Objects, All];
        var (table, seed, best, output) = (CommonOptions.Table(), CommonOptions.Seed(), CommonOptions.BestPath(), CommonOptions.Out("full-table"));
        var prefixes = SpeakerFiles.Prefixes();
        var daemon = CommonOptions.Of("--daemon", "DAEMON", $"Daemon of the hub: {string.Join(", ", daemons)}.", Daemons.Bird.Name).OneOf(daemons);
        var way = StrictOptions.Words("--way", $"What chooses the peer of a packet: {string.Join(", ", ways)}; dummy is the baseline.", ways, "WAY");
        way.DefaultValueFactory = _ => [SchemeName.Gateway, SchemeName.Dummy];
        var family = CommonOptions.Of("--family", "4|6|both", "Address family: 4, 6 or both.", Both).OneOf(["4", "6", Both]);
        var failover = StrictOptions.Words("--failover", $"How a spoke fails, in a run each: {string.Join(", ", failovers)}.", failovers, "KIND");
        failover.DefaultValueFactory = _ => [Failovers.Session];
        var updates = ReplayOptions.Updates("MRT files of updates, which spokes play when the table is loaded.");
        var speed = StrictOptions.Numbers("--speed", "How many times as fast as recorded they are played, in a run each.", [100], 1, 10_000, "N,N,...");
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
              daemons --table latest-bview.gz --updates updates.20260222.1530.bz2 --speed 10,100 --failover none
            """)
        {
            table, prefixes, daemon, way, family, failover, updates, speed, rounds, matrix, seed, best.Best, best.Peer, output,
        }.Does((parsed, progress, cancel) =>
        {
            using var folder = ReportWriter.Prepare(parsed.GetValue(output)!.ToString());
            Family[] families = parsed.GetValue(family) is var chosen && chosen == Both ? [Family.IPv4, Family.IPv6] : [chosen == "6" ? Family.IPv6 : Family.IPv4];
            var trace = TraceFiles.Open(parsed.GetValue(updates)!, "--updates", again: true, progress, cancel);
            string[] words =
            [
                "--daemon", parsed.GetValue(daemon)!, "--family", parsed.GetValue(family)!, "--rounds", $"{parsed.GetValue(rounds)}",
                .. parsed.GetValue(way)!.SelectMany(one => (string[])["--way", one]),
            ];
            string[] speeds = trace.Count == 0 ? [] : Array.ConvertAll(parsed.GetValue(speed)!, times => $"{times}");
            var kinds = Array.FindAll(parsed.GetValue(failover)!, kind => kind != NoFailover || speeds.Length == 0);
            var data = Directory.CreateTempSubdirectory("sim-daemons-");
            try
            {
                var damage = new DamageLog();
                var input = SpeakerFiles.Input(parsed.GetValue(table), progress, cancel);
                var loaded = families.Select(one => SpeakerFiles.Write(
                    input, one, best.Rule(parsed), parsed.GetValue(prefixes), parsed.GetValue(seed), trace, Path.Combine(data.FullName, $"{(int)one}"), damage, progress, cancel)
                    .Loaded).ToList();
                var code = Run(
                    new ScriptRun(parsed, folder, loaded, cancel), [.. words, "--streams", data.FullName], [.. kinds.Select(kind => ("--failover", kind)), .. speeds.Select(times => ("--speed", times))],
                    data.FullName, parsed.GetValue(matrix), parsed.GetValue(seed));
                return Math.Max(code, InputDamage.Report(damage));
            }
            finally
            {
                data.Delete(recursive: true);
            }
        });
    }

    /// <summary>Runs full-table.sh once for each option: a failover, or a speed of the trace.</summary>
    private static int Run(ScriptRun run, string[] words, (string Option, string Value)[] runs, string data, bool matrix, ulong seed)
    {
        var scenes = new DaemonMatrix();
        var rows = runs.Select(one => Path.Combine(data, $"{one.Value}.csv")).ToList();
        foreach (var ((option, value), file) in runs.Zip(rows))
        {
            if (!run.Holds(ScriptRun.Uml, FullTable, [.. words, option, value, "--rows", file]))
                return ExitCode.Failed;
        }

        return matrix && !run.Holds(ScriptRun.Uml, Matrix, [], scenes.Take)
            ? ExitCode.Failed : run.Report(DaemonRows.Read(rows).Concat(scenes.Figures), seed, quick: false);
    }
}
