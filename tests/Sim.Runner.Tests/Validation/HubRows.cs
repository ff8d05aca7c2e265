// SPDX-License-Identifier: MIT
namespace Sim.Runner.Tests.Validation;

/// <summary>Made-up rows of the scripts of kernel-patch/packets: two rounds, both families. None of the numbers was measured.</summary>
internal static class HubRows
{
    public const string Header = "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant";

    private static readonly int[] s_families = [4, 6], s_rounds = [1, 2], s_tables = [10, 1000], s_peers = [1, 10, 100];

    private static readonly string[] s_operations = ["encrypt", "decrypt"];

    /// <summary>Rows of packets.sh. In mode gateway, IPv4 packets are 25 % faster than with AllowedIPs. The second hub is 2 % faster in one round and
    /// 2 % slower in the other.</summary>
    public static string Packets => Text(
        from family in s_families from prefixes in s_tables from operation in s_operations from round in s_rounds
        from scheme in (string[])["allowed-ips", "default-route", "gateway", "aa"]
        from line in Hub(scheme == "aa" ? "allowed-ips" : scheme, family, operation, prefixes, scheme == "aa" ? "aa" : "plain", 10_000.0 / round * scheme switch
        {
            "gateway" when family == 4 => 1.25,
            "aa" => round == 1 ? 1.02 : 0.98,
            _ => 1,
        }, lost: 0)
        select line);

    /// <summary>Rows of packets.sh --smp. Changes without a pause cost a quarter of the packets a second, and a packet of each round.</summary>
    public static string Changes => Text(
        from family in s_families from operation in s_operations from round in s_rounds from scheme in (string[])["allowed-ips", "gateway", "aa"]
        from rate in scheme == "aa" ? (string[])["aa"] : ["rate-0", "rate-100", "rate-unlimited"]
        from line in Hub(
            scheme == "aa" ? "allowed-ips" : scheme, family, operation, 1000, rate, 10_000.0 / round * (rate == "rate-unlimited" ? 0.75 : rate == "aa" ? 1.1 : 1), rate == "rate-unlimited" ? 1 : 0)
            .Append($"changes,{(rate == "rate-unlimited" ? 5000 : 100)},changes/s,{(scheme == "aa" ? "allowed-ips" : scheme)},{family},{operation},uniform,1000,8,64,{rate}")
        select line);

    /// <summary>Rows of instructions.sh. The choice of the peer takes 400 of 5,000 instructions, and 90 of 4,500 in mode gateway.</summary>
    public static string Instructions => Text(
        from family in s_families from operation in s_operations from prefixes in s_tables from line in
            Counted("allowed-ips", 5000, 400, "plain").Concat(Counted("allowed-ips", 5000, 400, "plain")).Concat(Counted("gateway", 4500, 90, "plain")).Concat(Counted("gateway", 4500, 90, "plain"))
                .Concat(Counted("allowed-ips", 4975, 390, "stock"))
                .Append($"unused_overhead,{(family == 4 ? 5 : -3)}.00,permille,allowed-ips,AT,unused").Append("repeat,2.00,permille,allowed-ips,AT,plain-aa")
        select line.Replace("AT", $"{family},{operation},uniform,{prefixes},8,64", StringComparison.Ordinal));

    /// <summary>Rows of peers.sh. A device per peer takes twice the memory and, in the second round, twice the time.</summary>
    public static string Peers => Text(
        from family in s_families from peers in s_peers from scheme in (string[])["gateway", "devices"] from line in
            Grown(scheme, peers).Concat(from round in s_rounds from timed in Timed(scheme, scheme == "devices" ? 0.01 * peers * round : 0.01 * peers, peers) select timed)
                .Concat(scheme == "gateway" ? Timed("gateway", 0.01 * peers, peers, "aa").Concat(Timed("gateway", 0.01 * peers, peers, "aa")) : [])
        select line.Replace("FAMILY", $"{family}", StringComparison.Ordinal));

    private static IEnumerable<string> Hub(string scheme, int family, string operation, int prefixes, string variant, double rate, int lost)
    {
        var at = $"{scheme},{family},{operation},uniform,{prefixes},8,64,{variant}";
        (string Name, double Value, string Unit)[] cells =
        [
            ("pps", rate, "packets/s"), ("packet_ns", 1e9 / rate, "ns"), ("idle", 0, "permille"), ("latency_median", 5000, "ns"), ("latency_p99", 9000, "ns"), ("latency_p999", 12_000, "ns"),
            ("alone_median", 900, "ns"), ("alone_p99", 1500, "ns"), ("alone_p999", 4000, "ns"), ("lost", lost, "packets"), ("dropped", lost, "packets"), ("wrong", 0, "packets"),
            ("damaged", 0, "packets"),
        ];
        return cells.Select(cell => FormattableString.Invariant($"{cell.Name},{cell.Value},{cell.Unit},{at}"));
    }

    private static IEnumerable<string> Counted(string scheme, int all, int choice, string variant) =>
    [
        $"packet_instructions,{all}.00,instructions,{scheme},AT,{variant}", $"choice_instructions,{choice}.00,instructions,{scheme},AT,{variant}",
        $"route_instructions,300.00,instructions,{scheme},AT,{variant}", $"crypto_instructions,2000.00,instructions,{scheme},AT,{variant}",
        $"rest_instructions,{all - choice - 2300}.00,instructions,{scheme},AT,{variant}", FormattableString.Invariant($"choice_share,{1000.0 * choice / all},permille,{scheme},AT,{variant}"),
        .. variant == "plain" ? (string[])[FormattableString.Invariant($"choice_share,{2000.0 * choice / all},permille,{scheme},AT,modelled")] : [],
    ];

    private static IEnumerable<string> Grown(string scheme, int peers)
    {
        var (at, memory) = ($"{scheme},FAMILY,create,none,0,{peers},0,plain", 4096 * peers * (scheme == "devices" ? 2 : 1));
        return
        [
            $"memory_all,{memory},bytes,{at}", $"memory_all_per_peer,{memory / peers},bytes,{at}", $"memory_slab,{memory},bytes,{at}",
            $"interfaces,{(scheme == "devices" ? peers : 1)},interfaces,{at}", $"sockets,{(scheme == "devices" ? 2 * peers : 2)},sockets,{at}",
            $"notifications_link,{(scheme == "devices" ? 3 * peers : 3)},messages,{at}", $"scan_messages,{peers},messages,{scheme},FAMILY,none,none,0,{peers},0,plain",
        ];
    }

    private static IEnumerable<string> Timed(string scheme, double time, int peers, string variant = "plain")
    {
        string Line(string name, string operation, double value, string unit, int prefixes, string kind) =>
            FormattableString.Invariant($"{name},{value},{unit},{scheme},FAMILY,{operation},none,{prefixes},{peers},0,{kind}");
        return
        [
            Line("create_time", "create", time, "s", 0, variant), Line("up_time", "create", time, "s", 0, variant), Line("delete_time", "delete", time, "s", 0, variant),
            Line("load_time", "load", 10 * time, "s", 1000, variant), Line("storm_time", "storm", time, "s", 0, variant),
            Line("failover_time", "failover", time, "s", 1000, variant == "aa" ? "aa" : "replace"),
            .. variant == "aa" ? (string[])[] : [Line("failover_lost", "failover", 3, "packets", 1000, "replace")],
        ];
    }

    private static string Text(IEnumerable<string> lines) => $"{Header}\n{string.Join('\n', lines)}\n";
}
