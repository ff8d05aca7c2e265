// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Lab;
using Sim.Netlink;
using Sim.Runner.Commands;
using Sim.Runner.Experiments;

namespace Sim.Runner.Validation;

/// <summary>Where in a validation something is compared: the columns that its two rows share.</summary>
/// <param name="Structure">allowedips or fib.</param>
/// <param name="Family">The family.</param>
/// <param name="Order">Order in which the table was loaded.</param>
/// <param name="Operation">What was done last.</param>
/// <param name="Prefixes">Prefixes of the table.</param>
internal sealed record CheckPoint(string Structure, Family Family, string Order, string Operation, long Prefixes)
{
    public string Keys { get; init; } = "";

    public string Chain { get; init; } = "";

    /// <summary>The scheme that a trace is replayed under.</summary>
    public string Scheme { get; init; } = "";
}

/// <summary>What the parts of a validation share: the kernel, the plan, and where rows go.</summary>
internal sealed class ValidationContext
{
    public const string Experiment = "validate";
    public const string Port = "port";
    public const string Kernel = "kernel";

    public required KernelUnderTest Machine { get; init; }

    public required ValidationPlan Plan { get; init; }

    /// <summary>What the kernel's allocator is like: that of a uniprocessor UML or of a distribution.</summary>
    public required SlubConfig Slub { get; init; }

    /// <summary>Whether slabs can be compared: the allocator is the VM's alone, and caches are not merged.</summary>
    public required bool ComparesSlabs { get; init; }

    /// <summary>How the agent reads dumps: each on a socket of its own. UML aligns 64-bit attributes, x86-64 does not.</summary>
    public DumpSocket DumpSocket => new(ValidationPlan.DumpBuffer, AlignsCounters: Machine.Vm.Lane.IsUml());

    public required int Peers { get; init; }

    public required int Cpus { get; init; }

    public required IWorkProgress Progress { get; init; }

    public CancellationToken Cancel { get; init; }

    /// <summary>Where rows go: the runs of one validation share it.</summary>
    public required ValidationFindings Found { get; init; }

    public List<Figure> Figures => Found.Figures;

    /// <summary>Remarks that the report must show.</summary>
    public List<string> Warnings => Found.Warnings;

    /// <summary>The unit of the kernel's times.</summary>
    public string TimeUnit => Machine.Vm.CountsInstructions ? "instructions" : "ns";

    /// <summary>Rows whose two sides lie further apart than their bound.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Differences => Checks.Where(check => !Agrees(check.Port, check.Kernel));

    /// <summary>All that is demanded to agree, port and kernel.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Checks => ValidationRows.Checks(Figures);

    /// <summary>Demands that port and kernel agree, exactly or within a bound.</summary>
    public void Compare(
        CheckPoint at, string metric, string unit, double port, double kernel, double bound = 0, string item = "", double? x = null)
    {
        Cancel.ThrowIfCancellationRequested();
        var row = Row(at, metric, unit, port, Basis.Counted) with { Item = item, X = x };
        Figures.Add(row with { Side = Port });
        Figures.Add(row with { Side = Kernel, Value = kernel, Low = kernel, High = kernel, Bound = bound });
    }

    /// <summary>Demands equal digests. A row holds the upper 53 bits, which a double does without loss.</summary>
    public void CompareDigest(CheckPoint at, string metric, ulong port, ulong kernel, string item = "") =>
        Compare(at, metric, "digest", port >> 11, kernel >> 11, item: item);

    /// <summary>Demands that the kernel was sent what the harness says it is.</summary>
    public void CompareTraffic(CheckPoint at, NetlinkTraffic port, KernelTraffic kernel)
    {
        Compare(at, "messages", "count", port.Messages, kernel.Messages);
        Compare(at, "message-bytes", "bytes", port.Bytes, kernel.Bytes);
        Compare(at, "calls", "count", port.Calls, kernel.Calls);
        CompareDigest(at, "message-digest", port.Digest, kernel.Digest);
        Compare(at, "acks", "count", port.Acks, kernel.Acks);
    }

    /// <summary>Records the time of an operation a prefix, of both sides; nothing is demanded.</summary>
    public void AddTimes(CheckPoint at, string metric, double portSeconds, KernelTraffic kernel, int operations)
    {
        if (operations == 0)
            return;
        var each = 1.0 / operations;
        if (!Machine.Vm.CountsInstructions)
            Figures.Add(Row(at, metric, "ns", portSeconds * 1e9 * each, Basis.Measured) with { Side = Port });
        Figures.Add(Row(at, metric, TimeUnit, kernel.Nanoseconds * each, Basis.Measured) with { Side = Kernel });
    }

    public Figure Row(CheckPoint at, string metric, string unit, double value, Basis basis) => new()
    {
        Experiment = Experiment,
        Structure = at.Structure,
        Family = (int)at.Family,
        Order = at.Order,
        Operation = at.Operation,
        Keys = at.Keys,
        Chain = at.Chain,
        Scheme = at.Scheme,
        Peers = Peers,
        Prefixes = at.Prefixes,
        Metric = metric,
        Unit = unit,
        Value = value,
        Low = value,
        High = value,
        Basis = basis,
    };

    public Figure Row(CheckPoint at, string metric, string unit, Spread spread) =>
        Row(at, metric, unit, spread.Median, Basis.Measured) with { Low = spread.Low, High = spread.High, N = spread.N };

    private static bool Agrees(Figure port, Figure kernel) => ValidationRows.Agrees(port, kernel);
}

/// <summary>What a validation has found so far.</summary>
/// <param name="Figures">Rows.</param>
/// <param name="Warnings">Remarks that the report must show.</param>
internal sealed record ValidationFindings(List<Figure> Figures, List<string> Warnings);

/// <summary>How checks are read back from rows.</summary>
internal static class ValidationRows
{
    /// <summary>The kernel's rows that have a bound, each with the port's row, which stands before it.</summary>
    public static IEnumerable<(Figure Port, Figure Kernel)> Checks(IReadOnlyList<Figure> rows)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].Bound is not null && rows[i - 1].Side == ValidationContext.Port)
                yield return (rows[i - 1], rows[i]);
        }
    }

    public static bool Agrees(Figure port, Figure kernel) => Math.Abs(port.Value - kernel.Value) <= kernel.Bound;
}
