// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>What if a cache stood in front of the receive check (<see cref="ReceiveCache"/>)? Simulates the share of packets that the cache
/// answers, and times the check with and without the cache, and the check of AllowedIPs.</summary>
/// <remarks><code>
///   packets   1 2 3 ... 10,000 | 10,001 ... 20,000 | ...      at 1,000,000 packets and 100 changes of routes per second
///                              change              change     a change empties the cache
/// </code></remarks>
public static class ReceiveCacheExperiment
{
    /// <summary>The packets per second, for all peers together.</summary>
    public const int PacketsPerSecond = 1_000_000;

    /// <summary>The mean number of packets that one source sends before another source of the same peer sends.</summary>
    public const int MeanTrain = 8;

    /// <summary>Selects the random numbers of this experiment.</summary>
    private const ulong Purpose = 0x7243;

    /// <summary>The packets of a simulation: a little more than one second.</summary>
    private const int Simulated = 1 << 20;

    /// <summary>The changes of routes per second. Between two changes at the least rate, a timed repetition ends.</summary>
    private static readonly int[] s_rates = [0, 1, 100, 10_000], s_timedRates = [0, 100, 10_000];

    private static readonly Term[] s_patterns = [KeyPatterns.Prefixes, KeyPatterns.Zipf, KeyPatterns.Trains, KeyPatterns.Hot];

    /// <summary>Runs the experiment with AllowedIPs and the FIB.</summary>
    public static void Run(BenchContext context, SubjectPair compared)
    {
        var (today, fib) = (compared.First, compared.Second);
        var cases = new List<PairedCase>();
        context.Progress.Step("hits of the receive cache", s_patterns.Length, "simulations");
        foreach (var (done, pattern) in s_patterns.Index())
        {
            context.Cancel.ThrowIfCancellationRequested();
            Simulate(context, fib, pattern, MakePackets(context, today.Structure, pattern, Simulated));
            var packets = MakePackets(context, today.Structure, pattern, context.Plan.LookupKeys);
            cases.AddRange(s_timedRates.Select(rate => Case(context, Check.Plain(fib, packets), Check.Cached(context, fib, packets, rate), pattern)));
            cases.Add(Case(context, Check.Of(today, packets), Check.Cached(context, fib, packets, rate: 0), pattern));
            context.Progress.Done(done + 1);
        }

        for (var pass = 0; pass < PassRunner.Least; pass++)
            context.Passes.Pass(cases, context.Plan.UpdateGroups);
        context.Passes.Finish(cases);
    }

    /// <summary>Makes packets from sources that the routes allow. Each prefix has one source.</summary>
    public static ReceivedPackets MakePackets(BenchContext context, KernelStructure structure, Term pattern, int count)
    {
        var random = Rng.Derive(context.Seed, Purpose);
        var hosts = Array.ConvertAll(context.Table.ToPrefixes(), prefix => HostIn(prefix, ref random));
        var drawn = LookupKeys.Parse(pattern == KeyPatterns.Trains ? KeyPatterns.Zipf : pattern);
        var sources = Keys.Of(hosts, drawn, count, context.Seed).Addresses;
        var peers = Array.ConvertAll(sources, source => PeerNumber.ToKernel(structure.Lookup(source)));
        if (pattern == KeyPatterns.Trains)
            FormTrains(sources, peers, context.Peers, ref random);
        return new(Keys.Of(context.Family, sources), peers);
    }

    private static Prefix HostIn(Prefix prefix, ref Rng random)
    {
        var bits = prefix.Family.Bits();
        var host = random.NextUInt128() & ~Prefix.Mask(prefix.Length) & Prefix.Mask(bits);
        return new(prefix.Family, prefix.Address | host, bits);
    }

    /// <summary>Gives packets the source of the packet before from the same peer, until the peer's train ends. The lengths of trains are
    /// geometrically distributed.</summary>
    private static void FormTrains(UInt128[] sources, int[] peers, int count, ref Rng random)
    {
        var trains = new UInt128?[count + 1];
        for (var i = 0; i < sources.Length; i++)
        {
            ref var train = ref trains[peers[i]];
            if (train is { } source && random.Below(MeanTrain) != 0)
                sources[i] = source;
            else
                train = sources[i];
        }
    }

