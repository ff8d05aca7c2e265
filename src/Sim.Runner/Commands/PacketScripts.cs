// SPDX-License-Identifier: MIT
using Sim.Validation.Packets;
using Sim.Workloads.Bgp;

namespace Sim.Runner.Commands;

/// <summary>The parts of <c>validate</c> that run the scripts of kernel-patch/packets: packets through a hub, and peers on one device or on a
/// device each. The scripts boot guests of their own.</summary>
internal static class PacketScripts
{
    /// <summary>The most prefixes of a family with <c>--quick</c>: the largest table that the quick scripts load.</summary>
    private const int QuickPrefixes = 100_000;

    /// <summary>A script with its own options.</summary>
    private sealed record Script(string Machine, string Name, params string[] Words);

    /// <summary>The last one needs two kernels more, which no quick run builds.</summary>
    private static readonly Script[] s_packets =
        [new(ScriptRun.Uml, "packets"), new(ScriptRun.Uml, "packets", TwoProcessors), new(ScriptRun.Qemu, "instructions")];

    private static readonly Script s_peers = new(ScriptRun.Uml, "peers");

    private const string TwoProcessors = "--smp";

    /// <summary>Runs the scripts of packets or of peers, and writes a report of their rows.</summary>
    /// <returns>The exit code: 1 if a claim of a script does not hold. Then no report is written, and the figures of the scripts before it are
    /// kept elsewhere.</returns>
    public static int Run(ScriptRun run, bool peers, IReadOnlyList<LoadedTable> loaded, ulong seed, bool quick)
    {
        // The script of peers takes a list of one family.
        var runs = peers ? loaded.Select(one => (Script: s_peers, Tables: (IReadOnlyList<LoadedTable>)[one])) : s_packets[..(quick ? ^1 : ^0)].Select(script => (Script: script, Tables: loaded));
        var data = Directory.CreateTempSubdirectory("sim-packets-");
        var (list, rows) = (Path.Combine(data.FullName, "list"), Path.Combine(data.FullName, "rows.csv"));
        var (figures, all) = (new List<Figure>(), false);
        try
        {
            foreach (var (script, tables) in runs)
            {
                File.WriteAllLines(list, tables.SelectMany(one => Prefixes(one.Table, seed, quick, outermost: peers)));
                string[] words = ["--family", tables is [var only] ? $"{(int)only.Table.Family}" : "both", "--list", list, "--rows", rows];
                if (!run.Holds(script.Machine, $"kernel-patch/packets/{script.Name}.sh", [.. script.Words, .. quick ? (string[])["--quick"] : [], .. words]))
                    return ExitCode.Failed;
                figures.AddRange(PacketRows.Read(peers ? Experiment.HubPeers : Experiment.HubPackets, [rows], script.Words.Contains(TwoProcessors)));
            }

            all = true;
            return run.Report(figures, seed, quick);
        }
        finally
        {
            if (!all)
                run.Keep(figures, seed, quick);
            data.Delete(recursive: true);
        }
    }

    /// <summary>Returns the prefixes of a family that a hub can route. If a peer's device goes down, packets to its prefixes must take the
    /// default route, so <c>peers.sh</c> needs prefixes that do not overlap.</summary>
    private static IEnumerable<string> Prefixes(RouteTable table, ulong seed, bool quick, bool outermost)
    {
        var usable = Array.FindAll(table.Routes, route => SpeakerLab.IsUsable(route.Prefix));
        return TableOrder.Sample(new RouteTable(table.Source, table.Family, outermost ? Outermost(usable) : usable, table.NextHops), quick ? QuickPrefixes : int.MaxValue, seed)
            .Routes.Select(route => route.Prefix.ToString());
    }

    private static Route[] Outermost(Route[] routes)
    {
        var outermost = new List<Route>();
        foreach (var route in routes.OrderBy(route => route.Prefix))
        {
            if (outermost is not [.., var last] || !last.Prefix.Contains(route.Prefix))
                outermost.Add(route);
        }

        return [.. outermost];
    }
}
