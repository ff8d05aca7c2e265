// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Measures wrong lookups during an update. A wrong lookup finds no peer, or a peer that has the prefix neither before nor after the
/// update. Each update is made in three ways:
/// <code>
///   alone            timed, with no reader                                     measured
///   beside readers   threads look up all the time, each answer is judged       measured, another number in every run
///   step by step     every probe is looked up after each operation             counted, the same in every run
///                    the longest wrong time = its steps * time alone / steps   simulated
/// </code>
/// </summary>
public sealed class ReaderExperiment
{
    private static readonly ProbeGroup[] s_groups = Enum.GetValues<ProbeGroup>();

    private readonly ChurnContext _context;
    private readonly List<IReadOnlyList<ReaderUpdate>> _operations;

    public ReaderExperiment(ChurnContext context)
    {
        _context = context;
        _operations = [.. new ReaderUpdates(context).All()];
        if (_operations.Count > 0)
            context.Figures.Add(Metrics.Readers.Row(context.At(Experiment.Reader), ReaderThreads.Count));
    }

    /// <summary>Runs all updates on a loaded scheme and undoes them.</summary>
    /// <exception cref="BindingMismatchException">Thrown if a lookup was wrong although no update was under way, or the final binding is
    /// wrong.</exception>
    public void Run(Scheme scheme)
    {
        foreach (var updates in _operations)
        {
            var rows = new ReaderRows(_context, scheme, updates[0].Operation);
            var alone = Alone(scheme, updates);
            var sums = Array.ConvertAll(s_groups, _ => new GroupTally());
            rows.AddTimes(alone, Beside(scheme, updates, sums));
            var steps = ReaderSteps.Count(scheme, updates[0]);
            rows.AddSteps(steps.Steps, alone);
            foreach (var group in s_groups.Where(group => steps.Of(group).Probed > 0))
            {
                rows.AddSeen(group, sums[(int)group]);
                if (steps.Steps > 0)
                    rows.AddCounted(group, steps, alone);
            }
        }

        _context.Start.Require(scheme, "after the updates beside readers");
    }

    /// <summary>Returns the seconds of each update without readers.</summary>
    private List<double> Alone(Scheme scheme, IReadOnlyList<ReaderUpdate> updates)
    {
        var seconds = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (seconds.Count == 0 || Stopwatch.GetElapsedTime(begun).TotalMilliseconds < _context.Plan.Reader.Milliseconds)
        {
            _context.Cancel.ThrowIfCancellationRequested();
            var update = updates[seconds.Count % updates.Count];
            update.Prepare(scheme);
            var clock = Stopwatch.GetTimestamp();
            update.Apply(scheme);
            seconds.Add(ReaderRound.SecondsBetween(clock, Stopwatch.GetTimestamp()));
            update.Restore(scheme);
        }

        return seconds;
    }

    /// <summary>Adds the readers' observations of the updates to <paramref name="sums"/>, and returns the seconds of each update.</summary>
    private List<double> Beside(Scheme scheme, IReadOnlyList<ReaderUpdate> updates, GroupTally[] sums)
    {
        var seconds = new List<double>();
        using var readers = new ReaderThreads(scheme, ReaderThreads.Count);
        var each = _context.Plan.Reader.Milliseconds / (double)updates.Count;
        foreach (var update in updates)
        {
            _context.Cancel.ThrowIfCancellationRequested();
            var round = new ReaderRound(update);
            readers.Begin(round);
            var begun = Stopwatch.GetTimestamp();
            do
                round.Do(scheme);
            while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < each);
            readers.End(sums);
            seconds.AddRange(round.Seconds);
        }

        return seconds;
    }
}
