// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// The place of a comparison in a validation, the columns that its two rows share: structure, family, order of the
/// load, last operation, and the prefixes of the table.
/// </summary>
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

    /// <summary>The kernel's allocator, a uniprocessor UML's or a distribution's, and its release.</summary>
    public required SlubConfig Slub { get; init; }

    /// <summary>
    /// The kernel that the ports follow, with wg0 at this index. Debian's kernels have two options of IPv6 that the
    /// lab's User-Mode Linux lacks.
    /// </summary>
    public KernelConfig Kernel(int device) => new(Slub, NamesPeers: Machine.Vm.Lane.IsPatched())
    {
        Device = device,
        Fib6 = new() { Subtrees = !Machine.Vm.Lane.IsUml(), RouterPref = !Machine.Vm.Lane.IsUml() },
    };

    /// <summary>Whether WireGuard removes single prefixes (WGALLOWEDIP_F_REMOVE_ME): from 6.16 on.</summary>
    public bool RemovesPrefixes => Slub.Release >= KernelRelease.Linux7_3;

    /// <summary>Whether slabs can be compared: only the VM uses the allocator, and caches are not merged.</summary>
    public required bool ComparesSlabs { get; init; }

    /// <summary>
    /// The socket of a dump: the agent opens one for each. 64-bit attributes are aligned where the processor is slow with others
    /// (HAVE_EFFICIENT_UNALIGNED_ACCESS is not set), as 6.12's UML has it and neither 7.3's nor x86-64.
    /// </summary>
    public DumpSocket DumpSocket => new(
        ValidationPlan.DumpBuffer, AlignsCounters: Machine.Vm.Lane.IsUml() && Slub.Release == KernelRelease.Linux6_12);

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
    public string TimeUnit => Machine.Vm.CountsInstructions ? Units.Instructions : Units.Nanoseconds;

    /// <summary>Rows whose two sides lie further apart than their bound.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Differences => Checks.Where(check => !ValidationRows.Agrees(check.Port, check.Kernel));

    /// <summary>All pairs of rows that must agree, the port's and the kernel's.</summary>
    public IEnumerable<(Figure Port, Figure Kernel)> Checks => ValidationRows.Checks(Figures);

    /// <summary>Demands that port and kernel agree, exactly or within a bound.</summary>
    public void Compare(CheckPoint at, Metric metric, double port, double kernel, double bound = 0, string item = "", double? x = null, string? unit = null)
    {
        Cancel.ThrowIfCancellationRequested();
        var row = Row(at, metric, port) with { Item = item, X = x, Unit = unit ?? metric.Unit };
        Figures.Add(row with { Side = Sides.Port });
        Figures.Add(row with { Side = Sides.Kernel, Value = kernel, Low = kernel, High = kernel, Bound = bound });
    }

    /// <summary>Demands equal digests. A row holds the upper 53 bits, which a double does without loss.</summary>
    public void CompareDigest(CheckPoint at, Metric metric, ulong port, ulong kernel, string item = "") =>
        Compare(at, metric, port >> 11, kernel >> 11, item: item);

    /// <summary>Demands the same answers to lookups.</summary>
    public void CompareAnswers(CheckPoint at, (ulong Digest, long Hits) port, Row kernel)
    {
        Compare(at, Metrics.Hits, port.Hits, kernel.Long("hits"));
        CompareDigest(at, Metrics.AnswerDigest, port.Digest, kernel.Hex("digest"));
    }

    /// <summary>Demands that the kernel was sent the same bytes that the harness encodes.</summary>
    public void CompareTraffic(CheckPoint at, NetlinkTraffic port, KernelTraffic kernel)
    {
        Compare(at, Metrics.Messages, port.Messages, kernel.Messages);
        Compare(at, Metrics.MessageBytes, port.Bytes, kernel.Bytes);
        Compare(at, Metrics.Calls, port.Calls, kernel.Calls);
        CompareDigest(at, Metrics.MessageDigest, port.Digest, kernel.Digest);
        Compare(at, Metrics.Acks, port.Acks, kernel.Acks);
    }

    /// <summary>
    /// Does the same in the kernel, by a command, and in the port. Demands that the kernel was sent these messages, and records
    /// the time per operation if a metric is given for it.
    /// </summary>
    public KernelTraffic DoBoth(CheckPoint at, string command, Action port, NetlinkTraffic messages, Metric? timed = null, int operations = 1)
    {
        var traffic = Machine.Traffic(command);
        var clock = Stopwatch.StartNew();
        port();
        var seconds = clock.Elapsed.TotalSeconds;
        Machine.Barrier();
        CompareTraffic(at, messages, traffic);
        if (timed is not null)
            AddTimes(at, timed, seconds, traffic, operations);
        return traffic;
    }

    /// <summary>Has routes choose the peers of wg0, or not, and demands that the message is the harness's.</summary>
    public void SetMode(Family family, RouteMode mode, WireGuardStream stream) => DoBoth(
        new CheckPoint(Names.AllowedIps, family, "", Steps.SetMode.Of(mode.AgentWord()), 0), $"wg mode {mode.AgentWord()}", () => { }, stream.SetMode(mode));

    /// <summary>Demands that a dump lists the same, in messages and calls of the same sizes.</summary>
    public void CompareDump(CheckPoint at, long entries, ulong content, DumpTraffic port, Row kernel)
    {
        Compare(at, Metrics.Entries, entries, kernel.Long("entries"));
        CompareDigest(at, Metrics.ListingDigest, content, kernel.Hex("content"));
        Compare(at, Metrics.ReceivedMessages, port.Messages, kernel.Long("received-messages"));
        Compare(at, Metrics.ReceivedBytes, port.Bytes, kernel.Long("received-bytes"));
        Compare(at, Metrics.ReceivedCalls, port.Calls, kernel.Long("received-calls"));
    }

    /// <summary>Records an operation's time per prefix on both sides, without a demand.</summary>
    public void AddTimes(CheckPoint at, Metric metric, double portSeconds, KernelTraffic kernel, int operations)
    {
        if (operations == 0)
            return;
        var each = 1.0 / operations;
        if (!Machine.Vm.CountsInstructions)
            Figures.Add(Row(at, metric, portSeconds * 1e9 * each) with { Side = Sides.Port });
        Figures.Add(Row(at, metric, kernel.Nanoseconds * each) with { Side = Sides.Kernel, Unit = TimeUnit });
    }

    /// <summary>Makes a row of the validation.</summary>
    public Figure Row(CheckPoint at, Metric metric, double value) => metric.Row(Place(at), value);

    /// <summary>Makes a row of a median with its quartiles.</summary>
    public Figure Row(CheckPoint at, Metric metric, Spread spread) => metric.Row(Place(at), spread);

    private Figure Place(CheckPoint at) => Figure.At(Experiment.Validate, (int)at.Family) with
    {
        Structure = at.Structure,
        Scheme = at.Scheme,
        Order = at.Order,
        Keys = at.Keys,
        Chain = at.Chain,
        Operation = at.Operation,
        Peers = Peers,
        Prefixes = at.Prefixes,
    };
}

/// <summary>The findings of a validation so far: the rows, and remarks that the report must show.</summary>
public sealed record ValidationFindings(List<Figure> Figures, List<string> Warnings);
