// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>
/// Threads of this program that look up addresses and move prefixes in the ports. These threads use the same processors, addresses and
/// moves as the kernel's threads. Each lookup is timed and takes a reference to its peer. Unlike the kernel's threads, these threads can be
/// interrupted during a lookup. The writer sometimes waits for the readers before it frees dropped objects (<see cref="Rcu"/>).
/// </summary>
public sealed class PortReaders : IReaders, IDisposable
{
    /// <summary>The number of lookups between two quiescent states, as in the kernel's readers.</summary>
    private const int Poll = 64;

    /// <summary>The minimum number of lookups of each reader in a run. A 99.9th percentile needs this many lookups.</summary>
    private const int LeastLookups = 32 * Poll;

    /// <summary>The writer frees the dropped objects each time it has made this number of moves.</summary>
    private const int Held = 4096;

    /// <summary>The distance between two counters. At this distance, two counters never share a cache line or a pair of prefetched
    /// lines.</summary>
    private const int CounterStride = 16;

    private readonly ReaderInput _input;
    private readonly int _milliseconds;
    private readonly CancellationToken _cancel;
    private readonly AllowedIpsStructure _allowedIps;
    private readonly FibStructure _routes;

    /// <summary>The reference counts of the peers to which routes lead. AllowedIPs have their own reference counts.</summary>
    private readonly long[] _references = new long[ReaderInput.Peers * CounterStride];

    private UInt128[] _keys = [];
    private (int Before, int After)[] _expected = [];
    private volatile bool _go, _stop;

    public PortReaders(ReaderInput input, KernelConfig kernel, int milliseconds, CancellationToken cancel)
    {
        (_input, _milliseconds, _cancel) = (input, milliseconds, cancel);
        _allowedIps = new(input.Family, ReaderInput.Peers, kernel);
        _routes = FibStructure.Create(input.Family, RouteShape.Encap, ReaderInput.Peers, kernel);
        foreach (var change in input.Load.Operations)
        {
            KernelStructure.Check(_allowedIps.Bind(change.Prefix, change.NewPeer), change.Prefix);
            KernelStructure.Check(_routes.Add(change.Prefix, change.NewPeer), change.Prefix);
        }
    }

    /// <summary>Finds the possible peers of each address: the peer before the moves and the peer after the moves.</summary>
    /// <returns>The digests of the answers before and after the moves.</returns>
    public (ulong Before, ulong After) Prepare(ReaderKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var half = _input.Churn.Operations.Length / 2;
        var before = Array.ConvertAll(keys.Addresses, _allowedIps.Lookup);
        Move(_allowedIps, 0, half);
        var after = Array.ConvertAll(keys.Addresses, _allowedIps.Lookup);
        Move(_allowedIps, half, 2 * half);
        (_keys, _expected) = (keys.Addresses, [.. before.Zip(after)]);
        return (Digest(before), Digest(after));
    }

    /// <exception cref="BindingMismatchException">Thrown if a lookup found a peer that the address never had, or found no peer.</exception>
    public ReaderSample Run(string? structure, int readers, bool writes)
    {
        var of = structure switch { null => null, Names.AllowedIps => _allowedIps, _ => (KernelStructure)_routes };
        (_go, _stop) = (false, false);
        var made = Enumerable.Range(0, readers).Select(i => new Reader(this, of, Environment.ProcessorCount - readers + i, (int)((long)i * _keys.Length / readers))).ToList();
        var clock = Stopwatch.StartNew();
        _go = true;
        bool MustGoOn() => clock.ElapsedMilliseconds < _milliseconds || made.Exists(reader => reader.Lookups < LeastLookups);
        var changes = of is not null && writes ? Write(of, MustGoOn) : Wait(MustGoOn);
        _stop = true;
        var seconds = clock.Elapsed.TotalSeconds;
        made.ForEach(reader => reader.Join());
        if (of is not null)
            TakeBack(of, changes);
        _cancel.ThrowIfCancellationRequested();
        var times = new LogHistogram();
        made.ForEach(reader => times.Add(reader.Times));
        var (none, wrong) = (made.Sum(reader => reader.None), made.Sum(reader => reader.Wrong));
        if (none + wrong > 0)
            throw new BindingMismatchException($"the port of {structure}: {none} lookups found no peer and {wrong} a peer that the address never had");
        return new(times, 1e9 / Stopwatch.Frequency, seconds, changes, 0, none, wrong);
    }

