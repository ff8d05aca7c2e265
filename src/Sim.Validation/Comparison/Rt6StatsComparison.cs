// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Lab;

namespace Sim.Validation.Comparison;

/// <summary>Compares changes in /proc/net/rt6_stats, which counts all tables since the boot.</summary>
public sealed class Rt6StatsComparison(ValidationContext context, Func<Rt6Statistics> port)
{
    private Row? _kernelBefore;
    private Rt6Statistics _portBefore;

    /// <inheritdoc cref="TableComparison.Remember"/>
    public void Remember(bool isNew) => (_kernelBefore, _portBefore) = (context.Machine.One("rt6stats"), isNew ? default : port());

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
