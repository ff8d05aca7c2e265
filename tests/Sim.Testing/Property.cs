// SPDX-License-Identifier: MIT
using System.Diagnostics;
using CsCheck;
using Xunit;

namespace Sim.Testing;

/// <summary>
/// Runs property tests on the same cases every time. CsCheck alone draws all cases but the first from a clock.
/// </summary>
/// <remarks>
/// <c>SIM_SEED</c> is a number that selects other cases (default 1). <c>SIM_SOAK</c> is a number of seconds: every property
/// then runs that long instead of its number of cases. <c>CsCheck_Seed</c> runs one case, the one that a failure names.
/// </remarks>
public static class Property
{
    private const int SecondsOfShrinking = 5;

    private static readonly long s_seconds = Number("SIM_SOAK", 0);
    private static readonly long s_seed = Number("SIM_SEED", 1);

    /// <summary>The seconds for each property in a soak; 0 in the usual run.</summary>
    public static long SoakSeconds => s_seconds;

    /// <summary>The seed of the run, for a property that draws its own cases.</summary>
    public static long Seed => s_seed;

    /// <summary>Holds generated cases to a claim. A failure names the seed of a case and shows the smallest one found.</summary>
    /// <param name="gen">Makes a case from a seed.</param>
    /// <param name="claim">Throws where a case does not hold; may run on several threads at once.</param>
    /// <param name="iter">The number of cases.</param>
    /// <param name="threads">The number of threads; 0 for one per processor.</param>
    /// <param name="print">Writes a case that does not hold; null for CsCheck's way.</param>
    /// <exception cref="CsCheckException">A case does not hold.</exception>
    public static void Check<T>(this Gen<T> gen, Action<T> claim, long iter = 100, int threads = 0, Func<T, string>? print = null)
    {
        Assert.True(
            TestContext.Current.Test?.Traits.ContainsKey(PropertyAttribute.Trait) is true,
            "a test that samples a generator needs [Property], or the soak leaves it out");
        if (CsCheck.Check.Seed is { } only)
        {
            gen.Sample(claim, seed: only, iter: 1, threads: 1, print: print);
            return;
        }

        threads = threads == 0 ? Environment.ProcessorCount : threads;
        var ran = Run(gen, claim, s_seconds > 0 ? long.MaxValue : iter, threads, out var failed);
        if (failed is not null)
            gen.Sample(claim, seed: failed, time: SecondsOfShrinking, threads: threads, print: print);
        Assert.True(failed is null, $"the case of seed {failed} failed once and held when it ran again: it depends on more than the seed");
        if (s_seconds > 0)
            TestContext.Current.TestOutputHelper?.WriteLine($"{ran:N0} cases of SIM_SEED={s_seed} hold");
    }

    /// <inheritdoc cref="Check{T}(Gen{T}, Action{T}, long, int, Func{T, string})"/>
    public static void Check<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> claim, long iter = 100, int threads = 0, Func<(T1, T2), string>? print = null) =>
        gen.Check(one => claim(one.Item1, one.Item2), iter, threads, print);

    /// <inheritdoc cref="Check{T}(Gen{T}, Action{T}, long, int, Func{T, string})"/>
    public static void Check<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> claim, long iter = 100, int threads = 0, Func<(T1, T2, T3), string>? print = null) =>
        gen.Check(one => claim(one.Item1, one.Item2, one.Item3), iter, threads, print);

    /// <inheritdoc cref="Check{T}(Gen{T}, Action{T}, long, int, Func{T, string})"/>
    public static void Check<T1, T2, T3, T4>(
        this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> claim, long iter = 100, int threads = 0, Func<(T1, T2, T3, T4), string>? print = null) =>
        gen.Check(one => claim(one.Item1, one.Item2, one.Item3, one.Item4), iter, threads, print);

    /// <summary>Runs cases until their number or the time is reached, or one fails.</summary>
    /// <returns>How many cases ran.</returns>
    private static long Run<T>(Gen<T> gen, Action<T> claim, long cases, int threads, out string? failed)
    {
        long ran = 0;
        string? seedOfFailure = null;
        var clock = Stopwatch.StartNew();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            while (Volatile.Read(ref seedOfFailure) is null && (s_seconds == 0 || clock.Elapsed.TotalSeconds < s_seconds))
            {
                var at = Interlocked.Increment(ref ran);
                if (at > cases)
                    break;
                var seed = SeedOf(at);
                try
                {
                    gen.Sample(claim, seed: seed, iter: 1, threads: 1);
                }
                catch (CsCheckException)
                {
                    Volatile.Write(ref seedOfFailure, seed);
                }
            }
        });
        failed = seedOfFailure;
        return Math.Min(ran, cases);
    }

    /// <summary>The seed of a case, as CsCheck writes it: SplitMix64 over the number of the case, from the seed of the run on.</summary>
    private static string SeedOf(long at)
    {
        var mixed = unchecked(((ulong)s_seed << 32) + (ulong)at) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new PCG(0, mixed ^ (mixed >> 31)).ToString();
    }

    private static long Number(string variable, long otherwise)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text))
            return otherwise;
        return uint.TryParse(text, out var number)
            ? number
            : throw new InvalidOperationException($"{variable} is '{text}', which is no whole number below 2^32");
    }
}
