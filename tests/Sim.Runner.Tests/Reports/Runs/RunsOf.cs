// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Runs;
using Sim.Runner.Tests.Commands;
using Sim.Workloads.Keys;

namespace Sim.Runner.Tests.Reports.Runs;

/// <summary>Made-up runs of one program: the same counts, and times that vary from run to run as asked.</summary>
internal static class RunsOf
{
    /// <param name="names">One run for each name.</param>
    /// <param name="noise">Deviation of the logarithm of a run's times.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="change">Made of every row before the noise.</param>
    /// <param name="run">The run all are made of; null: a full one.</param>
    public static List<StoredRun> Program(string[] names, double noise, ulong seed, Func<Figure, Figure>? change = null, RunResult? run = null)
    {
        var rng = new Rng(seed);
        run ??= new FabricatedRun().Build();
        var runs = new List<StoredRun>();
        foreach (var name in names)
        {
            var figures = run.Figures.Select(f =>
            {
                var changed = change?.Invoke(f) ?? f;
                if (f.Basis != Basis.Measured || f.Experiment == "aa")
                    return changed;
                var factor = Math.Exp(noise * Gauss(ref rng));
                return changed with { Value = changed.Value * factor, Low = changed.Low * factor, High = changed.High * factor };
            }).ToList();
            runs.Add(new StoredRun(name, run with { Figures = figures, Started = run.Started.AddMinutes(seed * 100 + (ulong)runs.Count) }));
        }

        return runs;
    }

    /// <summary>Times of a row by the given factor; all others as they are.</summary>
    public static Func<Figure, Figure> Slower(Func<Figure, bool> which, double factor) => f =>
        which(f) ? f with { Value = f.Value * factor, Low = f.Low * factor, High = f.High * factor } : f;

    /// <summary>A normal deviate (Box and Muller).</summary>
    public static double Gauss(ref Rng rng) =>
        Math.Sqrt(-2 * Math.Log(1 - rng.NextDouble())) * Math.Cos(2 * Math.PI * rng.NextDouble());

    public static StoredRun With(this StoredRun run, Func<RunResult, RunResult> change) => run with { Result = change(run.Result) };

    public static StoredRun WithFigures(this StoredRun run, Func<Figure, Figure> change) =>
        run.With(result => result with { Figures = [.. result.Figures.Select(change)] });
}
