// SPDX-License-Identifier: MIT
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Workloads.Tests.Keys;

public sealed class RngTests
{
    [Fact]
    public void Xoshiro256StarStar_gives_the_published_numbers()
    {
        // The vector of rand_xoshiro, made with the authors' C code from the state 1, 2, 3, 4.
        ulong[] expected =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
            16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        var rng = Rng.OfState(1, 2, 3, 4);
        Assert.Equal(expected, expected.Select(_ => rng.Next()));
    }

    [Fact]
    public void SplitMix64_gives_the_published_numbers()
    {
        ulong[] expected =
        [
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
        ];
        var state = 1234567UL;
        Assert.Equal(expected, expected.Select(_ => Rng.SplitMix64(ref state)));
    }

    [Fact]
    public void A_seed_is_expanded_by_SplitMix64()
    {
        var state = 42UL;
        var expanded = Rng.OfState(
            Rng.SplitMix64(ref state), Rng.SplitMix64(ref state), Rng.SplitMix64(ref state), Rng.SplitMix64(ref state));
        var seeded = new Rng(42);
        Assert.Equal(expanded.Next(), seeded.Next());
    }

    [Fact]
    public void Below_reaches_every_number_under_its_bound_evenly_and_none_else()
    {
        var rng = new Rng(7);
        var seen = new int[10];
        for (var i = 0; i < 100_000; i++)
            seen[rng.Below(10)]++;
        Assert.All(seen, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void NextDouble_lies_between_0_and_1_with_mean_one_half()
    {
        var rng = new Rng(7);
        var drawn = Enumerable.Range(0, 100_000).Select(_ => rng.NextDouble()).ToArray();
        Assert.All(drawn, value => Assert.True(value is >= 0 and < 1));
        Assert.InRange(drawn.Average(), 0.495, 0.505);
    }

    [Fact]
    public void Shuffling_permutes_and_every_place_is_equally_likely()
    {
        var rng = new Rng(7);
        var firstPlaces = new int[5];
        for (var i = 0; i < 50_000; i++)
        {
            int[] items = [0, 1, 2, 3, 4];
            rng.Shuffle(items.AsSpan());
            firstPlaces[Array.IndexOf(items, 0)]++;
            Assert.Equal([0, 1, 2, 3, 4], items.Order());
        }

        Assert.All(firstPlaces, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void Derived_generators_differ_by_purpose_and_by_seed()
    {
        var numbers = new HashSet<ulong>();
        for (ulong seed = 0; seed < 10; seed++)
        {
            for (ulong purpose = 0; purpose < 10; purpose++)
                Assert.True(numbers.Add(Rng.Derive(seed, purpose).Next()));
        }
    }
}
