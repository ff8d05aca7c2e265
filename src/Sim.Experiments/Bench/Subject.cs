// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>A kind of scheme that <c>bench</c> measures, and the names of scheme and structure in the rows.</summary>
public sealed record SubjectKind(SchemeKind Kind, SchemeName Scheme, string Structure)
{
    /// <summary>All what-ifs: the route attribute in FIBs that no kernel has, then AllowedIPs on structures that no kernel has.</summary>
    private static readonly SubjectKind[] s_whatIfs =
    [
        .. Named(SchemeKind.WhatIfs, SchemeName.RouteAttribute, Names.SharedStates, Names.LevelCompression),
        .. Named(SchemeKind.AllowedIpsForms, SchemeName.AllowedIps, Names.LcTrie, Names.MultibitTrie, Names.Poptrie, Names.Dir24),
    ];

    /// <summary>The two kinds that <c>bench</c> compares: AllowedIPs first, then the route attribute.</summary>
    public static IReadOnlyList<SubjectKind> Compared { get; } =
        [new(SchemeKind.RemoveMe, SchemeName.AllowedIps, Names.AllowedIps), new(SchemeKind.Route, SchemeName.RouteAttribute, Names.Fib)];

    /// <summary>The words of all what-ifs.</summary>
    public static string[] WhatIfWords { get; } = [.. s_whatIfs.Select(kind => kind.Kind.Word)];

    /// <summary>Returns the what-ifs of a family that are measured if the user names none: in IPv6 the FIBs, in IPv4 none.</summary>
    public static IReadOnlyList<SubjectKind> WhatIfs(Family family) =>
        [.. AllWhatIfs(family).Where(kind => SchemeKind.For(family).Contains(kind.Kind))];

    /// <summary>Returns all what-ifs of a family.</summary>
    public static IReadOnlyList<SubjectKind> AllWhatIfs(Family family) => [.. s_whatIfs.Where(kind => kind.Kind.Families.Contains(family))];

    /// <summary>The place in <see cref="Compared"/> of the structure that a what-if is compared with.</summary>
    public int Against => Scheme == SchemeName.AllowedIps ? 0 : 1;

    public Subject Create(Family family, int peers, KernelConfig kernel) => new(this, Kind.Create(family, peers, kernel));

    private static IEnumerable<SubjectKind> Named(IReadOnlyList<SchemeKind> kinds, SchemeName scheme, params string[] structures) =>
        kinds.Zip(structures, (kind, structure) => new SubjectKind(kind, scheme, structure));
}

public sealed class Subject(SubjectKind kind, Scheme scheme) : IDisposable
{
    public SubjectKind Kind { get; } = kind;
    public KernelStructure Structure { get; } = scheme.Binding;

    /// <summary>The basis of this structure's counts: modelled if no kernel has the structure, otherwise counted.</summary>
    public Basis Counts { get; } = scheme.Kind.IsWhatIf ? Basis.Modelled : Basis.Counted;

    public Figure Label(Figure row) => row with { Scheme = Kind.Scheme, Structure = Kind.Structure };

    public void Dispose() => scheme.Dispose();
}

/// <summary>The three steps of a repetition. Prepare is not timed, and runs before the caches are flushed. Time returns the seconds per
/// lookup or change. Restore undoes the changes.</summary>
public sealed record Repetition(Action<KernelStructure> Prepare, Func<KernelStructure, double> Time, Action<KernelStructure> Restore);

/// <summary>Two loaded structures to interleave. If <c>SecondAlone</c> is set, another pair adds the rows of First and the A/A
/// rows.</summary>
public sealed record SubjectPair(Subject First, Subject Second, bool SecondAlone = false)
{
    /// <summary>The bytes of both structures' pages when the pair was made.</summary>
    public long Bytes { get; } = First.Structure.Memory.PageBytes + Second.Structure.Memory.PageBytes;

    /// <summary>The subjects for which this pair adds rows.</summary>
    public IReadOnlyList<Subject> Reported => SecondAlone ? [Second] : [First, Second];

    /// <summary>Returns a case to measure. Each group first runs the first structure against itself. A case with a what-if has half as many
    /// groups.</summary>
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
            // Only this structure ran before, so only its own data can be left in the caches.
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

        return new(name, SecondAlone ? 4 : 8, SecondAlone ? (most + 1) / 2 : most, Measure, settled => AddRows(context, experiment, settled[0], label))
        {
            KeepsAll = experiment == Experiment.Lookup && context.Launch is not null,
        };
    }

    private void AddRows(BenchContext context, Experiment experiment, SettledTimes times, Func<Figure, Figure> label)
    {
        Figure Flagged(Figure row) => label(row) with { Flag = times.Flag };
        if (times.Self is { } self)
        {
            context.AddRatio(Experiment.Aa, First.Kind.Structure, First.Kind.Structure, self, Flagged);
            context.AddTime(experiment, First, times.Pair.SpreadA, Flagged);
            AddProcesses(First, pass => pass.SpreadA);
        }

        context.AddTime(experiment, Second, times.Pair.SpreadB, Flagged);
        AddProcesses(Second, pass => pass.SpreadB);
        context.AddRatio(experiment, First.Kind.Structure, Second.Kind.Structure, times.Pair, Flagged);

        void AddProcesses(Subject subject, Func<InterleavedTimes, Spread> spread)
        {
            if (context.Launch is null || experiment != Experiment.Lookup)
                return;
            foreach (var (number, pass) in times.Passes.Index())
            {
                var at = Flagged(subject.Label(context.At(experiment))) with { Order = context.Order, X = number + 1 };
                context.Figures.Add(Metrics.ProcessTime.Row(at, spread(pass).Scale(1e9)));
            }
        }
    }
}
