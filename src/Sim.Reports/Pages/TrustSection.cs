// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The limits of a validation: the kernel, the noise, the bounds, and everything that the validation does not compare.</summary>
internal static class TrustSection
{
    /// <summary>In a lookup that takes less than this many ns, hardly any step waits for memory or page tables.</summary>
    private const double Cached = 50;

    /// <summary>Independent keys help if they take less than this share of the time of a dependent chain.</summary>
    private const double HelpedBelow = 0.6;

    /// <summary>Independent keys hardly help if they take more than this share of the time of a dependent chain.</summary>
    private const double NotHelpedAbove = 0.75;

    private static readonly Html s_uml = $"""
        <h4>What User-Mode Linux leaves out</h4>
        <ul>
        <li>User-Mode Linux runs one processor, so there are no per-CPU lists of other processors and no lock prefixes. The kernel’s reference counts are plain increments;
        the port’s are atomic, like those of an SMP kernel. Where lookups take references, this makes the port slower.</li>
        <li>User-Mode Linux does not keep the hardware’s page tables. The guest’s memory is a file of shared memory, mapped in pages of 4 KiB, while the ports’ slabs
        lie on transparent huge pages where the system allows it.</li>
        <li>Interrupts are signals of the host.</li>
        <li>RCU is TINY_RCU: a grace period costs nothing, so waiting for one looks cheap.</li>
        <li>The kernel is built with CONFIG_IP_FIB_TRIE_STATS: it counts every lookup in the FIB, and the port does not.</li>
        <li>A system call costs a ptrace stop, about 14 µs. Costs with netlink include this time; costs of lookups and single updates do not.</li>
        </ul>

        """;

    private static readonly Html s_umlSmp = $"""
        <h4>What User-Mode Linux with several processors leaves out</h4>
        <ul>
        <li>The guest’s processors are threads of the host. If the host has other work, a lookup may wait for its processor, and such waits are in the 99.9th percentile.</li>
        <li>Turning interrupts off and on is two system calls of the host. Lookups leave interrupts on, because the kernel is built without CONFIG_IP_FIB_TRIE_STATS. Allocations and RCU callbacks turn interrupts off and on, so the writer is slower than natively, above all with routes: each replaced route is an allocation and a callback.</li>
        <li>The kernel is not preemptible. A reader that shares its processor with the writer gives way only after each 64 lookups, and never during a lookup. RCU callbacks of the writer’s processor also run only then.</li>
        <li>The ports’ threads can be interrupted at any time, and their writer waits for the readers every 4,096 moves, to free what it dropped.</li>
        <li>The kernel’s memory is mapped in pages of 4 KiB, while the ports’ slabs lie on transparent huge pages where the system allows it.</li>
        <li>Both schemes make one lookup for a packet here. A packet that IP has routed brings its route along: then the route attribute needs no further lookup, and AllowedIPs still need one.</li>
        </ul>

        """;

    private static readonly Html s_qemu = $"""
        <h4>What QEMU’s numbers mean</h4>
        <p>Under -icount the guest’s nanosecond is one instruction, so the numbers count executed instructions and not time. Caches, branch prediction and noise of the host do not affect these numbers. The kernel is Debian’s own SMP kernel, on one processor, started with mitigations=off. This kernel was compiled with retpoline thunks, so
        indirect calls still go through them.</p>

        """;

    private static readonly Html s_host = $"""
        <h4>The running kernel</h4>
        <p>This is the machine’s own kernel, in a network namespace of its own. The kernel’s allocator serves everything else that runs, so slabs are not compared.</p>

        """;

    private static readonly Html s_bounds = $"""
        <h4 id="{new Anchor("bounds")}">What must be equal, and what may differ within a bound</h4>
        <p>Everything that the algorithm decides must be equal: nodes, depths, answers, the bytes of messages and dumps. A bound exists where the kernel’s number
        depends on more than the structure:</p>
        <ul>
        <li>Slab pages, within one slab per processor: each processor keeps one of its own, which can hold objects of the kernel’s other tables. In a trace, slab pages of routes may
        also differ by the slabs that the routes of one call fill, because the kernel frees replaced routes after the call and the port after each message.</li>
        <li>Active objects, within the size of the slabs that a processor keeps: the kernel counts free objects in these slabs as active.</li>
        <li>kmalloc objects, within 16 slabs of the class: the rest of the kernel allocates and frees objects of the same class while a step runs.</li>
        <li>sizeof fib_nh and nh_info, within 8 bytes in a distribution’s kernel: it has CONFIG_IP_ROUTE_CLASSID, and the port leaves that field out.</li>
        </ul>

        """;

