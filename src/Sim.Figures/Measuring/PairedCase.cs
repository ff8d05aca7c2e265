// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Files;

namespace Sim.Figures.Measuring;

/// <summary>The repetitions of one kind of time (such as insertion) in one pass: the two sides interleaved and, if measured, the first side
/// against itself.</summary>
public readonly record struct PassTimes(InterleavedTimes Pair, InterleavedTimes? Self)
{
    public Passes.Pass Summary => Passes.Of(Pair.Ratios, Self?.Ratios ?? Pair.Selves);
}

/// <summary>The repetitions of one kind of time (such as insertion) in all kept passes, together and pass by pass. The noise is the factor by
/// which equal structures differed in these repetitions.</summary>
public sealed record SettledTimes(InterleavedTimes Pair, InterleavedTimes? Self, double Noise, string Flag, IReadOnlyList<InterleavedTimes> Passes);

/// <summary>One measurement on two structures, in passes of at most <c>MostGroups</c> groups. After each group, a pass asks whether another
/// group follows. The pass returns one result for each time that a repetition returns. <c>AddRows</c> gets the times in the same order,
/// each joined over all kept passes.</summary>
public sealed record PairedCase(
    string Name, int Repetitions, int MostGroups, Func<Func<int, bool>, PassTimes[]> Measure, Action<IReadOnlyList<SettledTimes>> AddRows)
{
    private readonly List<(PassTimes[] Times, double From, double To)> _passes = [];

    /// <summary>Whether all passes are kept even if they disagree. Each pass is then a process of its own, and the spread of the rows shows
    /// how much the processes differ.</summary>
    public bool KeepsAll { get; init; }

    public int Passed => _passes.Count;

    /// <summary>The times of the last pass.</summary>
    public IReadOnlyList<PassTimes> Last => _passes[^1].Times;

    /// <summary>The number of groups of the last pass.</summary>
    public int Groups => _passes[^1].Times[0].Pair.A.Length / 2;

    /// <summary>Whether enough passes agree in every kind of time: all passes so far, or two of three passes.</summary>
    public bool Settled => KeepsAll || Enumerable.Range(0, _passes[0].Times.Length).All(time => Settle(time).Settled);

    /// <summary>Adds a pass that began and ended at these moments of the run's clock.</summary>
    public void Add(PassTimes[] times, double from, double to) => _passes.Add((times, from, to));

    public void Finish(MachineWatch watch) => AddRows([.. Enumerable.Range(0, _passes[0].Times.Length).Select(time => Result(time, watch))]);

    private (IReadOnlyList<int> Kept, bool Settled) Settle(int time) => Passes.Settle([.. _passes.Select(pass => pass.Times[time].Summary)]);

    private SettledTimes Result(int time, MachineWatch watch)
    {
        var (kept, settled) = KeepsAll ? ([.. Enumerable.Range(0, Passed)], true) : Settle(time);
        var passes = kept.Select(at => _passes[at]).ToList();
        var busy = passes.TrueForAll(pass => watch.IsBusy(pass.From, pass.To));
        var all = new PassTimes(
            InterleavedTimes.Join([.. passes.Select(pass => pass.Times[time].Pair)]),
            passes[0].Times[time].Self is null ? null : InterleavedTimes.Join([.. passes.Select(pass => pass.Times[time].Self!)]));
        return new(all.Pair, all.Self, Math.Exp(all.Summary.Width), !settled ? Figure.Unsettled : busy ? Figure.Busy : "",
            [.. passes.Select(pass => pass.Times[time].Pair)]);
    }
}

/// <summary>Makes passes over cases within the time budget. Reads the machine's counters between passes.</summary>
public sealed class PassRunner(TimeBudget budget, MachineWatch watch, IWorkProgress progress, CancellationToken cancel)
{
    /// <summary>The number of passes that are always made. If these passes disagree, one more pass is made.</summary>
    public const int Least = 2;

    /// <summary>Makes one pass over each case, with as many groups as the case's share of the time allows.</summary>
    public void Pass(IEnumerable<PairedCase> cases)
    {
        foreach (var one in cases)
            Pass(one, budget.Next(one.MostGroups));
    }

    /// <summary>Makes one pass over each case with a fixed number of groups, however long the pass takes. Use this method if later counts
    /// depend on the number of groups.</summary>
    public void Pass(IEnumerable<PairedCase> cases, int groups)
    {
        foreach (var one in cases)
            Pass(one, done => done < groups);
    }

    /// <summary>Makes one more pass over each case whose passes disagree. Then makes the rows of all cases.</summary>
    public void Finish(IReadOnlyList<PairedCase> cases)
    {
        foreach (var one in cases.Where(one => !one.Settled))
        {
            var groups = one.Groups;
            Pass(one, done => done < groups);
        }

        foreach (var one in cases)
            one.Finish(watch);
    }

    private void Pass(PairedCase one, Func<int, bool> another)
    {
        cancel.ThrowIfCancellationRequested();
        progress.Step($"{one.Name}, pass {one.Passed + 1}", one.Repetitions * one.MostGroups, "runs");
        var from = watch.Sample();
        var times = one.Measure(done =>
        {
            progress.Done(done * one.Repetitions);
            return another(done);
        });
        one.Add(times, from, watch.Sample());
    }
}
