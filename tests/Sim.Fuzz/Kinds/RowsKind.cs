// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Files;
using Sim.Validation.Packets;
using Sim.Validation.RealDaemons;
using static Sim.Fuzz.Field;

namespace Sim.Fuzz;

/// <summary>Rows of routing daemons, and of packets and peers, which scripts in a guest print. A file is read whole, or refused with its name and a
/// line.</summary>
internal sealed class RowsKind : FuzzKind
{
    private static readonly string[] s_names =
        ["fib_complete", "peak_memory_bird", "load_cpu_daemon", "failover_last_wrong", "hold_end", "replay_lag_p99", "replay_netlink_messages", "load_kernel_Slab", "nothing"];

    public override string Name => "rows";

    private static readonly string[] s_hubNames =
        ["pps", "packet_ns", "lost", "hub_lost", "pps_ratio", "choice_share", "unused_overhead", "create_time", "up_time", "set_up_time", "memory_all_per_peer", "failover_lost", "nothing"];

    private static readonly Func<string, IReadOnlyList<Figure>>[] s_readers =
        [file => DaemonRows.Read([file]), file => PacketRows.Read(Experiment.HubPackets, [file]), file => PacketRows.Read(Experiment.HubPeers, [file], two: true)];

    public override FuzzInput Make(Dice dice)
    {
        var (header, line) = dice.OneIn(2)
            ? ("name,value,unit,daemon,way,family,prefixes,seconds,failover", (Func<Dice, Field>)Line)
            : ("name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant", HubLine);
        var file = Group(Enumerable.Range(0, dice.Between(1, 30)).Select(at => at == 0 ? Words(header) : line(dice)));
        if (!dice.OneIn(4))
            Damage.Structure(file, dice);
        var bytes = file.ToArray();
        return new FuzzInput(dice.OneIn(3) ? Damage.Bytes(bytes, Group(Enumerable.Range(0, 5).Select(_ => line(dice))).ToArray(), dice) : bytes, [], Promise.None);
    }

    public override void Check(FuzzInput input)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, input.Bytes);
            foreach (var reader in s_readers)
                Check(file, reader);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Check(string file, Func<string, IReadOnlyList<Figure>> reader)
    {
        try
        {
            foreach (var figure in reader(file))
                Hold(double.IsFinite(figure.Value) && figure.Family is 4 or 6 && figure.N > 0, $"a row of {figure.Value}, family {figure.Family}");
        }
        catch (UserException error)
        {
            Hold(error.Message.StartsWith($"{file}, line ", StringComparison.Ordinal), $"no file and line: {error.Message}");
        }
    }

    private static Field Line(Dice dice) => Words(string.Join(',',
        dice.Pick(s_names), dice.Pick(["1", "0.5", "-3", "nan", "1e400", "12345678"]), dice.Pick(["s", "kB", "bytes", "messages"]), dice.Pick(["bird", "frr", "none"]),
        dice.Pick(["gateway", "dummy", "agent"]), dice.Pick(["4", "6"]), dice.Pick(["1000", "0"]), "12.5", dice.Pick(["session", "none", "replay-100", "replay-"])));

    private static Field HubLine(Dice dice) => Words(string.Join(',',
        dice.Pick(s_hubNames), dice.Pick(["1", "0.5", "-3", "0", "nan", "1e308", "12345678"]), dice.Pick(["packets/s", "ns", "s", "bytes", "permille", "packets"]),
        dice.Pick(["allowed-ips", "gateway", "devices"]), dice.Pick(["4", "6"]), dice.Pick(["encrypt", "create", "none"]), dice.Pick(["uniform", "none"]), dice.Pick(["1000", "0"]),
        dice.Pick(["8", "0"]), dice.Pick(["64", "0"]), dice.Pick(["plain", "aa", "rate-0", "rate-100", "smp-aa", "modelled", "replace"])));

    private static Field Words(string line) => Group([.. line.Split(',').SelectMany((word, at) => at == 0 ? (Field[])[Leaf(Encoding.ASCII.GetBytes(word))] : [Leaf((byte)','), Leaf(Encoding.ASCII.GetBytes(word))]), Leaf((byte)'\n')]);
}
