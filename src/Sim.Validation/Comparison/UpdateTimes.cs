// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>
/// Times single updates without netlink. Calls the update functions of the kernel's trie and of the port directly, prefix by prefix. After
/// each run, the table is the same as before the run.
/// </summary>
public sealed class UpdateTimes(ValidationContext context, TimeComparison times, WireGuardStream stream)
{
    private readonly KernelUnderTest _kernel = context.Machine;

    /// <summary>
    /// Moves a sample of prefixes to a dummy peer, removes all prefixes of the dummy peer, and inserts the sample again. The dummy peer is
    /// needed because Linux 6.12 cannot remove a single prefix.
    /// </summary>
    public void AllowedIps(Figure at, FamilyInput input, AllowedIpsPort port)
    {
        var (insert, _, toDummy) = input.Timed;
        var count = insert.Operations.Length;
        var family = (int)input.Family;
        // The dummy must exist before the module can name it.
        _kernel.Traffic($"wg add {toDummy.File} 0 1 {ValidationPlan.MessageBytes}");
        port.Add(toDummy.Operations.AsSpan(0, 1));
        // The message that made the dummy took a sequence number.
        stream.Add(toDummy.Operations.AsSpan(0, 1), ValidationPlan.MessageBytes);

        double[] Kernel()
        {
            _kernel.GiveOperations(toDummy.File, count);
            var move = _kernel.Time($"update wg {family}");
            var remove = _kernel.Time($"remove wg {input.Dummy}");
            _kernel.Barrier();
            _kernel.GiveOperations(insert.File, count);
            var inserted = _kernel.Time($"update wg {family}");
            _kernel.Barrier();
            return [move / (double)count, remove / (double)count, inserted / (double)count];
        }

        double[] Port()
        {
            var move = TimeComparison.Nanoseconds(() => port.Add(toDummy.Operations));
            var remove = TimeComparison.Nanoseconds(() => port.Structure.RemoveByPeer(input.Dummy));
            port.GracePeriod();
            var inserted = TimeComparison.Nanoseconds(() => port.Add(insert.Operations));
            port.GracePeriod();
            return [move / count, remove / count, inserted / count];
        }

        Measure(at, [Operations.Move, Operations.RemoveByPeer, Operations.Insert], Kernel, Port);
    }

    /// <summary>
    /// Deletes a sample of routes and inserts it again. fib_table_insert and fib_table_delete also notify listeners (rtmsg_fib), but the
    /// port has no listeners. So the module times the notification separately, and this time is subtracted. The IPv6 functions can run
    /// without notifications.
    /// </summary>
    public void Fib(Figure at, FamilyInput input, RoutePort port)
    {
        var (insert, delete, _) = input.Timed;
        var count = insert.Operations.Length;
        var tells = port.Fib.Family == Family.IPv4;

        double[] Kernel()
        {
            var notify = tells ? Notify(insert) : 0;
            var table = $"{port.Fib.Key} {FibStructure.TableId}";
            var deleted = _kernel.TimeUpdates(table, delete.File, count) - notify;
            var inserted = _kernel.TimeUpdates(table, insert.File, count) - notify;
            return tells ? [deleted, inserted, notify] : [deleted, inserted];
        }

        double[] Port()
        {
            var deleted = Update(delete, port) / count;
            var inserted = Update(insert, port) / count;
            return tells ? [deleted, inserted, double.NaN] : [deleted, inserted];
        }

        Measure(at, tells ? [Operations.Delete, Operations.Insert, Operations.Notify] : [Operations.Delete, Operations.Insert], Kernel, Port);
    }

    private static double Update(Step step, RoutePort port)
    {
        var nanoseconds = TimeComparison.Nanoseconds(() =>
        {
            var (failed, error) = port.Run(step.Operations, RouteShape.Nexthop);
            if (failed > 0)
                throw new InvalidOperationException($"the FIB port refused {failed} timed operations, the first with error {error}");
        });
        port.GracePeriod();
        return nanoseconds;
    }

    private double Notify(Step step)
    {
        _kernel.GiveOperations(step.File, step.Operations.Length);
        var told = _kernel.One($"module notify fib {FibStructure.TableId}");
        return told.Long("ns") / (double)told.Long("calls");
    }

    private void Measure(Figure at, string[] operations, Func<double[]> kernel, Func<double[]> port)
    {
        context.Progress.Step($"{at.Structure} IPv{at.Family}, time updates", 1, "rounds");
        var places = Array.ConvertAll(operations, operation => at with { Operation = operation });
        times.Measure(places, context.Plan.UpdateGroups, kernel, port, self: true);
    }
}
