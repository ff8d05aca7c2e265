// SPDX-License-Identifier: MIT
namespace Sim.Experiments;

/// <summary>The context that all experiments of a run share: peers, seed, time, machine, and the rows so far.</summary>
public abstract class RunContext
{
    /// <summary>The seconds reserved for writing the report.</summary>
    public const double ReportSeconds = 4;

    public required int Peers { get; init; }
    public required ulong Seed { get; init; }

    public KernelConfig Kernel { get; init; } = KernelConfig.Usual;

    public required IWorkProgress Progress { get; init; }
    public CancellationToken Cancel { get; init; }

    /// <summary>The time budget. By default the budget is unlimited, and only the plan limits the run.</summary>
    public TimeBudget Budget { get; init; } = TimeBudget.Unlimited;

    public MachineWatch Watch { get; init; } = MachineWatch.None;
    public CacheSweep Sweep { get; init; } = new(HostFacts.LastLevelCacheBytes);

    public PassRunner Passes => field ??= new(Budget, Watch, Progress, Cancel);
    public List<Figure> Figures { get; } = [];
    public abstract Family Family { get; }
    protected abstract int Prefixes { get; }

    /// <summary>Returns the columns that all rows of an experiment share.</summary>
    public Figure At(Experiment experiment) => Figure.At(experiment, (int)Family) with { Peers = Peers, Prefixes = Prefixes };

    public void Add(Figure at, params ReadOnlySpan<(Metric Metric, double Value)> values)
    {
        foreach (var (metric, value) in values)
            Figures.Add(metric.Row(at, value));
    }
}
