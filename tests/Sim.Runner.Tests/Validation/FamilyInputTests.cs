// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Runner.Tests.Commands;
using Sim.Validation.Inputs;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class FamilyInputTests
{
    [Theory]
    [InlineData(Family.IPv4, 200, 4)]
    [InlineData(Family.IPv4, 200, 1)]
    [InlineData(Family.IPv4, 2, 2)]
    [InlineData(Family.IPv4, 1, 4)]
    [InlineData(Family.IPv4, 1, 1)]
    [InlineData(Family.IPv6, 200, 4)]
    [InlineData(Family.IPv6, 1, 1)]
    public void Allowed_ips_and_routes_end_every_step_with_the_same_bindings(Family family, int prefixes, int peers)
    {
        var table = Tables.Random(family, prefixes);
        var input = Tables.Input(table, peers);
        var whole = Tables.Bindings(table, Tables.PeerOf(table, peers));
        foreach (var (allowedIps, routes) in input.AllowedIpsLoads.Zip(input.RouteLoads))
        {
            Assert.Equal(allowedIps.Name, routes.Name);
            Same(whole, Given([], allowedIps.Operations));
            Same(whole, Routed([], routes.Operations));
        }

        var (given, routed) = (new Dictionary<Prefix, int>(whole), new Dictionary<Prefix, int>(whole));
        foreach (var (allowedIps, routes) in new[] { input.Third, input.Mix, input.Move })
        {
            Without(Given(given, allowedIps.Operations), input.Dummy);
            Same(given, Routed(routed, routes.Operations));
        }

        Without(given, 0);
        Given(given, input.Replace.AllowedIps.Operations);
        Same(given, Routed(routed, input.Replace.Routes.Operations));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Loads_have_each_order_once_the_file_s_last_and_a_peer_after_the_other(Family family)
    {
        var table = Tables.Random(family, 100);
        var input = Tables.Input(table);
        Assert.Equal(TableOrder.Names.Order(), input.AllowedIpsLoads.Select(load => load.Name).Order());
        Assert.Equal("file", input.AllowedIpsLoads[^1].Name);
        foreach (var load in input.AllowedIpsLoads)
        {
            var places = TableOrder.Permute(table, TableOrder.Parse(load.Name), seed: 1).Select(route => route.Prefix).ToList();
            Assert.Equal(load.Operations.OrderBy(operation => operation.Peer).ThenBy(operation => places.IndexOf(operation.Prefix)), load.Operations);
        }
    }

    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv4, 150)]
    [InlineData(Family.IPv6, 1)]
    [InlineData(Family.IPv6, 150)]
    public void The_files_hold_the_very_records_of_the_steps_and_keys(Family family, int prefixes)
    {
        using var scratch = new Scratch();
        var input = Tables.Input(Tables.Random(family, prefixes));
        input.Write(scratch.Folder);
        foreach (var step in Steps(input))
        {
            var bytes = File.ReadAllBytes(scratch[step.File]);
            Assert.Equal(step.Operations.Select(one => (one.Prefix, Kind(one.Kind), one.Peer)), Records(bytes, family));
        }

        Assert.Equal(["uniform", "prefixes", "zipf", "hot"], input.Patterns.Select(pattern => pattern.Name));
        foreach (var (_, keys, file) in input.Patterns)
        {
            var bytes = File.ReadAllBytes(scratch[file]);
            Assert.Equal(Tables.Plan.AnswerKeys, keys.Count);
            Assert.Equal(Enumerable.Range(0, keys.Count).Select(keys.LeftAligned), bytes.Chunk((family.Bits() / 8)).Select(Address));
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Every_file_has_a_name_of_its_own_and_is_some_step_s_or_pattern_s(Family family)
    {
        using var scratch = new Scratch();
        var input = Tables.Input(Tables.Random(family, 20));
        input.Write(scratch.Folder);
        var named = Steps(input).Select(step => step.File)
            .Concat(input.Patterns.Concat(input.PacketPatterns).Select(pattern => pattern.File).Distinct(StringComparer.Ordinal)).ToList();
        Assert.All(named, file => Assert.EndsWith($".{(int)family}", file, StringComparison.Ordinal));
        // IPv4 routes may have gateways of either family, and a file has one.
        named.AddRange(input.Gateways.Select(step => step.File));
        Assert.Equal(named.Order(), named.Distinct().Order());
        Assert.Equal(named.Order(), Directory.GetFiles(scratch.Folder).Select(file => Path.GetFileName(file)!).Order());
    }

    [Fact]
    public void The_timed_sample_is_of_the_table_each_prefix_once_in_three_forms()
    {
        var table = Tables.Random(Family.IPv4, 100);
        var input = Tables.Input(table);
        var (insert, delete, toDummy) = input.Timed;
        var bound = Tables.Bindings(table, Tables.PeerOf(table, Tables.Peers));
        Assert.Equal(20, insert.Operations.DistinctBy(operation => operation.Prefix).Count());
        Assert.All(insert.Operations, operation => Assert.Equal((RouteChange.Insert, bound[operation.Prefix]), (operation.Kind, operation.Peer)));
        Assert.Equal(insert.Operations, delete.Operations.Select(operation => operation.Reversed));
        Assert.All(delete.Operations, operation => Assert.Equal(RouteChange.Delete, operation.Kind));
        Assert.Equal(insert.Operations.Select(operation => operation with { NewPeer = input.Dummy }), toDummy.Operations);
    }

    [Fact]
    public void No_message_to_wireguard_asks_for_what_linux_6_12_cannot_do()
    {
        var input = Tables.Input(Tables.Random(Family.IPv6, 100));
        foreach (var step in new[] { input.Third.AllowedIps, input.Mix.AllowedIps, input.Move.AllowedIps, input.Replace.AllowedIps })
            Assert.All(step.Operations, operation => Assert.NotEqual(RouteChange.Delete, operation.Kind));
        Assert.Equal(Tables.Peers, input.Dummy);
    }

    [Fact]
    public void The_same_seed_makes_the_same_files()
    {
        using var scratch = new Scratch();
        using var again = new Scratch();
        using var other = new Scratch();
        var table = Tables.Random(Family.IPv4, 100);
        Tables.Input(table).Write(scratch.Folder);
        Tables.Input(table).Write(again.Folder);
        Tables.Input(table, seed: 2).Write(other.Folder);
        foreach (var file in Directory.GetFiles(scratch.Folder).Select(file => Path.GetFileName(file)!))
            Assert.Equal(File.ReadAllBytes(scratch[file]), File.ReadAllBytes(again[file]));
        foreach (var file in new[] { "routes-mix.4", "allowedips-mix.4", "keys-uniform.4", "routes-shuffled.4", "both-timed-insert.4" })
            Assert.NotEqual(File.ReadAllBytes(scratch[file]), File.ReadAllBytes(other[file]));
    }

    /// <summary>What WireGuard does with an operation: the prefix is the peer's, whoever had it.</summary>
    private static Dictionary<Prefix, int> Given(Dictionary<Prefix, int> bound, IEnumerable<BindingChange> operations)
    {
        foreach (var operation in operations)
            bound[operation.Prefix] = operation.Peer;
        return bound;
    }

    private static Dictionary<Prefix, int> Routed(Dictionary<Prefix, int> bound, IEnumerable<BindingChange> operations)
    {
        Tables.Apply(bound, operations);
        return bound;
    }

    private static void Without(Dictionary<Prefix, int> bound, int peer)
    {
        foreach (var prefix in bound.Where(binding => binding.Value == peer).Select(binding => binding.Key).ToList())
            bound.Remove(prefix);
    }

    private static void Same(Dictionary<Prefix, int> expected, Dictionary<Prefix, int> actual) =>
        Assert.Equal(expected.OrderBy(binding => binding.Key), actual.OrderBy(binding => binding.Key));

    private static IEnumerable<Step> Steps(FamilyInput input)
    {
        var (insert, delete, toDummy) = input.Timed;
        return
        [
            .. input.AllowedIpsLoads, input.Third.AllowedIps, input.Mix.AllowedIps, input.Move.AllowedIps, input.Replace.AllowedIps,
            insert, delete, toDummy, input.PeersAlone, input.Single.Foreign, input.Single.Third, input.Single.Back, input.Single.All,
            input.Single.MoveAll, input.Single.MoveBack, .. input.RouteLoads, input.Third.Routes, input.Mix.Routes, input.Move.Routes,
            input.Replace.Routes, input.Rest, .. input.Siblings,
        ];
    }

    /// <summary>The numbers of kernel-patch/vm/README.md, Files.</summary>
    private static int Kind(RouteChange kind) => kind switch { RouteChange.Insert => 0, RouteChange.Delete => 1, RouteChange.Append => 3, _ => 2 };

    private static IEnumerable<(Prefix Prefix, int Kind, int Peer)> Records(byte[] bytes, Family family) =>
        bytes.Chunk((family.Bits() / 8) + 4).Select(record =>
            (new Prefix(family, Address(record[..^4]), record[^4]), (int)record[^3], record[^2] | record[^1] << 8));

    private static UInt128 Address(byte[] bytes) =>
        bytes.Aggregate(UInt128.Zero, (sum, one) => sum << 8 | one) << (128 - (8 * bytes.Length));

    [Theory]
    [InlineData("0.255.255.255", false)]
    [InlineData("1.0.0.0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("128.0.0.0", true)]
    [InlineData("223.255.255.255", true)]
    [InlineData("224.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    public void Packets_are_not_asked_about_for_addresses_of_other_kinds(string address, bool unicast) =>
        Assert.Equal(unicast, FamilyInput.IsUnicast(Family.IPv4, Prefix.Parse(address).Address));

    [Theory]
    [InlineData("::1", false)]
    [InlineData("100::", true)]
    [InlineData("2001:db8::", true)]
    [InlineData("fe7f:ffff::", true)]
    [InlineData("fe80::1", false)]
    [InlineData("febf::", false)]
    [InlineData("fec0::", true)]
    [InlineData("ff02::1", false)]
    public void Nor_for_those_of_ipv6(string address, bool unicast) =>
        Assert.Equal(unicast, FamilyInput.IsUnicast(Family.IPv6, Prefix.Parse(address).Address));
}
