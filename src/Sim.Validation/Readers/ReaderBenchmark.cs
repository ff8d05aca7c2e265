// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>
/// Measures lookups beside a writer, in the kernel and in the ports. AllowedIPs and routes that name peers are interleaved (A B B A). The
/// benchmark varies the readers (one, or one per processor), the addresses (in all prefixes, or in one peer's prefixes), and the writer (no
/// writer, or a writer that moves prefixes at full speed).
/// </summary>
public sealed class ReaderBenchmark(ValidationContext context)
{
    /// <summary>The structures that are compared: A and B of the interleaved runs.</summary>
    private const string A = Names.AllowedIps, B = Names.RouteEncap;

    public void Run(IReadOnlyList<ReaderInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var oif = (int)context.Machine.One("wg create").Long("ifindex");
        foreach (var input in inputs)
        {
            context.Progress.Step($"readers IPv{(int)input.Family}, load", 1, "tables");
            var kernel = new KernelReaders(context, input);
            kernel.Load();
            using (var ports = new PortReaders(input, context.Kernel(oif), context.Plan.ReaderMilliseconds, context.Cancel))
                Run(input, kernel, ports);
            kernel.Unload();
        }
    }

    private void Run(ReaderInput input, KernelReaders kernel, PortReaders ports)
    {
        var counts = context.Cpus > 1 ? [1, context.Cpus] : (int[])[1];
        foreach (var keys in input.Keys)
        {
            CompareAnswers(At(input, A, Steps.Load, keys), kernel.Prepare(keys), ports.Prepare(keys));
            foreach (var readers in counts)
            {
                if (keys == input.Keys[0])
                    TimeClock(input, readers, kernel, ports);
                foreach (var operation in input.Churn.Operations.Length > 0 ? [Operations.NoWriter, Operations.BesideWriter] : (Term[])[Operations.NoWriter])
                {
                    context.Progress.Step($"readers IPv{(int)input.Family}, {keys.Name}, {readers}, {operation}", 1, "cases");
                    var at = At(input, "", operation, keys);
                    AddChecks(at, readers, Measure(at, Sides.Kernel, readers, kernel), Measure(at, Sides.Port, readers, ports));
                }
            }
        }
    }

    private Figure At(ReaderInput input, string structure, string operation, ReaderKeys keys) =>
        context.At(structure, input.Family, "", operation, input.Load.Operations.Length) with { Keys = keys.Name };

    private void CompareAnswers(Figure at, (ulong Before, ulong After, ulong Routes) kernel, (ulong Before, ulong After) ports)
    {
        context.CompareDigest(at, Metrics.AnswerDigest, ports.Before, kernel.Before);
        context.CompareDigest(at with { Operation = Steps.Move }, Metrics.AnswerDigest, ports.After, kernel.After);
        context.CompareDigest(at with { Structure = B }, Metrics.AnswerDigest, ports.Before, kernel.Routes);
    }

    /// <summary>Measures the time between two readings of the clock. Every lookup's time includes this time.</summary>
    private void TimeClock(ReaderInput input, int readers, params IReadOnlyList<IReaders> both)
    {
        foreach (var (side, of) in new[] { Sides.Kernel, Sides.Port }.Zip(both))
        {
            of.Run(null, readers, writes: false);
            var place = Place(context.At("", input.Family, "", Operations.Clock, input.Load.Operations.Length), side, readers);
            context.Figures.Add(Metrics.LookupMedian.Row(place, of.Run(null, readers, writes: false).Median));
        }
    }

    private List<ReaderSample> Measure(Figure at, string side, int readers, IReaders of)
    {
        var samples = new List<ReaderSample>();
        double[] Values(string structure)
        {
            var sample = of.Run(structure, readers, at.Operation == Operations.BesideWriter);
            samples.Add(sample);
            return [sample.Median, sample.Tail, sample.LookupsPerSecond, sample.ChangesPerSecond];
        }

        // The first run of each does not count, because it warms caches and code.
        Values(A);
        Values(B);
        AddRows(at, side, readers, Interleaved.RunMany(context.Plan.LookupGroups, () => Values(A), () => Values(B), context.Cancel));
        return samples;
    }

    private void AddRows(Figure at, string side, int readers, InterleavedTimes[] times)
    {
        var (first, second) = (Place(at with { Structure = A }, side, readers), Place(at with { Structure = B }, side, readers));
        (Metric Each, Metric? Ratio)[] metrics =
        [
            (Metrics.LookupMedian, Metrics.MedianRatio), (Metrics.LookupTail, Metrics.TailRatio), (Metrics.LookupRate, null), (Metrics.ChangeRate, null),
        ];
        foreach (var ((each, ratio), taken) in metrics.Zip(times))
        {
            if (each == Metrics.ChangeRate && at.Operation != Operations.BesideWriter)
                continue;
            context.Figures.Add(each.Row(first, taken.SpreadA));
            context.Figures.Add(each.Row(second, taken.SpreadB));
            if (ratio is null)
                continue;
            context.Figures.Add(ratio.Row(second, taken.Ratio));
            context.Figures.Add(ratio.Row(second with { Item = Names.SelfItem }, Spread.Of([.. taken.Selves])));
        }
    }

    /// <summary>Adds checks for both sides: no lookup was wrong, and no move was refused.</summary>
    private void AddChecks(Figure at, int readers, List<ReaderSample> kernel, List<ReaderSample> ports)
    {
        at = at with { Structure = Names.Readers };
        context.Figures.Add(Metrics.LookupsJudged.Row(Place(at, Sides.Kernel, readers), kernel.Sum(sample => sample.Times.Count)));
        context.Figures.Add(Metrics.LookupsJudged.Row(Place(at, Sides.Port, readers), ports.Sum(sample => sample.Times.Count)));
        context.Compare(at, Metrics.WrongNone, ports.Sum(sample => sample.None), kernel.Sum(sample => sample.None), x: readers);
        context.Compare(at, Metrics.WrongOther, ports.Sum(sample => sample.Wrong), kernel.Sum(sample => sample.Wrong), x: readers);
        context.Compare(at, Metrics.Refused, ports.Sum(sample => sample.Refused), kernel.Sum(sample => sample.Refused), x: readers);
    }

    private static Figure Place(Figure at, string side, int readers) =>
        at with { Experiment = Experiment.SmpReaders, Side = side, X = readers };
}
