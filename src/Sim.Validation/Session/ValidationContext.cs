// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Files;
using Sim.Kernel;
using Sim.Lab;
using Sim.Netlink;
using Sim.Schemes.Structures;

namespace Sim.Validation.Session;

/// <summary>The place of a comparison in a validation: the columns that its two rows share.</summary>
/// <param name="Structure">The structure, such as allowedips or fib.</param>
/// <param name="Family">The family.</param>
/// <param name="Order">The order in which the table was loaded.</param>
/// <param name="Operation">The last operation.</param>
/// <param name="Prefixes">Prefixes of the table.</param>
public sealed record CheckPoint(string Structure, Family Family, string Order, string Operation, long Prefixes)
{
    public string Keys { get; init; } = "";

    public string Chain { get; init; } = "";

    /// <summary>The scheme that a trace is replayed under.</summary>
    public string Scheme { get; init; } = "";
}

/// <summary>The context that all parts of a validation share: the kernel, the plan, and the findings.</summary>
public sealed class ValidationContext
{
    public required KernelUnderTest Machine { get; init; }

    public required ValidationPlan Plan { get; init; }

    /// <summary>The kernel's allocator: a uniprocessor UML's or a distribution's.</summary>
    public required SlubConfig Slub { get; init; }

    /// <summary>
    /// The kernel that the ports follow. Debian's kernels have two options of IPv6 that the lab's User-Mode Linux lacks.
    /// </summary>
    /// <param name="device">Index of wg0.</param>
    public KernelConfig Kernel(int device) => new(Slub, NamesPeers: Machine.Vm.Lane.IsPatched())
    {
        Device = device,
        Fib6 = new() { Subtrees = !Machine.Vm.Lane.IsUml(), RouterPref = !Machine.Vm.Lane.IsUml() },
    };

    /// <summary>Whether slabs can be compared: only the VM uses the allocator, and caches are not merged.</summary>
    public required bool ComparesSlabs { get; init; }

    /// <summary>The socket of a dump: the agent opens one for each. UML aligns 64-bit attributes, x86-64 does not.</summary>
    public DumpSocket DumpSocket => new(ValidationPlan.DumpBuffer, AlignsCounters: Machine.Vm.Lane.IsUml());

    public required int Peers { get; init; }

    public required int Cpus { get; init; }

    public required IWorkProgress Progress { get; init; }

    public CancellationToken Cancel { get; init; }

    /// <summary>The findings, to which rows are added. All runs of one validation share them.</summary>
    public required ValidationFindings Found { get; init; }

    public List<Figure> Figures => Found.Figures;

    /// <summary>Remarks that the report must show.</summary>
    public List<string> Warnings => Found.Warnings;

    /// <summary>The unit of the kernel's times.</summary>
    public string TimeUnit => Machine.Vm.CountsInstructions ? "instructions" : "ns";

    /// <summary>Rows whose two sides lie further apart than their bound.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Differences => Checks.Where(check => !Agrees(check.Port, check.Kernel));

    /// <summary>All pairs of rows that must agree, the port's and the kernel's.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Checks => ValidationRows.Checks(Figures);

    /// <summary>Demands that port and kernel agree, exactly or within a bound.</summary>
    public void Compare(
        CheckPoint at, string metric, string unit, double port, double kernel, double bound = 0, string item = "", double? x = null)
    {
        Cancel.ThrowIfCancellationRequested();
        var row = Row(at, metric, unit, port, Basis.Counted) with { Item = item, X = x };
        Figures.Add(row with { Side = ValidationRows.Port });
        Figures.Add(row with { Side = ValidationRows.Kernel, Value = kernel, Low = kernel, High = kernel, Bound = bound });
    }

    /// <summary>Demands equal digests. A row holds the upper 53 bits, which a double does without loss.</summary>
    public void CompareDigest(CheckPoint at, string metric, ulong port, ulong kernel, string item = "") =>
        Compare(at, metric, "digest", port >> 11, kernel >> 11, item: item);

    /// <summary>Demands that the kernel was sent the same bytes that the harness encodes.</summary>
    public void CompareTraffic(CheckPoint at, NetlinkTraffic port, KernelTraffic kernel)
    {
        Compare(at, "messages", "count", port.Messages, kernel.Messages);
        Compare(at, "message-bytes", "bytes", port.Bytes, kernel.Bytes);
        Compare(at, "calls", "count", port.Calls, kernel.Calls);
        CompareDigest(at, "message-digest", port.Digest, kernel.Digest);
        Compare(at, "acks", "count", port.Acks, kernel.Acks);
    }

    /// <summary>Records an operation's time per prefix on both sides, without a demand.</summary>
    public void AddTimes(CheckPoint at, string metric, double portSeconds, KernelTraffic kernel, int operations)
    {
        if (operations == 0)
            return;
        var each = 1.0 / operations;
        if (!Machine.Vm.CountsInstructions)
            Figures.Add(Row(at, metric, "ns", portSeconds * 1e9 * each, Basis.Measured) with { Side = ValidationRows.Port });
        Figures.Add(Row(at, metric, TimeUnit, kernel.Nanoseconds * each, Basis.Measured) with { Side = ValidationRows.Kernel });
    }

    public Figure Row(CheckPoint at, string metric, string unit, double value, Basis basis) => new()
    {
        Experiment = ValidationRows.Experiment,
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

/// <summary>The findings of a validation so far.</summary>
/// <param name="Figures">The rows.</param>
/// <param name="Warnings">Remarks that the report must show.</param>
public sealed record ValidationFindings(List<Figure> Figures, List<string> Warnings);
