// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Figures;
using Sim.Kernel;
using Sim.Schemes;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class ReaderTests
{
    private const int Peers = 3;

    public static TheoryData<string> Names => [.. TestKinds.All.Select(kind => kind.Name.Name)];

    [Fact]
    public void A_probe_lies_where_no_longer_prefix_does_and_its_cover_is_the_longest_of_the_shorter()
    {
        KeyValuePair<Prefix, int>[] sorted =
        [
            new(Prefix.Parse("10.0.0.0/8"), 0), new(Prefix.Parse("10.0.0.0/22"), 1), new(Prefix.Parse("10.0.0.0/24"), 2),
            new(Prefix.Parse("10.0.1.0/25"), 3), new(Prefix.Parse("10.0.4.0/23"), 4), new(Prefix.Parse("10.0.4.0/24"), 5),
            new(Prefix.Parse("10.0.5.0/24"), 6), new(Prefix.Parse("255.255.255.255/32"), 7),
        ];
        var finder = new ProbeFinder(sorted);
        string? At(int at) => finder.TryAddress(at, out var address) ? Prefix.OfV4((uint)(address >> 96), 32).ToString() : null;
        Assert.Equal("10.0.6.0/32", At(0));
        Assert.Equal("10.0.1.128/32", At(1));
        Assert.Equal("10.0.0.0/32", At(2));
        Assert.Null(At(4));
        Assert.Equal("255.255.255.255/32", At(7));
        Assert.Equal(1, finder.Cover(Family.IPv4, Prefix.Parse("10.0.0.7/32").Address, 24));
        Assert.Equal(0, finder.Cover(Family.IPv4, Prefix.Parse("10.0.0.7/32").Address, 22));
        Assert.Equal(-1, finder.Cover(Family.IPv4, Prefix.Parse("10.0.0.7/32").Address, 8));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Probes_of_a_random_binding_answer_what_a_scan_of_all_prefixes_answers(Family family)
    {
        var rng = new Rng(5);
        var bound = new SortedDictionary<Prefix, int>();
        for (var i = 0; i < 500; i++)
            bound[new Prefix(family, (UInt128)rng.Below(1 << 10) << 118, 1 + rng.Below(12))] = rng.Below(Peers);
        KeyValuePair<Prefix, int>[] sorted = [.. bound];
        var finder = new ProbeFinder(sorted);
        var without = 0;
        for (var at = 0; at < sorted.Length; at++)
        {
            var prefix = sorted[at].Key;
            if (!finder.TryAddress(at, out var address))
            {
                without++;
                // Then its two halves are covered: no address of the 13 bits that prefixes reach to is its own.
                for (var probe = prefix.Address; ; probe += UInt128.One << 115)
                {
                    Assert.Contains(sorted, other => other.Key.Length > prefix.Length && other.Key.Contains(probe));
                    if (!prefix.Contains(probe + (UInt128.One << 115)) || probe + (UInt128.One << 115) < probe)
                        break;
                }

                continue;
            }

            var holding = sorted.Where(other => other.Key.Contains(address)).OrderByDescending(other => other.Key.Length).ToList();
            Assert.Equal(prefix, holding[0].Key);
            Assert.Equal(holding.Count > 1 ? holding[1].Value : -1, finder.Cover(family, address, prefix.Length));
        }

        Assert.InRange(without, 1, 499);
    }

    /// <summary>Ten prefixes, of which the fourth goes: what lies before it in the list is gone a step longer.</summary>
    [Theory]
    [InlineData("AllowedIPs, REPLACE")]
    [InlineData("AllowedIPs, REPLACE + routes")]
    public void REPLACE_leaves_every_other_prefix_of_the_peer_without_it_for_as_many_operations_as_the_set_has(string name)
    {
        using var scheme = Loaded(name, Family.IPv4, Enumerable.Range(0, 10).Select(at => (Host(at), 0)));
        var update = Delete(Host(3), [.. Enumerable.Range(0, 10).Where(at => at != 3).Select(at => Stays(Host(at), 0, ProbeGroup.Kept))]);
        var steps = ReaderSteps.Count(scheme, update);
        Assert.Equal(19, steps.Steps);
        Assert.Equal(new GroupSteps(9, 9, 10, 0, 10), steps.Of(ProbeGroup.Kept));
        Assert.Equal(new GroupSteps(1, 0, 0, 0, 0), steps.Of(ProbeGroup.Changed));
        using var another = Loaded(name, Family.IPv4, Enumerable.Range(0, 10).Select(at => (Host(at), 0)));
        update = Delete(Host(3), [.. Enumerable.Range(4, 6).Select(at => Stays(Host(at), 0, ProbeGroup.Kept))]);
        Assert.Equal(new GroupSteps(6, 6, 9, 0, 9), ReaderSteps.Count(another, update).Of(ProbeGroup.Kept));
    }

    [Fact]
    public void While_a_prefix_is_gone_lookups_find_the_peer_of_what_covers_it()
    {
        var (covered, covering) = (Prefix.Parse("10.1.0.0/16"), Prefix.Parse("10.0.0.0/8"));
        using var scheme = Loaded("AllowedIPs, REPLACE", Family.IPv4, [(covered, 0), (covering, 1), (Host(0), 0)]);
        var steps = ReaderSteps.Count(scheme, new ReaderUpdate("replace", 0, [], [], [covered, Host(0)],
            [Stays(covered, 0, ProbeGroup.Kept), Stays(Host(0), 0, ProbeGroup.Kept), Stays(covering, 1, ProbeGroup.Others)]));
        Assert.Equal(4, steps.Steps);
        Assert.Equal(new GroupSteps(2, 2, 2, 2, 2), steps.Of(ProbeGroup.Kept));
        Assert.Equal(new GroupSteps(1, 0, 0, 0, 0), steps.Of(ProbeGroup.Others));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_scheme_but_REPLACE_disturbs_what_an_update_does_not_change_and_a_dummy_peer_has_what_goes_for_one_step(string name)
    {
        var kind = TestKinds.Named(name);
        foreach (var family in TestKinds.FamiliesOf(name))
        {
            var bound = Enumerable.Range(0, 60).Select(at => (Host(at, family), at % 2)).ToList();
            using var scheme = Loaded(name, family, bound);
            Probe[] kept = [.. bound.Skip(2).Where(own => own.Item2 == 0).Select(own => Stays(own.Item1, 0, ProbeGroup.Kept))];
            Probe[] others = [.. bound.Where(own => own.Item2 == 1).Select(own => Stays(own.Item1, 1, ProbeGroup.Others))];
            var gone = ReaderSteps.Count(scheme, Delete(Host(0, family), [.. kept, .. others]));
            Assert.Equal((kind.Name.Resends ? kept.Length : 0, 0), (gone.Of(ProbeGroup.Kept).Hit, gone.Of(ProbeGroup.Others).Hit));
            Assert.Equal(new GroupSteps(1, kind.Word == "dummy" ? 1 : 0, 0, kind.Word == "dummy" ? 1 : 0, kind.Word == "dummy" ? 1 : 0), gone.Of(ProbeGroup.Changed));

            BindingChange[] all = [.. bound.Where(own => own.Item2 == 0).Select(own => new BindingChange(0, own.Item1, 0, 2))];
            Probe[] moving = [.. all.Select(change => Stays(change.Prefix, 0, ProbeGroup.Changed) with { After = 2 })];
            var lost = ReaderSteps.Count(scheme, new("lose-to-one", 0, all, Array.ConvertAll(all, change => change with { OldPeer = 2, NewPeer = 0 }), [], [.. moving, .. others]));
            Assert.Equal((30, 0, 0), (lost.Steps, lost.Of(ProbeGroup.Changed).Hit, lost.Of(ProbeGroup.Others).Hit));

            var again = ReaderSteps.Count(scheme, new("replace", 0, [], [], [.. all.Select(change => change.Prefix)], [.. kept, .. others]));
            Assert.Equal(kind.Announces ? 0 : kept.Length, again.Of(ProbeGroup.Kept).Hit);
            Assert.Equal(0, again.Of(ProbeGroup.Others).Hit);
            new ExpectedBinding(bound.Select(own => new KeyValuePair<Prefix, int>(own.Item1, own.Item2))).Require(scheme, "in this test");
        }
    }

    [Theory]
    [InlineData("AllowedIPs, REPLACE")]
    [InlineData("AllowedIPs, dummy peer")]
    public void Step_by_step_an_update_does_what_it_does_in_one_go(string name)
    {
        var bound = Enumerable.Range(0, 200).Select(at => (Prefix.OfV4((uint)at * 0x9E3779B1, 8 + at % 20), at % 2)).DistinctBy(own => own.Item1).ToList();
        using var stepped = Loaded(name, Family.IPv4, bound);
        using var whole = Loaded(name, Family.IPv4, bound);
        var update = Delete(bound[0].Item1, []) with { Probes = [] };
        ReaderSteps.Count(stepped, update);
        update.Prepare(whole);
        update.Apply(whole);
        update.Restore(whole);
        Assert.Equal(whole.Work, stepped.Work);
        var (one, other) = (new List<(Prefix, int)>(), new List<(Prefix, int)>());
        whole.Visit((prefix, peer) => one.Add((prefix, peer)));
        stepped.Visit((prefix, peer) => other.Add((prefix, peer)));
        Assert.Equal(one, other);
        Assert.Equal(whole.Structures.Sum(part => part.Structure.Memory.ObjectBytes), stepped.Structures.Sum(part => part.Structure.Memory.ObjectBytes));
    }

    [Fact]
    public void An_answer_is_judged_by_what_the_lookup_ran_beside()
    {
        using var scheme = Loaded("RTA_WGPEER", Family.IPv4, [(Host(0), 0)]);
        var round = new ReaderRound(Delete(Host(0), [Stays(Host(0), 0, ProbeGroup.Kept)]));
        var tally = new ReaderTally(scheme, round);
        var (changed, kept) = (tally.Groups[(int)ProbeGroup.Changed], tally.Groups[(int)ProbeGroup.Kept]);
        tally.See(0, 0, from: 0, to: 1, start: 10, end: 20);
        tally.See(0, -1, from: 1, to: 1, start: 20, end: 30);
        tally.See(1, 0, from: 0, to: 0, start: 30, end: 40);
        Assert.Equal((2, 0, 0, 0), (changed.Lookups, changed.None, changed.Other, kept.Lookups));
        tally.See(1, -1, from: 1, to: 1, start: 40, end: 50);
        tally.See(1, 2, from: 1, to: 1, start: 50, end: 70);
        tally.See(1, 0, from: 1, to: 2, start: 70, end: 80);
        // The next update's gap is another one, whether or not a right answer lies between.
        tally.See(1, -1, from: 4, to: 5, start: 90, end: 100);
        tally.See(1, -1, from: 8, to: 9, start: 110, end: 150);
        tally.End();
        Assert.Equal((5, 3, 1), (kept.Lookups, kept.None, kept.Other));
        var tick = 1.0 / System.Diagnostics.Stopwatch.Frequency;
        Assert.Equal([30, 10, 40], kept.Gaps.Select(gap => Math.Round(gap / tick)));
        // While it is taken back nothing is judged; at rest the answer must be the one of before.
        tally.See(0, 7, from: 3, to: 4, start: 0, end: 1);
        Assert.Throws<BindingMismatchException>(() => tally.See(0, -1, from: 0, to: 0, start: 0, end: 1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Readers_beside_the_writer_find_a_REPLACE_and_nothing_in_what_is_atomic(string name)
    {
        var kind = TestKinds.Named(name);
        var family = TestKinds.FamiliesOf(name)[0];
        var bound = Enumerable.Range(0, 4000).Select(at => (Host(at, family), at % 2)).ToList();
        using var scheme = Loaded(name, family, bound);
        var update = Delete(Host(0, family), [.. bound.Skip(2).Take(200).Select(own => Stays(own.Item1, own.Item2, own.Item2 == 0 ? ProbeGroup.Kept : ProbeGroup.Others))]);
        GroupTally[] sums = [new(), new(), new()];
        using (var readers = new ReaderThreads(scheme, 1))
        {
            // However busy the machine is: until the reader was there.
            for (var times = 0; times < 20 || (times < 3000 && (sums.Any(sum => sum.Lookups < 20) || (kind.Name.Resends && sums[1].None == 0))); times++)
            {
                var round = new ReaderRound(update);
                readers.Begin(round);
                for (var again = 0; again < (kind.Name.Resends ? 1 : 50); again++)
                    round.Do(scheme);
                readers.End(sums);
            }
        }

        var (changed, kept, others) = (sums[0], sums[1], sums[2]);
        Assert.All(sums, sum => Assert.True(sum.Lookups >= 20, $"{sum.Lookups} lookups"));
        Assert.Equal((0, 0), (others.None, others.Other));
        Assert.Equal((0, 0), (changed.None, kept.Other));
        if (kind.Word != "dummy")
            Assert.Equal(0, changed.Other);
        Assert.True(kind.Name.Resends ? kept.None > 0 : kept.None == 0, $"{kept.None} lookups found no peer");
        new ExpectedBinding(bound.Select(own => new KeyValuePair<Prefix, int>(own.Item1, own.Item2))).Require(scheme, "in this test");
        // Nothing is held back for readers that are gone.
        Assert.All(scheme.Structures, part => Assert.Equal(0, part.Structure.Memory.Rcu.Pending));
    }

    private static Scheme Loaded(string name, Family family, IEnumerable<(Prefix, int)> bound)
    {
        var scheme = TestKinds.Named(name).Create(family, Peers);
        scheme.Load([.. bound.Select(own => new BindingChange(0, own.Item1, BindingChange.NoPeer, own.Item2))]);
        return scheme;
    }

    /// <summary>Peer 0 loses a prefix that no other covers.</summary>
    private static ReaderUpdate Delete(Prefix prefix, Probe[] others) => new(
        "delete", 0, [new BindingChange(0, prefix, 0, BindingChange.NoPeer)], [new BindingChange(0, prefix, BindingChange.NoPeer, 0)], [],
        [Stays(prefix, 0, ProbeGroup.Changed) with { After = BindingChange.NoPeer }, .. others]);

    private static Probe Stays(Prefix prefix, int peer, ProbeGroup group) => new(prefix, prefix.Address, peer, peer, group);

    private static Prefix Host(int at, Family family = Family.IPv4) => new(family, (UInt128)(0xC0000000u + (uint)at * 512) << 96, 24);
}
