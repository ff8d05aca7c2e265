// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>How far to trust a validation: what its kernel leaves out, its noise, its bounds, what it does not compare.</summary>
internal static class TrustSection
{
    /// <summary>Of a lookup in so little time, in ns, hardly a step waits for memory, nor for the tables that map it.</summary>
    private const double Cached = 50;

    /// <summary>Independent keys help where they take less than this share of the chain's time.</summary>
    private const double HelpedBelow = 0.6;

    /// <summary>They hardly help where they take more than this share.</summary>
    private const double NotHelpedAbove = 0.75;

    private const string Uml = """
        <h4>What User-Mode Linux leaves out</h4>
        <ul>
        <li>It runs one processor. Per-CPU lists of other processors are missing, and so are lock prefixes: the kernel’s reference counts
        are plain increments, while the port’s are atomic, as an SMP kernel’s are. Where lookups take references, this is against the port.</li>
        <li>It does not keep the hardware’s page tables: its memory is a file of shared memory, mapped in pages of 4 KiB, while the ports’ slabs
        lie on transparent huge pages where the system allows it.</li>
        <li>Its interrupts are signals of the host.</li>
        <li>Its RCU is TINY_RCU: a grace period is free, and what waits for one looks cheap.</li>
        <li>It is built with CONFIG_IP_FIB_TRIE_STATS: the kernel counts every lookup in the FIB, and the port does not.</li>
        <li>A system call costs a ptrace stop, about 14 µs. It is in the costs with netlink, not in those of lookups and single updates.</li>
        </ul>

        """;

    private const string Qemu = """
        <h4>What QEMU’s numbers are</h4>
        <p>Under -icount the guest’s nanosecond is an instruction: the numbers are instructions executed, not time. They have no caches, no
        branch prediction and no noise of the host. The kernel is Debian’s own, an SMP kernel on one processor, started with mitigations=off; the
        retpoline thunks that it was compiled with remain, and indirect calls go through them.</p>

        """;

    private const string Host = """
        <h4>What the running kernel is</h4>
        <p>The kernel of this machine, in a network namespace of its own. Its allocator serves everything else that runs, so slabs are not compared.</p>

        """;

    private const string Bounds = """
        <h4 id="bounds">What is demanded exactly, and what within a bound</h4>
        <p>All that the algorithm decides must be equal: nodes, depths, answers, the bytes of messages and dumps. A bound stands where the kernel’s number
        depends on more than the structure:</p>
        <ul>
        <li>Slab pages, within one slab a processor: a processor keeps one of its own, which can hold objects of the kernel’s other tables.
        Of routes in a trace, also within the slabs that the routes of one call fill: the kernel frees what they replace after the call, the port after each message.</li>
        <li>Active objects, within those slabs that a processor keeps: /proc/slabinfo counts their free objects as active.</li>
        <li>kmalloc objects, within 16 slabs of the class: the rest of the kernel takes and gives back objects of the same class while a step runs.</li>
        <li>sizeof fib_nh and nh_info, within 8 bytes in a distribution’s kernel: it has CONFIG_IP_ROUTE_CLASSID, and the port leaves that field out.</li>
        </ul>

        """;

    public static void Append(StringBuilder html, ValidationView view)
    {
        html.Append("<h3 id=\"trust\">How far to trust these numbers</h3>\n");
        html.Append(view.Lane switch { KernelLane.Uml => Uml, KernelLane.Qemu => Qemu, KernelLane.Host => Host, _ => "" });
        AppendNoise(html, view);
        AppendFaster(html, view);
        if (view.Checks.Any(check => !check.IsExact))
            html.Append(Bounds);
        AppendMissing(html, view);
    }