    public static Html Of(ValidationView view) => $"""
        <h3 id="{new Anchor("trust")}">How far to trust these numbers</h3>
        {view.Lane switch { KernelLane.Uml => s_uml, KernelLane.UmlSmp => s_umlSmp, KernelLane.Qemu => s_qemu, KernelLane.Host => s_host, _ => null }}{
        Noise(view)}{Faster(view)}{Html.If(view.Checks.Any(check => !check.IsExact), s_bounds)}{Html.If(view.Lane != KernelLane.UmlSmp, Missing(view))}
        """;

    private static Html Noise(ValidationView view)
    {
        if (!view.Costs.Any(c => c.IsTime && c.Ratio is not null) && view.AaRows.Count == 0)
            return new Html();
        Html text = $"""
            <h4 id="{new Anchor("kernel-noise")}">The noise: the kernel against itself</h4>
            <p>Both sides were interleaved (A B B A){(view.Lane == KernelLane.Host ? ", but not pinned to one processor." : " on the same processor, and one waited while the other ran.")}
            """;
        if (view.AaRows.Count == 0)
            return text.Append($" This run did not measure the kernel against itself, so nobody knows how much a ratio differs from 1 by chance.</p>\n");
        text.Append($" With the kernel on both sides the ratio should be 1; the widest quartile of {Numbers.Count(view.AaRows.Count, "row")} is {Numbers.Percent(view.AaRows.Max(Comparisons.Noise))}.");
        if (view.AaRows.All(f => f.Operation == Operations.Lookup) && view.Costs.Any(c => !c.IsLookup && c.Target is not null))
            text.Append($" Updates have no A/A row; their own quartiles show their noise. {WidestUpdate(view)}");
        var body = view.AaRows.GroupBy(Words.Subject).Select(subject => Markup.Group(4, subject.Key, subject.Select(f => Markup.Row(
            Words.Case(f.Keys, f.Chain, f.Operation == Operations.Lookup ? "" : f.Operation),
            [Markup.Value(view.Rows, f, Scale.Ratio), $"{Numbers.Percent(Comparisons.Noise(f))}", $"{Numbers.Show(f.N)}"]))));
        return text.Append($"</p>\n{Markup.Table("kernel / kernel", Markup.Head(1, ["", "ratio", "noise", "n"]), Html.Join("", body))}");
    }

    private static string WidestUpdate(ValidationView view)
    {
        var rows = view.Costs.Where(c => !c.IsLookup && c.RatioRow?.HasSpread == true && c.RatioRow.Low > 0).ToList();
        if (rows.MaxBy(c => c.RatioRow!.High / c.RatioRow.Low) is not { } widest)
            return "";
        var row = widest.RatioRow!;
        return $"The widest: {Words.Subject(row)}, {widest.Name}, {Numbers.Ratio(row.Low)} to {Numbers.Ratio(row.High)}.";
    }

    /// <summary>Returns the cases in which even the upper quartile shows the port faster, with the known differences that favour the
    /// port.</summary>
    private static Html Faster(ValidationView view)
    {
        var faster = view.Costs.Where(c => c.IsTime && c.RatioRow is { } row && row.Range.High < ValidationView.Faster).ToList();
        var groups = faster.GroupBy(c => (Subject: Words.Subject(c.Any), c.IsLookup, Reasons: Reasons(view, c)));
        return Html.If(faster.Count > 0, $"""
            <h4 id="{new Anchor("faster")}">Where the port is faster</h4>
            <p>These ratios have an upper quartile below {Numbers.Ratio(ValidationView.Faster)}. The reasons are known differences between the two sides that favour the port. This run does not
            measure how much each difference contributes, or whether the differences explain everything.</p>
            <ul>
            {Html.Concat(groups, group => $"<li>{group.Key.Subject}, {(group.Key.IsLookup ? "lookups" : "updates")}: {string.Join("; ", group.Select(c => $"{c.Name} ({Numbers.Ratio(c.Ratio!.Value)})"))}. {group.Key.Reasons}</li>\n")}</ul>
            {Overlap(view)}
            """);
    }