    public void Dispose()
    {
        _allowedIps.Dispose();
        _routes.Dispose();
    }

    private static ulong Digest(int[] peers)
    {
        var digest = default(Digest64);
        foreach (var peer in peers)
            digest.Add((uint)PeerNumber.ToKernel(peer));
        return digest.Value;
    }

    private long Wait(Func<bool> mustGoOn)
    {
        while (mustGoOn() && !_cancel.WaitHandle.WaitOne(_milliseconds))
        {
        }

        return 0;
    }

    /// <summary>Moves prefixes on the first processor until the run ends. Returns the number of moves.</summary>
    private long Write(KernelStructure structure, Func<bool> mustGoOn)
    {
        using var pinned = CpuPin.To(0);
        var (rcu, changes) = (structure.Memory.Rcu, 0L);
        rcu.HoldsCallbacks = true;
        // On a busy machine the time may be over before the writer runs at all. It still makes some changes.
        do
        {
            for (var i = 0; i < Poll; i++)
                Move(structure, changes++);
            if (changes % Held != 0)
                continue;
            rcu.HoldsCallbacks = false;
            structure.EndMessage();
            rcu.HoldsCallbacks = true;
        }
        while (mustGoOn() && !_cancel.IsCancellationRequested);

        rcu.HoldsCallbacks = false;
        return changes;
    }

    private void TakeBack(KernelStructure structure, long changes)
    {
        for (var count = _input.Churn.Operations.Length; count > 0 && changes % count != 0;)
            Move(structure, changes++);
        structure.EndMessage();
    }

    private void Move(KernelStructure structure, int from, int to)
    {
        for (var at = from; at < to; at++)
            Move(structure, (long)at);
    }

    private void Move(KernelStructure structure, long at)
    {
        var change = _input.Churn.Operations[at % _input.Churn.Operations.Length];
        KernelStructure.Check(structure.Bind(change.Prefix, change.NewPeer), change.Prefix);
    }

    /// <summary>A reader thread and its results. While the thread runs, only the thread itself uses the results.</summary>
    private sealed class Reader
    {
        private readonly PortReaders _all;
        private readonly KernelStructure? _structure;
        private readonly RcuReader? _rcu;
        private readonly Thread _thread;
        private int _place;
        private long _lookups;

        public Reader(PortReaders all, KernelStructure? structure, int cpu, int place)
        {
            (_all, _structure, _place) = (all, structure, place);
            _rcu = structure?.Memory.Rcu.AddReader();
            _thread = new Thread(() => Read(cpu)) { IsBackground = true, Name = $"reader on {cpu}" };
            _thread.Start();
        }

        public LogHistogram Times { get; } = new();

        public long Lookups => Volatile.Read(ref _lookups);

        public long None { get; private set; }

        public long Wrong { get; private set; }

        public void Join() => _thread.Join();

        private void Read(int cpu)
        {
            using var pinned = CpuPin.To(cpu);
            for (var spin = default(SpinWait); !_all._go;)
                spin.SpinOnce(sleep1Threshold: -1);
            while (!_all._stop)
            {
                for (var i = 0; i < Poll; i++)
                    LookUp();
                Volatile.Write(ref _lookups, _lookups + Poll);
                _rcu?.QuiescentState();
            }

            _rcu?.Dispose();
        }

        private void LookUp()
        {
            var key = _all._keys[_place];
            var begun = Stopwatch.GetTimestamp();
            var peer = Find(key);
            Times.Record(Stopwatch.GetTimestamp() - begun);
            if (_structure is not null)
                Judge(peer);
            _place = _place + 1 == _all._keys.Length ? 0 : _place + 1;
        }

        /// <summary>Returns the peer of an address. Takes and puts a reference to the peer, unless the lookup already does this, as in
        /// allowedips.</summary>
        private int Find(UInt128 key)
        {
            if (_structure is null)
                return PeerNumber.None;
            var peer = _structure.Lookup(key);
            if (peer == PeerNumber.None || _structure == _all._allowedIps)
                return peer;
            ref var references = ref _all._references[peer * CounterStride];
            Interlocked.Increment(ref references);
            Interlocked.Decrement(ref references);
            return peer;
        }

        private void Judge(int peer)
        {
            var (before, after) = _all._expected[_place];
            if (peer == before || peer == after)
                return;
            _ = peer == PeerNumber.None ? None++ : Wrong++;
        }
    }
}
