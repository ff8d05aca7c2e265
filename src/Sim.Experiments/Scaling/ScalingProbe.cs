// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>
/// Measures all costs of a scheme with one table and one number of peers. Work on a small table takes only a few ticks of the clock. Small
/// tables are therefore loaded into many copies, and each timed interval covers all copies.
/// <code>
///   copies   as many fresh structures as hold 2,000 prefixes together, 24 at most
///   updates  a tenth of each copy's prefixes, at random: deleted, inserted again, moved, moved back; in cycles until there are 2,000
///   loss     one peer's whole share to the next, then back; peer after peer, until 2,000 prefixes were lost
///   lookups  all keys, in eight parts
/// </code>
/// A round's value is the median of its cycles, peers or parts, so that an interruption spoils only one cycle, peer or part. Each change is
/// a message of its own. The daemon's side (<see cref="Scheme.Prepare"/>) is not timed.
/// </summary>
public sealed class ScalingProbe
{
    private const int Enough = 2000, MostCopies = 24, MostUpdated = 400, KeyParts = 8;

    /// <summary>The most prefixes that REPLACE may send again in one cycle of deletions. Further deletions are not timed.</summary>
    private const int MostReplaced = 20_000;

    /// <summary>The most changes of each kind whose bytes are counted.</summary>
    private const int MostCounted = 32;

    private readonly ScalingTable _table;
    private readonly int _peers;
    private readonly KernelConfig _kernel;
    private readonly int[] _peerOf;
    private readonly BindingChange[] _inserts;
    private readonly UInt128[][] _keys;
    private readonly List<BindingChange[]> _losses;
    private readonly CancellationToken _cancel;
    private long? _answer;

    public ScalingProbe(ScalingTable table, int peers, ScalingPlan plan, ulong seed, CancellationToken cancel)
    {
        (_table, _peers, _kernel, _cancel) = (table, peers, plan.Kernel, cancel);
        _peerOf = table.PeerOf(peers);
        _inserts = [.. table.Prefixes.Zip(_peerOf, (prefix, peer) => new BindingChange(0, prefix, BindingChange.NoPeer, peer))];
        _keys = [.. table.Keys(plan.Keys / KeyParts * KeyParts, seed).Chunk(plan.Keys / KeyParts)];
        var share = Math.Max(1, table.Prefixes.Length / peers);
        var lost = Math.Clamp(Enough / Copies / share, 1, Math.Max(1, peers / 2));
        _losses = [.. Enumerable.Range(0, table.Prefixes.Length).Where(place => _peerOf[place] < lost).GroupBy(place => _peerOf[place])
            .OrderBy(group => group.Key).Select(group => group.Select(place => Change(place, _peerOf[place], Next(_peerOf[place]))).ToArray())];
    }

    private int Copies => Math.Clamp(Enough / _table.Prefixes.Length, 1, MostCopies);

    private int Updated => Math.Clamp(_table.Prefixes.Length / 10, 1, MostUpdated);

    /// <summary>Runs one round with new structures.</summary>
    /// <exception cref="InvalidOperationException">Thrown if a lookup's answer differs from the answer of the previous schemes.</exception>
    public void Run(SchemeKind kind, ScalingSamples samples)
    {
        var copies = new Scheme[Copies];
        try
        {
            for (var i = 0; i < copies.Length; i++)
                copies[i] = kind.Create(_table.Family, _peers, _kernel);
            samples.Add(kind.Name, new(Operations.Load, Metrics.Time), Load(copies));
            CountMemory(copies[0], samples);
            Lookups(copies[0], samples);
            Updates(copies, samples);
            Loss(copies, samples);
            CountMessages(copies[0], samples);
        }
        finally
        {
            foreach (var copy in copies)
                copy?.Dispose();
        }
    }

    private double Load(Scheme[] copies)
    {
        var clock = Stopwatch.GetTimestamp();
        foreach (var copy in copies)
            copy.Load(_inserts, _ => _cancel.ThrowIfCancellationRequested());
        return Nanoseconds(clock) / copies.Length / _inserts.Length;
    }

