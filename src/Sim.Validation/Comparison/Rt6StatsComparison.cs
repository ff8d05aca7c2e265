// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Figures;
using Sim.Lab;
using Sim.Validation.Session;

namespace Sim.Validation.Comparison;

/// <summary>
/// Compares the changes in /proc/net/rt6_stats since a baseline, because it counts all tables, and deletions since the boot.
/// </summary>
public sealed class Rt6StatsComparison(ValidationContext context, Func<Rt6Statistics> port)
{
    private Row? _kernelBefore;
    private Rt6Statistics _portBefore;

    /// <summary>Takes the kernel's baseline. Enough if the port's namespace holds only what is compared.</summary>
    public void RememberKernel() => _kernelBefore = context.Machine.One("rt6stats");

    /// <summary>Takes the baselines of the kernel and the port.</summary>
    public void Remember() => (_kernelBefore, _portBefore) = (context.Machine.One("rt6stats"), port());

    public void Compare(CheckPoint at)
    {
        var kernel = context.Machine.One("rt6stats");
        var (ported, before) = (port(), _portBefore);
        CompareOne("nodes", (long)ported.FibNodes - before.FibNodes);
        CompareOne("route-nodes", (long)ported.FibRouteNodes - before.FibRouteNodes);
        CompareOne("entries", (long)ported.FibRtEntries - before.FibRtEntries);
        CompareOne("discarded", (long)ported.FibDiscardedRoutes - before.FibDiscardedRoutes);

        void CompareOne(string name, long more) =>
            context.Compare(at, Metrics.Rt6Stats, more, kernel.Long(name) - _kernelBefore!.Long(name), item: name);
    }
}