    private static void Simulate(BenchContext context, Subject fib, Term pattern, ReceivedPackets packets)
    {
        foreach (var rate in s_rates)
        {
            var cache = ReceiveCache.Of(context.Family, context.Peers);
            Receive((FibStructure)fib.Structure, packets, cache, rate);
            context.Figures.Add(Metrics.CacheHits.Row(Place(context, fib, pattern, rate, cached: true), 1 - (double)cache.Misses / packets.Peers.Length)
                with { N = packets.Peers.Length });
        }
    }

    /// <summary>Receives all packets. After as many packets as arrive between two changes of routes, a change happens.</summary>
    /// <exception cref="InvalidOperationException">Thrown if a packet is refused: all sources are allowed.</exception>
    private static void Receive(FibStructure fib, ReceivedPackets packets, ReceiveCache? cache, int rate)
    {
        var (count, between) = (packets.Peers.Length, rate == 0 ? packets.Peers.Length : PacketsPerSecond / rate);
        var allowed = 0;
        for (var from = 0; from < count; from += between)
        {
            if (from > 0)
                fib.BumpGeneration();
            allowed += fib.Receive(packets, from..Math.Min(from + between, count), cache);
        }

        if (allowed != count)
            throw new InvalidOperationException($"{count - allowed} of {count} packets were refused");
    }

    private static Figure Place(BenchContext context, Subject subject, Term pattern, int rate, bool cached) =>
        subject.Label(context.At(Experiment.ReceiveCache)) with
        {
            Keys = pattern, X = rate, Order = context.Order, Operation = Operations.Receive, Item = cached ? Names.ReceiveCache : "",
        };

    /// <summary>A check of received packets that is timed.</summary>
    private sealed record Check(Subject Subject, int Packets, int Rate, bool IsCached, Action Run)
    {
        public static Check Plain(Subject fib, ReceivedPackets packets) => new(
            fib, packets.Peers.Length, 0, false, () => Receive((FibStructure)fib.Structure, packets, cache: null, rate: 0));

        public static Check Cached(BenchContext context, Subject fib, ReceivedPackets packets, int rate)
        {
            var cache = ReceiveCache.Of(context.Family, context.Peers);
            return new(fib, packets.Peers.Length, rate, true, () => Receive((FibStructure)fib.Structure, packets, cache, rate));
        }

        public static Check Of(Subject today, ReceivedPackets packets) => new(
            today, packets.Peers.Length, 0, false, () => ((AllowedIpsStructure)today.Structure).Receive(packets, ..));

        /// <summary>Returns the seconds per packet.</summary>
        public double Time()
        {
            var clock = Stopwatch.GetTimestamp();
            Run();
            return Stopwatch.GetElapsedTime(clock).TotalSeconds / Packets;
        }
    }

    /// <summary>Interleaves two checks. The rows of the first check come from the case without changes of routes.</summary>
    private static PairedCase Case(BenchContext context, Check first, Check second, Term pattern)
    {
        var bytes = new[] { first.Subject, second.Subject }.Distinct().Sum(subject => subject.Structure.Memory.PageBytes);
        // The first runs compile the code.
        (_, _) = (first.Time(), second.Time());
        return new(
            $"receive check, {pattern} sources, {second.Rate} changes per second", 4, context.Plan.UpdateGroups,
            another => [new(Interleaved.Run(another, first.Time, second.Time, context.Cancel, () => context.Sweep.Run(bytes)), null)],
            settled => AddRows(settled[0]));

        void AddRows(SettledTimes times)
        {
            var place = Place(context, second.Subject, pattern, second.Rate, second.IsCached) with { Flag = times.Flag };
            if (second.Rate == 0)
                Add(Place(context, first.Subject, pattern, 0, first.IsCached), times.Pair.SpreadA);
            if (first.Subject == second.Subject)
                Add(place, times.Pair.SpreadB);
            var structures = Names.Over(second.Subject.Kind.Structure, first.Subject.Kind.Structure);
            context.Figures.Add(Metrics.Ratio.Row(place with { Structure = structures, Scheme = "" }, times.Pair.Ratio));

            void Add(Figure at, Spread seconds) =>
                context.Figures.Add(Metrics.ReceiveCheck.Row(at with { Flag = times.Flag }, seconds.Scale(1e9)));
        }
    }
}