    private void CountMemory(Scheme scheme, ScalingSamples samples)
    {
        var lines = scheme.Structures.SelectMany(part => part.Structure.Account()).ToList();
        samples.Add(scheme.Name, new(null, Metrics.PageBytesPerPrefix), (double)lines.Sum(line => line.PageBytes) / _inserts.Length);
        samples.Add(scheme.Name, new(null, Metrics.BytesPerPrefix), (double)lines.Sum(line => line.ObjectBytes) / _inserts.Length);
    }

    private void Lookups(Scheme scheme, ScalingSamples samples)
    {
        var sent = _keys.Sum(part => Look(scheme, part, PacketWay.Transmit));
        if (sent != (_answer ??= sent))
            throw new InvalidOperationException($"{scheme.Name} finds other peers than the scheme before: sums of answers {sent} and {_answer}");
        samples.Add(scheme.Name, new(Operations.Transmit, Metrics.Time), Time(scheme, PacketWay.Transmit));
        samples.Add(scheme.Name, new(Operations.Receive, Metrics.Time), Time(scheme, PacketWay.Receive));
    }

    /// <summary>Returns the ns of a lookup. All keys are looked up twice. The first run warms the caches and gives the expected answer, and
    /// the second run is timed.</summary>
    private double Time(Scheme scheme, PacketWay way)
    {
        var (answer, again, tally) = (_keys.Sum(part => Look(scheme, part, way)), 0L, new List<double>());
        foreach (var part in _keys)
        {
            var clock = Stopwatch.GetTimestamp();
            again += Look(scheme, part, way);
            tally.Add(Nanoseconds(clock) / part.Length);
        }

        return again == answer
            ? Median(tally)
            : throw new InvalidOperationException($"{scheme.Name}: two runs over the same keys gave different answers");
    }

    /// <summary>Looks up the keys as packets, independently of each other. Received packets are looked up without rp_filter.</summary>
    private static long Look(Scheme scheme, UInt128[] keys, PacketWay way) => KeyLoop.Run(new Packets(scheme, way), keys, dependent: false);

    private void Updates(Scheme[] copies, ScalingSamples samples)
    {
        var (deleting, inserting, moving) = (new List<double>(), new List<double>(), new List<double>());
        var cycles = Math.Max(1, Enough / (copies.Length * Updated));
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            _cancel.ThrowIfCancellationRequested();
            BindingChange[][] Changes(Func<int, BindingChange> change) => [.. copies.Select((_, copy) =>
                Enumerable.Range((cycle * copies.Length + copy) * Updated, Updated).Select(drawn => change(_table.Drawn[drawn % _inserts.Length])).ToArray())];

            Time(copies, Changes(place => Change(place, _peerOf[place], BindingChange.NoPeer)), deleting);
            Time(copies, Changes(place => _inserts[place]), inserting);
            if (_peers == 1)
                continue;
            Time(copies, Changes(place => Change(place, _peerOf[place], Next(_peerOf[place]))), moving);
            Time(copies, Changes(place => Change(place, Next(_peerOf[place]), _peerOf[place])), moving);
        }

