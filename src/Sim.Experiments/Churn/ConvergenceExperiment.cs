// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Measures large changes: the initial load, the loss of the peer with the most prefixes, and the return of this peer. The lost prefixes go
/// to one other peer, to all other peers, or to no peer. Each large change is one batch, sent as fast as the kernel takes it.
/// </summary>
public sealed class ConvergenceExperiment(ChurnContext context)
{
    private readonly PeerLoss[] _losses = [.. PeerLoss.All(context)];

    /// <summary>Times the load of a new scheme in each order of insertion that the plan names.</summary>
    public void Load(SchemeKind kind)
    {
        foreach (var order in context.Plan.Orders)
        {
            using var scheme = kind.Create(context.Family, context.Peers, context.Kernel);
            TimeLoad(scheme, Ordered(order), order);
        }
    }

    /// <summary>Times the load of the scheme that the other experiments use.</summary>
    public void Load(Scheme scheme) => TimeLoad(scheme, context.Load, Orders.File);

    /// <summary>Times the loss and the return of the largest peer. Returns the number of changes in the first kind of loss, and the median
    /// seconds of that loss.</summary>
    public (int Changes, double Seconds) Run(Scheme scheme)
    {
        var first = (Changes: 0, Seconds: 0.0);
        foreach (var loss in _losses)
        {
            var (losing, returning) = (new List<double>(), new List<double>());
            var (lost, back) = (default(Sent), default(Sent));
            for (var round = 0; round < context.Plan.Rounds; round++)
            {
                context.Cancel.ThrowIfCancellationRequested();
                losing.Add(Time(scheme, loss.Lose));
                lost = scheme.Encode(loss.Lose);
                returning.Add(Time(scheme, loss.Return));
                back = scheme.Encode(loss.Return);
            }

            Add(scheme, loss.Operation, loss.Lose.Length, losing, lost);
            Add(scheme, loss.ReturnOperation, loss.Return.Length, returning, back);
            if (first.Changes == 0)
                first = (loss.Lose.Length, Spread.Of(losing).Median);
        }

        context.Start.Require(scheme, "after the loss of a peer and its return");
        return first;
    }

    private void TimeLoad(Scheme scheme, BindingChange[] inserts, string order)
    {
        var clock = Stopwatch.GetTimestamp();
        scheme.Load(inserts, _ => context.Cancel.ThrowIfCancellationRequested());
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        context.Start.Require(scheme, $"loaded, order {order}");
        var at = context.At(Experiment.Convergence) with { Operation = Operations.Load, Order = order };
        context.Add(scheme, Metrics.Time.Row(at, seconds * 1e3) with { Unit = Units.Milliseconds });
        context.Add(scheme, Metrics.TimePerPrefix.Row(at, seconds * 1e9 / inserts.Length));
    }

    /// <summary>Returns the seconds that the kernel's structures take for a batch.</summary>
    public static double Time(Scheme scheme, BindingChange[] batch)
    {
        scheme.Prepare(batch);
        var clock = Stopwatch.GetTimestamp();
        scheme.Apply(batch);
        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private void Add(Scheme scheme, string operation, int prefixes, List<double> seconds, Sent sent)
    {
        var at = context.At(Experiment.Convergence) with { Operation = operation };
        context.Add(scheme, Metrics.Time.Row(at, Spread.Of(seconds).Scale(1e3)) with { Unit = Units.Milliseconds });
        context.Add(
            scheme, at, (Metrics.Changes, prefixes), (Metrics.Messages, sent.Messages), (Metrics.MessageBytes, sent.Bytes), (Metrics.Calls, sent.Calls));
    }

    private BindingChange[] Ordered(string order)
    {
        var inserts = (BindingChange[])context.Load.Clone();
        if (order == Orders.Sorted)
            Array.Sort(inserts, static (left, right) => left.Prefix.CompareTo(right.Prefix));
        else
            new Rng(context.Seed).Shuffle(inserts.AsSpan());
        return inserts;
    }
}

/// <summary>The loss of the largest peer and the return of this peer, each with one change per prefix.</summary>
public sealed record PeerLoss(Term Operation, Term ReturnOperation, BindingChange[] Lose, BindingChange[] Return)
{
    /// <summary>Returns the kinds of loss: the prefixes go to one other peer, to all other peers one after another, or to no peer. A table
    /// with one peer has only the loss to no peer.</summary>
    public static IEnumerable<PeerLoss> All(ChurnContext context)
    {
        var largest = context.Table.Peers.CountBy(peer => peer).MaxBy(share => share.Value).Key;
        var share = context.Load.Where(change => change.NewPeer == largest).Select(change => change.Prefix).ToArray();
        var other = (largest + 1) % context.Peers;
        PeerLoss Of(Term operation, Term returning, Func<int, int> to)
        {
            var lose = share.Select((prefix, at) => new BindingChange(0, prefix, largest, to(at))).ToArray();
            return new(operation, returning, lose, Array.ConvertAll(lose, change => change.Reversed));
        }

        if (context.Peers > 1)
        {
            yield return Of(Operations.LoseToOne, Operations.ReturnToOne, _ => other);
            yield return Of(Operations.LoseToAll, Operations.ReturnToAll, at => (largest + 1 + at % (context.Peers - 1)) % context.Peers);
        }

        yield return Of(Operations.LoseToNone, Operations.ReturnToNone, _ => BindingChange.NoPeer);
    }
}
