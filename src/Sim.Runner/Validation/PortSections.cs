// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Sim.Runner.Schemes;
using Sim.Workloads.Keys;

namespace Sim.Runner.Validation;

/// <summary>
/// What is counted of the ports: the operations that <see cref="TimeComparison"/> and <see cref="UpdateTimes"/> have the
/// kernel do, on the same table, from the same files. Every piece is run before it is counted, so that all its code is
/// compiled and no list has to grow.
/// </summary>
/// <param name="counter">Counts.</param>
/// <param name="folder">Where <see cref="FamilyInput.Write"/> wrote.</param>
/// <param name="timedKeys">Keys of one pass at most.</param>
/// <param name="peers">Number of peers; the next number is the dummy's.</param>
/// <param name="runs">How often each piece is counted.</param>
internal sealed class PortSections(InstructionCounter counter, string folder, int timedKeys, int peers, int runs)
{
    private const int AnyInterface = 2;

    /// <summary>Counts all that the folder has files for, and gives each count as soon as it is known.</summary>
    public IEnumerable<PortCount> All()
    {
        foreach (var family in new[] { Family.IPv4, Family.IPv6 })
        {
            if (File.Exists(PathOf(FamilyInput.StepFile("allowedips", "file", family))))
            {
                foreach (var count in AllowedIps(family))
                    yield return count;
            }
        }

        foreach (var family in new[] { Family.IPv4, Family.IPv6 })
        {
            if (File.Exists(PathOf(FamilyInput.StepFile("routes", "file", family))))
            {
                foreach (var count in Fib(family))
                    yield return count;
            }
        }
    }

    private IEnumerable<PortCount> AllowedIps(Family family)
    {
        using var port = new AllowedIpsPort(new SlubConfig(Cpus: 1, CpuPartial: true));
        port.Add(Operations("allowedips", "file", family));
        port.GracePeriod();
        foreach (var count in Lookups("allowedips", family, port.Lookup))
            yield return count;
        var insert = Operations(FamilyInput.Both, FamilyInput.TimedInsert, family);
        var toDummy = Operations(FamilyInput.Both, FamilyInput.TimedToDummy, family);
        foreach (var count in Updates("allowedips", family, PortUpdates.AllowedIpsNames, Round))
            yield return count;

        double[] Round(Func<Action, double> measure) => PortUpdates.AllowedIps(port, toDummy, insert, peers, measure);
    }

    private IEnumerable<PortCount> Fib(Family family)
    {
        var slub = new SlubConfig(Cpus: 1, CpuPartial: true);
        using RoutePort port = family == Family.IPv4
            ? new FibPort(slub, ValidationPlan.TableId, AnyInterface)
            : new Fib6Port(slub, ValidationPlan.TableId, AnyInterface, Fib6Port.Options(isDebian: true));
        port.AddNexthops(1, peers);
        var table = Operations("routes", "file", family);
        for (var from = 0; from < table.Length; from += ValidationPlan.Batch)
        {
            port.Run(table.AsSpan(from, Math.Min(ValidationPlan.Batch, table.Length - from)), RouteShape.Nexthop);
            port.GracePeriod();
        }

        foreach (var count in Lookups("fib", family, port.Lookup))
            yield return count;
        var insert = Operations(FamilyInput.Both, FamilyInput.TimedInsert, family);
        var delete = Operations(FamilyInput.Both, FamilyInput.TimedDelete, family);
        foreach (var count in Updates("fib", family, PortUpdates.FibNames, Round))
            yield return count;

        double[] Round(Func<Action, double> measure) => PortUpdates.Fib(port, delete, insert, measure);
    }

    private IEnumerable<PortCount> Lookups(string structure, Family family, Func<Keys, bool, long> lookup)
    {
        foreach (var name in LookupKeys.Names)
        {
            var keys = TimeComparison.Timed(KeysOf(FamilyInput.KeysFile(name, family), family), timedKeys);
            foreach (var dependent in new[] { false, true })
            {
                var counts = counter.Count(() => lookup(keys, dependent), runs);
                yield return new PortCount(
                    structure, (int)family, "lookup", name, dependent ? "dependent" : "independent", [.. counts.Select(count => count / (double)keys.Count)]);
            }
        }
    }

    private IEnumerable<PortCount> Updates(string structure, Family family, string[] names, Func<Func<Action, double>, double[]> round)
    {
        // Twice: the two lists that hold what waits for a grace period take turns.
        for (var i = 0; i < 2; i++)
        {
            round(work =>
            {
                work();
                return 0;
            });
        }

        var rounds = Enumerable.Range(0, runs).Select(_ => round(work => counter.Count(work))).ToList();
        return names.Select((name, i) => new PortCount(structure, (int)family, name, "", "", [.. rounds.Select(one => one[i])]));
    }

    private BindOperation[] Operations(string structure, string step, Family family) =>
        BindOperations.FromBytes(family, File.ReadAllBytes(PathOf(FamilyInput.StepFile(structure, step, family))));

    private Keys KeysOf(string file, Family family)
    {
        var bytes = File.ReadAllBytes(PathOf(file));
        return family == Family.IPv4 ? new Keys(KeyFile.V4FromBytes(bytes), []) : new Keys([], KeyFile.V6FromBytes(bytes));
    }

    private string PathOf(string file) => Path.Combine(folder, file);
}