        void Add(Term operation, List<double> tally) => samples.Add(copies[0].Name, new(operation, Metrics.Time), Median(tally));
        Add(Operations.Insert, inserting);
        Add(Operations.Delete, deleting);
        if (_peers > 1)
            Add(Operations.Move, moving);
    }

    /// <summary>Makes the changes of each copy, with one message per change. Adds the time per change to
    /// <paramref name="tally"/>.</summary>
    private static void Time(Scheme[] copies, BindingChange[][] changes, List<double> tally)
    {
        var replaced = 0L;
        for (var copy = 0; copy < copies.Length; copy++)
            replaced += copies[copy].Prepare(changes[copy].AsSpan(0, 1));
        if (replaced > 0)
        {
            TimePrepared(copies, changes, tally);
            return;
        }

        // If one change needs no preparation, no change of the same kind needs preparation.
        var clock = Stopwatch.GetTimestamp();
        for (var copy = 0; copy < copies.Length; copy++)
        {
            for (var i = 0; i < changes[copy].Length; i++)
                copies[copy].Apply(changes[copy].AsSpan(i, 1));
        }

        tally.Add(Nanoseconds(clock) / (copies.Length * changes[0].Length));
    }

    /// <summary>Times changes under REPLACE. Between two messages to a copy, the daemon reads its own tables.</summary>
    private static void TimePrepared(Scheme[] copies, BindingChange[][] changes, List<double> tally)
    {
        var replaced = 0L;
        for (var i = 0; i < changes[0].Length; i++)
        {
            var done = i == 0 || replaced < MostReplaced;
            for (var copy = 0; copy < copies.Length; copy++)
                replaced += done ? copies[copy].Prepare(changes[copy].AsSpan(i, 1)) : copies[copy].PrepareWithoutReplace(changes[copy].AsSpan(i, 1));
            var clock = Stopwatch.GetTimestamp();
            for (var copy = 0; copy < copies.Length; copy++)
                copies[copy].Apply(changes[copy].AsSpan(i, 1));
            if (done)
                tally.Add(Nanoseconds(clock) / copies.Length);
        }
    }

    private void Loss(Scheme[] copies, ScalingSamples samples)
    {
        var tally = new List<double>();
        foreach (var lose in _losses)
        {
            var back = Array.ConvertAll(lose, change => change.Reversed);
            foreach (var copy in copies)
                copy.Prepare(lose);
            var clock = Stopwatch.GetTimestamp();
            foreach (var copy in copies)
                copy.Apply(lose);
            tally.Add(Nanoseconds(clock) / (copies.Length * lose.Length));
            foreach (var copy in copies)
            {
                copy.Prepare(back);
                copy.Apply(back);
            }

            _cancel.ThrowIfCancellationRequested();
        }

        var operation = _peers == 1 ? Operations.LoseToNone : Operations.LoseToOne;
        samples.Add(copies[0].Name, new(operation, Metrics.Time), Median(tally));
    }

    private void CountMessages(Scheme scheme, ScalingSamples samples)
    {
        if (samples.Has(scheme.Name, new(Operations.Insert, Metrics.BytesPerChange)))
            return;
        var places = _table.Drawn.Take(Math.Min(MostCounted, Updated)).ToList();
        // Each change is made and undone, so that every change meets the whole table.
        Count(scheme, samples, places, Operations.Delete, place => Change(place, _peerOf[place], BindingChange.NoPeer), Operations.Insert);
        if (_peers > 1)
            Count(scheme, samples, places, Operations.Move, place => Change(place, _peerOf[place], Next(_peerOf[place])), null);
    }

    private static void Count(
        Scheme scheme, ScalingSamples samples, List<int> places, Term operation, Func<int, BindingChange> change, Term? opposite)
    {
        var (there, back) = (default(Sent), default(Sent));
        foreach (var place in places)
        {
            var made = change(place);
            there += Send(scheme, made);
            back += Send(scheme, made.Reversed);
        }

        void Add(Term name, Sent sent)
        {
            samples.Add(scheme.Name, new(name, Metrics.BytesPerChange), (double)sent.Bytes / places.Count);
            samples.Add(scheme.Name, new(name, Metrics.MessagesPerChange), (double)sent.Messages / places.Count);
        }

        Add(operation, there);
        if (opposite is not null)
            Add(opposite, back);
    }

    private static Sent Send(Scheme scheme, BindingChange change)
    {
        BindingChange[] alone = [change];
        scheme.PrepareWithoutReplace(alone);
        scheme.Apply(alone);
        return scheme.Encode(alone);
    }

    private BindingChange Change(int place, int from, int to) => new(0, _table.Prefixes[place], from, to);

    /// <summary>Returns the peer that takes over another peer's prefixes. Returns NoPeer if there is only one peer.</summary>
    private int Next(int peer) => _peers == 1 ? BindingChange.NoPeer : (peer + 1) % _peers;

    private static double Median(List<double> times) => Spread.Of(times).Median;

    private static double Nanoseconds(long since) => (Stopwatch.GetTimestamp() - since) * (1e9 / Stopwatch.Frequency);
}
