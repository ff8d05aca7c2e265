// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>One repetition: prepared off the clock before caches are flushed, timed (seconds per lookup or change), undone.</summary>
public sealed record Repetition(Action<KernelStructure> Prepare, Func<KernelStructure, double> Time, Action<KernelStructure> Restore);

/// <summary>Two loaded structures, interleaved. If the second is alone, another pair has the first’s rows and the A/A rows.</summary>
public sealed record SubjectPair(Subject First, Subject Second, bool SecondAlone = false)
{
    /// <summary>What both held when the pair was made.</summary>
    public long Bytes { get; } = First.Structure.Memory.PageBytes + Second.Structure.Memory.PageBytes;

    /// <summary>Those whose own rows are made.</summary>
    public IReadOnlyList<Subject> Reported => SecondAlone ? [Second] : [First, Second];

    /// <summary>One thing to measure. In each group the first is run against itself before; a what-if has half as many groups.</summary>
    public PairedCase Case(BenchContext context, Experiment experiment, string name, int most, Repetition repetition, Func<Figure, Figure> label)
    {
        double Time(Subject subject)
        {
            var seconds = repetition.Time(subject.Structure);
            repetition.Restore(subject.Structure);
            return seconds;
        }

        void Before(params ReadOnlySpan<Subject> next)
        {
            foreach (var subject in next)
                repetition.Prepare(subject.Structure);
            context.Sweep.Run(Bytes);
        }

        double Alone()
        {
            // What the repetition before has left is the same structure's.
            Before(First);
            return Time(First);
        }

        PassTimes[] Measure(Func<int, bool> another)
        {
            var (pairs, selves) = (new List<InterleavedTimes>(), new List<InterleavedTimes>());
            do
            {
                if (!SecondAlone)
                    selves.Add(Interleaved.Run(1, Alone, Alone, context.Cancel));
                pairs.Add(Interleaved.Run(_ => false, () => Time(First), () => Time(Second), context.Cancel, () => Before(First, Second)));
            }
            while (another(pairs.Count));
            return [new(InterleavedTimes.Join(pairs), SecondAlone ? null : InterleavedTimes.Join(selves))];
        }

        return new(name, SecondAlone ? 4 : 8, SecondAlone ? (most + 1) / 2 : most, Measure, settled => AddRows(context, experiment, settled[0], label));
    }

    private void AddRows(BenchContext context, Experiment experiment, SettledTimes times, Func<Figure, Figure> label)
    {
        Figure Flagged(Figure row) => label(row) with { Flag = times.Flag };
        if (times.Self is { } self)
        {
            context.AddSelfRatio(First, self, Flagged);
            context.AddTime(experiment, First, times.Pair.SpreadA, Flagged);
        }

        context.AddTime(experiment, Second, times.Pair.SpreadB, Flagged);
        context.AddRatio(experiment, First.Kind.Structure, Second.Kind.Structure, times.Pair, Flagged);
    }
}
