// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>The kernel, the plan and the findings, which all parts of a validation share.</summary>
public sealed class ValidationContext
{
    public required KernelUnderTest Machine { get; init; }

    public required ValidationPlan Plan { get; init; }

    /// <summary>The allocator and the release of the kernel under test. The kernel is a uniprocessor UML or a distribution's
    /// kernel.</summary>
    public required SlubConfig Slub { get; init; }

    /// <summary>
    /// Returns the kernel configuration for the ports, in which wg0 has this interface index. Debian's kernels have two IPv6 options that
    /// the lab's User-Mode Linux lacks.
    /// </summary>
    public KernelConfig Kernel(int device) => new(Slub, NamesPeers: Machine.Vm.Lane.IsPatched())
    {
        Device = device,
        Fib6 = new() { Subtrees = !Machine.Vm.Lane.IsUml(), RouterPref = !Machine.Vm.Lane.IsUml() },
    };

    /// <summary>Whether WireGuard can remove single prefixes (WGALLOWEDIP_F_REMOVE_ME), which Linux 6.16 added.</summary>
    public bool RemovesPrefixes => Slub.Release >= KernelRelease.Linux7_3;

    /// <summary>Whether slabs can be compared. The comparison needs a kernel that runs nothing else and does not merge caches.</summary>
    public required bool ComparesSlabs { get; init; }

    /// <summary>
    /// A new socket for a dump, because the agent also opens a new socket for each dump. Kernels without HAVE_EFFICIENT_UNALIGNED_ACCESS
    /// align 64-bit attributes. Among the lab's kernels, only UML 6.12 lacks this option.
    /// </summary>
    public DumpSocket DumpSocket => new(
        ValidationPlan.DumpBuffer, AlignsCounters: Machine.Vm.Lane.IsUml() && Slub.Release == KernelRelease.Linux6_12);

    public required int Peers { get; init; }

    public required int Cpus { get; init; }

    public required IWorkProgress Progress { get; init; }

    public CancellationToken Cancel { get; init; }

    /// <summary>The rows and remarks so far. All runs of one validation share these findings.</summary>
    public required ValidationFindings Found { get; init; }

    public List<Figure> Figures => Found.Figures;

    public List<string> Warnings => Found.Warnings;

    public string TimeUnit => Machine.Vm.CountsInstructions ? Units.Instructions : Units.Nanoseconds;

    public IEnumerable<Check> Differences => Checks.Where(check => !check.Agrees);

    public IEnumerable<Check> Checks => ValidationRows.Checks(Figures);

    /// <summary>Adds a pair of rows that must agree, exactly or within a bound.</summary>
    public void Compare(Figure at, Metric metric, double port, double kernel, double bound = 0, string item = "", double? x = null, string? unit = null)
    {
        Cancel.ThrowIfCancellationRequested();
        var row = metric.Row(at, port) with { Item = item, X = x, Unit = unit ?? metric.Unit };
        Figures.Add(row with { Side = Sides.Port });
        Figures.Add(row with { Side = Sides.Kernel, Value = kernel, Low = kernel, High = kernel, Bound = bound });
    }

    /// <summary>Adds a pair of digests that must be equal. A row holds the upper 53 bits, which fit into a double.</summary>
    public void CompareDigest(Figure at, Metric metric, ulong port, ulong kernel, string item = "") =>
        Compare(at, metric, port >> 11, kernel >> 11, item: item);

    /// <summary>Adds the port's and the kernel's answers to lookups. The answers must be equal.</summary>
    public void CompareAnswers(Figure at, (ulong Digest, long Hits) port, Row kernel)
    {
        Compare(at, Metrics.Hits, port.Hits, kernel.Long("hits"));
        CompareDigest(at, Metrics.AnswerDigest, port.Digest, kernel.Hex("digest"));
    }

    /// <summary>Adds the messages sent to the kernel and the messages that the harness encodes, which must be equal to the byte.</summary>
    public void CompareTraffic(Figure at, NetlinkTraffic port, KernelTraffic kernel)
    {
        Compare(at, Metrics.Messages, port.Messages, kernel.Messages);
        Compare(at, Metrics.MessageBytes, port.Bytes, kernel.Bytes);
        Compare(at, Metrics.Calls, port.Calls, kernel.Calls);
        CompareDigest(at, Metrics.MessageDigest, port.Digest, kernel.Digest);
        Compare(at, Metrics.Acks, port.Acks, kernel.Acks);
    }

    /// <summary>
    /// Runs a command in the kernel and the same operation in the port. Compares the messages that the kernel got with the given messages.
    /// If a metric is given, records the time per operation.
    /// </summary>
    public KernelTraffic DoBoth(Figure at, string command, Action port, NetlinkTraffic messages, Metric? timed = null, int operations = 1)
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

    /// <summary>Sets whether routes select the peers of wg0. Compares the message with the message that the harness encodes.</summary>
    public void SetMode(Family family, RouteMode mode, WireGuardStream stream) => DoBoth(
        At(Names.AllowedIps, family, "", Steps.SetMode.Of(mode.AgentWord()), 0), $"wg mode {mode.AgentWord()}", () => { }, stream.SetMode(mode));

    /// <summary>Adds the contents, messages and calls of a dump on both sides, which must be equal.</summary>
    public void CompareDump(Figure at, long entries, ulong content, DumpTraffic port, Row kernel)
    {
        Compare(at, Metrics.Entries, entries, kernel.Long("entries"));
        CompareDigest(at, Metrics.ListingDigest, content, kernel.Hex("content"));
        Compare(at, Metrics.ReceivedMessages, port.Messages, kernel.Long("received-messages"));
        Compare(at, Metrics.ReceivedBytes, port.Bytes, kernel.Long("received-bytes"));
        Compare(at, Metrics.ReceivedCalls, port.Calls, kernel.Long("received-calls"));
    }

    /// <summary>Records the time per operation on both sides. The times of the two sides need not agree.</summary>
    public void AddTimes(Figure at, Metric metric, double portSeconds, KernelTraffic kernel, int operations)
    {
        if (operations == 0)
            return;
        var each = 1.0 / operations;
        if (!Machine.Vm.CountsInstructions)
            Figures.Add(metric.Row(at, portSeconds * 1e9 * each) with { Side = Sides.Port });
        Figures.Add(metric.Row(at, kernel.Nanoseconds * each) with { Side = Sides.Kernel, Unit = TimeUnit });
    }

    /// <summary>
    /// Returns the place of a comparison: the structure, the family, the order of the load, the last operation, and the number of the
    /// table's prefixes. The two rows of the comparison share these columns.
    /// </summary>
    public Figure At(string structure, Family family, string order, string operation, long prefixes) =>
        Figure.At(Experiment.Validate, (int)family) with
        {
            Structure = structure, Order = order, Operation = operation, Peers = Peers, Prefixes = prefixes,
        };
}

/// <summary>The findings of a validation so far: the rows, and remarks that the report must show.</summary>
public sealed record ValidationFindings(List<Figure> Figures, List<string> Warnings);
