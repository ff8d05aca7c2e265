// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes;
using Sim.Schemes.Structures;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class SchemeTests
{
    private const int Peers = 5;

    public static TheoryData<string> Names => [.. TestKinds.All.Select(kind => kind.Name.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void After_any_batches_a_scheme_binds_what_a_dictionary_binds(string name)
    {
        var kind = TestKinds.Named(name);
        foreach (var family in TestKinds.FamiliesOf(name))
        {
            for (var seed = 1ul; seed <= 8; seed++)
                RunBesideDictionary(kind, family, seed);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_loaded_and_taken_away_again_leaves_no_memory_behind(string name)
    {
        foreach (var family in TestKinds.FamiliesOf(name))
            LoadAndTakeAway(name, family);
    }

    private static void LoadAndTakeAway(string name, Family family)
    {
        using var scheme = TestKinds.Named(name).Create(family, Peers);
        var empty = scheme.Structures.Sum(part => part.Structure.Memory.Objects);
        var inserts = Enumerable.Range(0, 3000)
            .Select(at => new BindingChange(0, new Prefix(family, (UInt128)at << 108, 20), -1, at % Peers)).ToArray();
        scheme.Load(inserts);
        Assert.Equal(3000, scheme.Count);
        var deletes = Array.ConvertAll(inserts, change => change with { OldPeer = change.NewPeer, NewPeer = -1 });
        scheme.Prepare(deletes);
        scheme.Apply(deletes);
        Assert.Equal(0, scheme.Count);
        // The table of fib_infos never shrinks.
        Assert.InRange(scheme.Structures.Sum(part => part.Structure.Memory.Objects), empty, empty + 4);
        Assert.True(scheme.Work.Frees > 3000, "frees are counted");
    }

    /// <summary>Bytes of one message each: facts of the wire (NetlinkSizeTests).</summary>
    [Theory]
    [InlineData("AllowedIPs, REMOVE_ME", 104, 104, 112)]
    [InlineData("AllowedIPs, REMOVE_ME + routes", 104 + 44, 104, 112 + 44)]
    [InlineData("AllowedIPs, dummy peer", 104, 104, 104 + 80)]
    [InlineData("AllowedIPs, REPLACE", 104, 104, 80)]
    [InlineData("RTA_WGPEER", 80, 80, 80)]
    [InlineData("RTA_VIA", 68, 68, 68)]
    [InlineData("nexthop objects", 44, 44, 44)]
    [InlineData("AllowedIPs on a FIB trie", 104, 104, 112)]
    [InlineData("a device per peer", 44, 44, 44)]
    public void A_change_alone_takes_these_bytes(string name, int insert, int move, int delete)
    {
        using var scheme = TestKinds.Named(name).Create(Family.IPv4, Peers);
        var prefix = Prefix.Parse("192.0.2.0/24");
        Assert.Equal(insert, Do(scheme, new(0, prefix, -1, 1)).Bytes);
        Assert.Equal(move, Do(scheme, new(0, prefix, 1, 2)).Bytes);
        Assert.Equal(delete, Do(scheme, new(0, prefix, 2, -1)).Bytes);
    }

    /// <summary>The same of IPv6: without RTA_TABLE, 8 bytes less than of a table above 255.</summary>
    [Theory]
    [InlineData("AllowedIPs, REMOVE_ME", 116, 116, 124)]
    [InlineData("AllowedIPs, REMOVE_ME + routes", 116 + 56, 116, 124 + 56)]
    [InlineData("AllowedIPs, dummy peer", 116, 116, 116 + 80)]
    [InlineData("AllowedIPs, REPLACE", 116, 116, 80)]
    [InlineData("RTA_WGPEER", 100 - 8, 100 - 8, 100 - 8)]
    [InlineData("RTA_VIA", 76, 76, 76)]
    [InlineData("nexthop objects", 56, 56, 56)]
    [InlineData("AllowedIPs on a FIB trie", 116, 116, 124)]
    [InlineData("a device per peer", 64 - 8, 64 - 8, 64 - 8)]
    public void A_change_of_IPv6_alone_takes_these_bytes(string name, int insert, int move, int delete)
    {
        using var scheme = TestKinds.Named(name).Create(Family.IPv6, Peers);
        var prefix = Prefix.Parse("2001:db8::/32");
        Assert.Equal(insert, Do(scheme, new(0, prefix, -1, 1)).Bytes);
        Assert.Equal(move, Do(scheme, new(0, prefix, 1, 2)).Bytes);
        Assert.Equal(delete, Do(scheme, new(0, prefix, 2, -1)).Bytes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packets_of_either_family_find_the_peer_that_the_prefix_is_bound_to(string name)
    {
        foreach (var family in TestKinds.FamiliesOf(name))
        {
            var kind = TestKinds.Named(name);
            using var scheme = kind.Create(family, Peers);
            Do(scheme, new(0, new Prefix(family, (UInt128)0x20 << 120, 8), -1, 1));
            Do(scheme, new(0, new Prefix(family, (UInt128)0x2080 << 112, 9), -1, 3));
            Do(scheme, new(0, new Prefix(family, (UInt128)0x20 << 120, 8), 1, 4));
            foreach (var (address, peer) in new[] { ((UInt128)0x2001 << 112, 4), ((UInt128)0x2081 << 112, 3), ((UInt128)0x41 << 120, -1) })
            {
                Assert.Equal(peer, scheme.Transmit(address));
                Assert.Equal(peer, scheme.Receive(address, rpFilter: true));
                if (kind.ChecksSources)
                    Assert.Equal(peer, scheme.Receive(address, rpFilter: false));
            }
        }
    }

    /// <summary>Each route has a fib6_info, and its state unless an object has it: what the report says of the families' difference.</summary>
    [Fact]
    public void Of_IPv6_each_route_has_a_state_of_its_own_unless_nexthop_objects_have_it()
    {
        Assert.Equal(3000, StatesOf3000Routes("RTA_WGPEER"));
        Assert.Equal(0, StatesOf3000Routes("a device per peer"));
        Assert.Equal(Peers, StatesOf3000Routes("nexthop objects"));
        Assert.Equal(Peers, StatesOf3000Routes("RTA_WGPEER, what if: shared states"));
    }

    /// <summary>Nothing else of an IPv6 FIB is in kmalloc-64.</summary>
    private static long StatesOf3000Routes(string name)
    {
        using var scheme = TestKinds.Named(name).Create(Family.IPv6, Peers);
        scheme.Load([.. Enumerable.Range(0, 3000).Select(at => new BindingChange(0, Prefix.OfV6((UInt128)at << 108, 20), -1, at % Peers))]);
        var fib = scheme.Structures.Single(part => part.Name == "fib").Structure.Memory;
        return fib.Account().Where(line => line.Cache == "kmalloc-64").Sum(line => line.Objects);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(288)]
    [InlineData(289)]
    [InlineData(290)]
    [InlineData(5000)]
    public void What_a_replacement_sends_is_computed_as_it_would_be_written(int prefixes)
    {
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            var operations = Enumerable.Range(0, prefixes)
                .Select(at => BindingChange.Insert(new Prefix(family, (UInt128)at << 96, 32), 3)).ToArray();
            var written = new WireGuardStream(32).Replace(operations, Scheme.CallBytes);
            Assert.Equal(
                new Sent(written.Messages, written.Bytes, written.Calls), new WireGuardSender(family, Peers, new DaemonSockets(KernelConfig.Usual)).Replace(prefixes));
        }
    }

    [Fact]
    public void A_replacement_frees_and_makes_every_node_and_one_that_is_only_counted_does_not()
    {
        var kind = SchemeKind.Replace;
        long Allocated(bool replaced)
        {
            using var scheme = kind.Create(Family.IPv4, 1);
            scheme.Load([.. Enumerable.Range(0, 1000).Select(at => new BindingChange(0, Prefix.OfV4((uint)at << 12, 20), -1, 0))]);
            var before = scheme.Work;
            BindingChange[] delete = [new(0, Prefix.OfV4(0, 20), 0, -1)];
            Assert.Equal(999, replaced ? scheme.Prepare(delete) : scheme.PrepareWithoutReplace(delete));
            scheme.Apply(delete);
            Assert.Equal(999, scheme.Count);
            return (scheme.Work - before).Allocations;
        }

        Assert.InRange(Allocated(replaced: true), 999, 1998);
        Assert.Equal(0, Allocated(replaced: false));
    }

    [Fact]
    public void A_dummy_peer_costs_a_wait_and_the_others_none()
    {
        foreach (var (kind, text) in SchemeKind.All.SelectMany(kind => new[] { (kind, "192.0.2.0/24"), (kind, "2001:db8::/32") }))
        {
            var prefix = Prefix.Parse(text);
            using var scheme = kind.Create(prefix.Family, Peers);
            Do(scheme, new(0, prefix, -1, 1));
            Do(scheme, new(0, prefix, 1, -1));
            Assert.Equal(kind.Word == "dummy" ? 1 : 0, scheme.Work.Waits);
        }
    }

    private static Sent Do(Scheme scheme, BindingChange change)
    {
        scheme.Prepare([change]);
        scheme.Apply([change]);
        return scheme.Encode([change]);
    }

    private static void RunBesideDictionary(SchemeKind kind, Family family, ulong seed)
    {
        var rng = new Rng(seed);
        using var scheme = kind.Create(family, Peers);
        var bound = new SortedDictionary<Prefix, int>();
        for (var round = 0; round < 40; round++)
        {
            var batch = new Dictionary<Prefix, BindingChange>();
            for (var size = rng.Below(round == 0 ? 400 : 30); size >= 0; size--)
            {
                var length = 1 + rng.Below(12);
                var prefix = new Prefix(family, (UInt128)rng.Below(1 << 12) << 116, length);
                var old = bound.TryGetValue(prefix, out var owner) ? owner : BindingChange.NoPeer;
                var peer = rng.Below(Peers + 1) - 1;
                if (peer != old)
                    batch[prefix] = new BindingChange(0, prefix, old, peer);
            }

            BindingChange[] changes = [.. batch.Values];
            if (rng.Below(3) > 0)
                scheme.Prepare(changes);
            else
                scheme.PrepareWithoutReplace(changes);
            scheme.Apply(changes);
            var sent = scheme.Encode(changes);
            Assert.True(changes.Length == 0 || (sent.Messages > 0 && sent.Bytes >= 44 * sent.Messages && sent.Calls <= sent.Messages));
            foreach (var change in changes)
            {
                if (change.NewPeer == BindingChange.NoPeer)
                    bound.Remove(change.Prefix);
                else
                    bound[change.Prefix] = change.NewPeer;
            }

            var seen = new SortedDictionary<Prefix, int>();
            scheme.Visit(seen.Add);
            Assert.Equal(bound, seen);
            Assert.Equal(bound.Count, scheme.Count);
        }

        for (var i = 0; i < 200; i++)
        {
            var address = (UInt128)rng.Below(1 << 13) << 115;
            var longest = bound.Where(entry => entry.Key.Contains(address)).OrderByDescending(entry => entry.Key.Length).ToList();
            var peer = longest.Count == 0 ? -1 : longest[0].Value;
            Assert.Equal(peer, scheme.Binding.Lookup(address));
            Assert.Equal(peer, scheme.Transmit(address));
            Assert.Equal(peer, scheme.Receive(address, rpFilter: true));
            // A device of the peer's own takes whatever comes in by it.
            Assert.Equal(kind.ChecksSources ? peer : 0, scheme.Receive(address, rpFilter: false));
        }
    }
}
