// SPDX-License-Identifier: MIT
using Sim.Runner.Schemes;

namespace Sim.Runner.Experiments;

/// <summary>Two loaded schemes that take turns, and how often.</summary>
/// <param name="First">What the second is held against.</param>
/// <param name="Second">The other.</param>
/// <param name="LookupGroups">Groups of A B B A for each key pattern and chain.</param>
/// <param name="UpdateGroups">Groups of A B B A for each operation.</param>
/// <param name="SecondAlone">The first has its rows, and the A/A rows, from another pair: only the second's and the ratios are made.</param>
internal sealed record SchemePair(Scheme First, Scheme Second, int LookupGroups, int UpdateGroups, bool SecondAlone = false)
{
    /// <summary>What both held when the pair was made.</summary>
    public long Bytes { get; } = First.Memory.PageBytes + Second.Memory.PageBytes;

    /// <summary>Those whose own rows are made.</summary>
    public IReadOnlyList<Scheme> Reported => SecondAlone ? [Second] : [First, Second];

    /// <summary>The question of a run: the two structures, as often as the plan says, with the noise.</summary>
    public static SchemePair Answer(Scheme first, Scheme second, BenchPlan plan) => new(first, second, plan.LookupGroups, plan.UpdateGroups);

    /// <summary>Beside what no kernel has: its ratio needs half as many groups as the answer's.</summary>
    public static SchemePair WhatIf(Scheme first, Scheme whatIf, BenchPlan plan) =>
        new(first, whatIf, (plan.LookupGroups + 1) / 2, (plan.UpdateGroups + 1) / 2, SecondAlone: true);

    /// <summary>Repetitions that <paramref name="groups"/> groups and those of the A/A row take.</summary>
    public int Repetitions(int groups) => groups * (SecondAlone ? 4 : 8);

    /// <summary>Measures one thing in turns, the first against itself before, and adds the rows.</summary>
    /// <param name="context">Where rows go.</param>
    /// <param name="experiment">Of the rows.</param>
    /// <param name="groups">Groups of A B B A.</param>
    /// <param name="time">Runs one repetition of a scheme; seconds of one lookup or operation.</param>
    /// <param name="label">Adds the case's columns.</param>
    public void Measure(BenchContext context, string experiment, int groups, Func<Scheme, double> time, Func<Figure, Figure> label)
    {
        if (!SecondAlone)
            context.AddSelfRatio(First, Interleaved.Run(groups, () => time(First), () => time(First), context.Cancel), label);
        var times = Interleaved.Run(groups, () => time(First), () => time(Second), context.Cancel);
        if (!SecondAlone)
            context.AddTime(experiment, First, times.SpreadA, label);
        context.AddTime(experiment, Second, times.SpreadB, label);
        context.AddRatio(experiment, First.Structure, Second.Structure, times, label);
    }
}
