// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Runner.Schemes;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>The schemes must hold the same binding after the same changes: a figure compares nothing otherwise.</summary>
public sealed class SchemeTests
{
    private const int Peers = 3;

    private enum Change
    {
        Insert,
        Delete,
        Move,
        RemovePeer,
    }

    private static readonly Gen<Prefix> s_prefix =
        Gen.Select(Gen.UInt[0, 7], Gen.Int[0, 32], (block, length) => Prefix.OfV4(0x0A000000 | block << 20 | block << 3, length));

    private static readonly Gen<(Change Change, Prefix Prefix, int Peer)[]> s_changes =
        Gen.Select(Gen.Enum<Change>(), s_prefix, Gen.Int[0, Peers - 1]).Array[1, 60];

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Both_schemes_hold_the_binding_of_the_linear_model_after_every_change(Family family) =>
        s_changes.Sample(changes =>
        {
            var schemes = SchemeFactory.For(family).Select(kind => kind.Create(Peers)).ToList();
            var model = new LinearTable<int>();
            try
            {
                foreach (var (change, drawn, peer) in changes)
                {
                    var prefix = new Prefix(family, drawn.Address, drawn.Length);
                    foreach (var scheme in schemes)
                        Apply(scheme, model, change, prefix, peer);
                    Apply(model, change, prefix, peer);
                    Compare(schemes, model, family);
                }
            }
            finally
            {
                schemes.ForEach(scheme => scheme.Dispose());
            }
        }, iter: 300);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Chained_and_independent_lookups_give_the_same_sum_in_both_structures(Family family)
    {
        var table = new RouteTable("test", family, [.. Enumerable.Range(0, 500).Select(i => new Route(new Prefix(family, (UInt128)((uint)i << 21) << 96, 8 + i % 20), 0, 0)).DistinctBy(route => route.Prefix)], ["-"]);
        var prefixes = Array.ConvertAll(table.Routes, route => route.Prefix);
        var peers = Array.ConvertAll(prefixes, prefix => prefix.GetHashCode() % 2 & 1);
        var keys = family == Family.IPv4
            ? new Keys(LookupKeys.V4(table, KeyPattern.Prefixes, 1 << 12, 1), [])
            : new Keys([], LookupKeys.V6(table, KeyPattern.Prefixes, 1 << 12, 1));
        var sums = new HashSet<long>();
        foreach (var kind in SchemeFactory.For(family))
        {
            using var scheme = kind.Create(2);
            scheme.Insert(prefixes, peers);
            sums.Add(scheme.Lookup(keys, dependent: false));
            sums.Add(scheme.Lookup(keys, dependent: true));
            var expected = Enumerable.Range(0, keys.Count).Sum(i => scheme.Lookup(keys.LeftAligned(i)) + 1L);
            sums.Add(expected);
        }

        Assert.Single(sums);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Lookups_allocate_nothing_and_changes_nothing_once_warm(Family family)
    {
        var prefixes = Enumerable.Range(0, 4096)
            .Select(i => new Prefix(family, (UInt128)((uint)i * 0x9E3779B1) << 96, 24)).Distinct().ToArray();
        var peers = new int[prefixes.Length];
        var keys = family == Family.IPv4
            ? new Keys([.. prefixes.Select(prefix => prefix.V4 + 1)], [])
            : new Keys([], [.. prefixes.Select(prefix => prefix.Address + 1)]);
        foreach (var kind in SchemeFactory.For(family))
        {
            using var scheme = kind.Create(Peers);
            for (var warm = 0; warm < 2; warm++)
            {
                scheme.Insert(prefixes, peers);
                scheme.Delete(prefixes, peers);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            scheme.Insert(prefixes, peers);
            scheme.Lookup(keys, dependent: false);
            scheme.Lookup(keys, dependent: true);
            scheme.Move(prefixes, peers);
            scheme.Delete(prefixes, peers);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void Apply(Scheme scheme, LinearTable<int> before, Change change, Prefix prefix, int peer)
    {
        switch (change)
        {
            case Change.Insert:
                scheme.Insert([prefix], [peer]);
                break;
            case Change.Delete:
                scheme.Delete([prefix], [peer]);
                break;
            case Change.Move:
                if (before.Routes.ContainsKey(prefix))
                    scheme.Move([prefix], [peer]);
                break;
            default:
                scheme.RemovePeer(peer, [.. before.Routes.Where(route => route.Value == peer).Select(route => route.Key)]);
                break;
        }
    }

    private static void Apply(LinearTable<int> model, Change change, Prefix prefix, int peer)
    {
        switch (change)
        {
            case Change.Insert:
                model.Set(prefix, peer);
                break;
            case Change.Delete:
                if (model.Routes.TryGetValue(prefix, out var owner) && owner == peer)
                    model.Remove(prefix);
                break;
            case Change.Move:
                if (model.Routes.ContainsKey(prefix))
                    model.Set(prefix, peer);
                break;
            default:
                model.RemoveWhere(value => value == peer);
                break;
        }
    }

    private static void Compare(List<Scheme> schemes, LinearTable<int> model, Family family)
    {
        foreach (var scheme in schemes)
        {
            for (var block = 0u; block < 8; block++)
            {
                foreach (var host in new[] { 0u, 1u, 0xFFFFu })
                {
                    var address = (UInt128)((0x0A000000 | block << 20 | block << 3) + host) << 96;
                    Assert.Equal(model.Lookup(family, address) ?? -1, scheme.Lookup(address));
                }
            }
        }
    }
}