    private static void AppendNoise(StringBuilder html, ValidationView view)
    {
        if (!view.Costs.Any(c => c.IsTime && c.Ratio is not null) && view.AaRows.Count == 0)
            return;
        html.Append("<h4 id=\"kernel-noise\">The noise: the kernel against itself</h4>\n<p>");
        html.Append(view.Lane == KernelLane.Host
            ? "Both sides were measured in turns (A B B A), but not held to one processor."
            : "Both sides were measured in turns (A B B A) on the same processor, one waiting while the other ran.");
        if (view.AaRows.Count == 0)
        {
            html.Append(" This run has no row of the kernel against itself: how much a ratio differs from 1 by chance is not known.</p>\n");
            return;
        }
        html.Append($" The same turns with the kernel on both sides should give 1; the widest quartile of {Numbers.Count(view.AaRows.Count, "row")} is "
            + $"{Numbers.Percent(view.AaRows.Max(ValidationView.Noise))}.");
        if (view.AaRows.All(f => f.Operation == "lookup") && view.Costs.Any(c => !c.IsLookup && c.Target is not null))
            html.Append($" There is no such row of updates: their own quartiles tell what there is to know. {WidestUpdate(view)}");
        html.Append("</p>\n");
        var body = new StringBuilder();
        foreach (var subject in view.AaRows.GroupBy(Words.Subject))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"4\">{Markup.Text(subject.Key)}</th></tr>\n");
            foreach (var f in subject)
            {
                body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Case(f.Keys, f.Chain, f.Operation == "lookup" ? "" : f.Operation))}</th>")
                    .Append($"<td>{Markup.Value(view.Rows, f, Scale.Ratio)}</td><td>{Numbers.Percent(ValidationView.Noise(f))}</td>")
                    .Append($"<td>{Numbers.Show(f.N)}</td></tr>\n");
            }
            body.Append("</tbody>\n");
        }
        html.Append(Markup.Table("kernel / kernel", Markup.Head(1, ["", "ratio", "noise", "n"]), body.ToString()));
    }

    private static string WidestUpdate(ValidationView view)
    {
        var rows = view.Costs.Where(c => !c.IsLookup && c.RatioRow?.HasSpread() == true && c.RatioRow.Low > 0).ToList();
        if (rows.MaxBy(c => c.RatioRow!.High / c.RatioRow.Low) is not { } widest)
            return "";
        var row = widest.RatioRow!;
        return Markup.Text($"The widest: {Words.Subject(row)}, {widest.Name}, {Numbers.Ratio(row.Low)} to {Numbers.Ratio(row.High)}.");
    }

    /// <summary>Where the port is faster beyond its quartiles, and which known differences of the two sides point that way.</summary>
    private static void AppendFaster(StringBuilder html, ValidationView view)
    {
        var faster = view.Costs.Where(c => c.IsTime && c.RatioRow is { } row && row.Range().High < ValidationView.Faster).ToList();
        if (faster.Count == 0)
            return;
        html.Append($"<h4 id=\"faster\">Where the port is faster</h4>\n<p>These have an upper quartile below {Numbers.Ratio(ValidationView.Faster)}. "
            + "The reasons are known differences of the two sides that point that way; this run does not measure how much each accounts for, "
            + "nor that they account for all of it.</p>\n<ul>\n");
        foreach (var group in faster.GroupBy(c => (Subject: Words.Subject(c.Any), c.IsLookup, Reasons: Reasons(view, c))))
        {
            var names = string.Join("; ", group.Select(c => $"{c.Name} ({Numbers.Ratio(c.Ratio!.Value)})"));
            html.Append($"<li>{Markup.Text($"{group.Key.Subject}, {(group.Key.IsLookup ? "lookups" : "updates")}: {names}. {group.Key.Reasons}")}</li>\n");
        }
        html.Append($"</ul>\n{Overlap(view)}");
    }

    /// <summary>
    /// Where independent keys help the port and not the kernel, the two ratios of a pattern are far apart: the reader should
    /// not take the smaller one for the cost of a lookup.
    /// </summary>
    private static string Overlap(ValidationView view)
    {
        var lookups = view.Costs.Where(c => c is { IsLookup: true, IsTime: true, Kernel.Value: > 0, Port.Value: > 0 }).ToList();
        var pairs = lookups.Where(c => c.Any.Chain == "independent")
            .Select(a => (Independent: a, Dependent: lookups.Find(b =>
                b.Any.Chain == "dependent" && b.Any.Keys == a.Any.Keys && Words.Subject(b.Any) == Words.Subject(a.Any))))
            .Where(pair => pair.Dependent is not null
                && pair.Independent.Port!.Value < HelpedBelow * pair.Dependent.Port!.Value
                && pair.Independent.Kernel!.Value > NotHelpedAbove * pair.Dependent.Kernel!.Value);
        var parts = pairs.Select(pair => $"{Words.Subject(pair.Independent.Any)}, {Words.Keys(pair.Independent.Any.Keys)} "
            + $"({Numbers.Ratio(pair.Independent.Ratio!.Value)} with independent keys, {Numbers.Ratio(pair.Dependent!.Ratio!.Value)} in a chain)").ToList();
        return parts.Count == 0 ? "" : $"<p id=\"overlap\">{Markup.Text("With independent keys the port’s lookups take far less time than in a dependent chain, and the "
            + $"kernel’s hardly less or not at all: {string.Join("; ", parts)}. The port’s lookups overlap in the processor there, and this kernel’s do not, "
            + "for a reason that is not known: without its counters the kernel does not either, and without huge pages the port still does (tried on one machine). "
            + "The chain compares single lookups.")}</p>\n";
    }

    private static string Reasons(ValidationView view, CostCase c)
    {
        var reasons = new List<string>();
        if (view.Lane == KernelLane.Uml)
        {
            if (view.MayUseHugePages && !(c.IsLookup && (c.Any.Keys == "hot" || c.Kernel?.Value < Cached)))
                reasons.Add("the kernel’s memory is mapped in pages of 4 KiB and the port’s in huge ones");
            if (c is { IsLookup: true, Any.Structure: Names.Fib })
                reasons.Add("the kernel counts each lookup (CONFIG_IP_FIB_TRIE_STATS: 3 ns where that was measured)");
        }
        if (c is { IsLookup: false, Any.Structure: Names.Fib })
            reasons.Add("the time of rtmsg_fib, which is taken off the kernel’s, is an estimate of its own");
        return reasons.Count > 0
            ? $"Possible: {Words.Join(reasons)}."
            : "No difference that is listed here explains it.";
    }

    private static void AppendMissing(StringBuilder html, ValidationView view)
    {
        html.Append("<h4>What is not compared</h4>\n<ul>\n<li>The local and main tables, and policy rules: one table is held, by its number.</li>\n");
        if (!view.Figures.Any(f => f is { Structure: Names.Fib, Family: 6 }))
            html.Append("<li>The IPv6 FIB: this run has no IPv6 table.</li>\n");
        var seen = view.Checks.Select(check => check.Kind).ToHashSet();
        CheckKind[] expected =
            [CheckKind.Shape, CheckKind.Answers, CheckKind.Slabs, CheckKind.Kmalloc, CheckKind.Netlink, CheckKind.Dumps, CheckKind.Layout];
        if (expected.Where(kind => !seen.Contains(kind)).Select(kind => kind.Label()).ToList() is { Count: > 0 } missing)
            html.Append($"<li>This run has no check of these: {Markup.Text(string.Join(", ", missing))}.</li>\n");
        if (!view.Costs.Any(c => c.IsTime && c.Ratio is not null))
            html.Append("<li>Times: this run has none of both sides.</li>\n");
        html.Append("</ul>\n");
    }
}