    /// <summary>Returns the key patterns for which independent keys help the port and not the kernel. The smaller ratios of these patterns
    /// do not mean that lookups are cheaper.</summary>
    private static Html Overlap(ValidationView view)
    {
        var lookups = view.Costs.Where(c => c is { IsLookup: true, IsTime: true, Kernel.Value: > 0, Port.Value: > 0 }).ToList();
        var pairs = lookups.Where(c => c.Any.Chain == Chains.Independent)
            .Select(a => (Independent: a, Dependent: lookups.Find(b =>
                b.Any.Chain == Chains.Dependent && b.Any.Keys == a.Any.Keys && Words.Subject(b.Any) == Words.Subject(a.Any))))
            .Where(pair => pair.Dependent is not null
                && pair.Independent.Port!.Value < HelpedBelow * pair.Dependent.Port!.Value
                && pair.Independent.Kernel!.Value > NotHelpedAbove * pair.Dependent.Kernel!.Value);
        var parts = pairs.Select(pair => $"{Words.Subject(pair.Independent.Any)}, {Words.Keys(pair.Independent.Any.Keys)} "
            + $"({Numbers.Ratio(pair.Independent.Ratio!.Value)} with independent keys, {Numbers.Ratio(pair.Dependent!.Ratio!.Value)} in a chain)").ToList();
        return Html.If(parts.Count > 0, $"""
            <p id="{new Anchor("overlap")}">With independent keys the port’s lookups take far less time than in a dependent chain, and the kernel’s take about as long as in a chain:
            {string.Join("; ", parts)}. The processor overlaps the port’s lookups there, but not this kernel’s. The reason is not known. Neither the kernel’s counters nor the port’s huge pages cause this: without them the result was the same (tried on one machine). To compare single lookups, take the dependent chain.</p>

            """);
    }

    private static string Reasons(ValidationView view, CostCase c)
    {
        var reasons = new List<string>();
        if (view.Lane == KernelLane.Uml)
        {
            if (view.MayUseHugePages && !(c.IsLookup && (c.Any.Keys == KeyPatterns.Hot || c.Kernel?.Value < Cached)))
                reasons.Add("the kernel’s memory is mapped in pages of 4 KiB and the port’s memory in huge pages");
            if (c is { IsLookup: true, Any.Structure: Names.Fib })
                reasons.Add("the kernel counts each lookup (CONFIG_IP_FIB_TRIE_STATS: 3 ns where that was measured)");
        }
        if (c is { IsLookup: false, Any.Structure: Names.Fib })
            reasons.Add("the time of rtmsg_fib, which is subtracted from the kernel’s time, is itself an estimate");
        return reasons.Count > 0
            ? $"Possible: {Words.Join(reasons)}."
            : "No known difference explains it.";
    }

    private static Html Missing(ValidationView view)
    {
        var seen = view.Checks.Select(check => check.Kind).ToHashSet();
        CheckKind[] expected =
            [CheckKind.Shape, CheckKind.Answers, CheckKind.Slabs, CheckKind.Kmalloc, CheckKind.Netlink, CheckKind.Dumps, CheckKind.Layout];
        var missing = expected.Where(kind => !seen.Contains(kind)).Select(kind => kind.Label()).ToList();
        return $"""
            <h4>What is not compared</h4>
            <ul>
            <li>The local and main tables, and policy rules: the run compares one separate table.</li>
            {Html.If(!view.Figures.Any(f => f is { Structure: Names.Fib, Family: 6 }), $"<li>The IPv6 FIB: this run has no IPv6 table.</li>\n")}{
            Html.If(missing.Count > 0, $"<li>This run has no check of these: {string.Join(", ", missing)}.</li>\n")}{
            Html.If(!view.Costs.Any(c => c.IsTime && c.Ratio is not null), $"<li>Times: this run did not measure both sides.</li>\n")}</ul>

            """;
    }
}
