// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes;

namespace Sim.Validation.Ports;

/// <summary>
/// A port of a FIB as the counterpart of a kernel's routing table: it does the same operations as RTM_NEWROUTE,
/// RTM_DELROUTE, RTM_NEWNEXTHOP and RTM_DELNEXTHOP, in the same order.
/// </summary>
public abstract class RoutePort(SlubConfig slub, int oif) : IDisposable
{
    protected const byte RtProtKernel = 2;

    private readonly HashSet<int> _nexthops = [];

    public KernelMemory Memory { get; } = new(slub);

    public abstract Family Family { get; }

    /// <summary>The module's word for the structure.</summary>
    public abstract string ModuleWord { get; }

    /// <summary>The FIB's own slab caches.</summary>
    public abstract IEnumerable<KmemCache> Caches { get; }

    /// <summary>Whether the last operation of the last run was refused; its acknowledgement then carries the error.</summary>
    public bool LastRefused { get; private set; }

    public bool HasNexthops => _nexthops.Count > 0;

    /// <summary>Index of wg0.</summary>
    protected int Oif { get; } = oif;

    /// <summary>Whether the peer's nexthop object exists.</summary>
    public bool HasNexthop(int peer) => _nexthops.Contains(peer + 1);

    /// <summary>Adds nexthop objects with these ids over wg0. If the shape names peers, each names the peer of its number.</summary>
    public void AddNexthops(int first, int count, RouteShape shape = RouteShape.Device)
    {
        for (var id = first; id < first + count; id++)
        {
            Check(AddNexthop((uint)id, peer: shape == RouteShape.Device ? 0 : id), $"nexthop {id}");
            _nexthops.Add(id);
        }
    }

    /// <summary>Deletes nexthop objects, and with each its routes.</summary>
    public void DeleteNexthops(int first, int count)
    {
        for (var id = first; id < first + count; id++)
        {
            Check(DeleteNexthop((uint)id), $"nexthop {id}");
            _nexthops.Remove(id);
        }

        GracePeriod();
    }

    /// <summary>Does the operations in order. Refusals are counted and not thrown, as for the kernel.</summary>
    /// <returns>Refused operations, and the first refusal's error number or 0.</returns>
    public (int Failed, int FirstError) Run(ReadOnlySpan<BindOperation> operations, RouteShape shape)
    {
        var (failed, firstError) = (0, 0);
        foreach (ref readonly var operation in operations)
        {
            var error = Apply(in operation, shape);
            LastRefused = error != 0;
            if (error == 0)
                continue;
            failed++;
            firstError = firstError == 0 ? -error : firstError;
        }

        return (failed, firstError);
    }

    /// <summary>
    /// Frees everything that waits, as the kernel has when it answers after a barrier. The callback of a route queues that of
    /// its nexthop object (<c>free_fib_info_rcu</c>, <c>fib6_info_destroy_rcu</c>, <c>nexthop_put</c>), so one period may not do.
    /// </summary>
    public void GracePeriod()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>Computes the digest of the module's <c>answers</c> command, and counts the keys that found a route.</summary>
    public abstract (ulong Digest, long Hits) Answers(Keys keys);

    /// <summary>Looks up every key, as the module's <c>lookup</c> does. The answer is the nexthop's interface, a load.</summary>
    /// <remarks>
    /// The nexthop's peer would not do: if no route names a peer, a predicted branch gives 0 at once. A dependent chain would
    /// then not wait for the lookups, and they would overlap like independent ones.
    /// </remarks>
    public abstract long Lookup(Keys keys, bool dependent);

    /// <summary>Lists the routes in the order of a dump. The peer is the nexthop's number less the shape's offset.</summary>
    public abstract DumpedRoute[] Routes();

    public void Dispose()
    {
        DisposeTables();
        Memory.Dispose();
    }

    /// <summary>Disposes of tables and namespace, before their memory is freed.</summary>
    protected abstract void DisposeTables();

    /// <summary>Does one operation. Returns 0 or a negative error.</summary>
    protected abstract int Apply(in BindOperation operation, RouteShape shape);

    /// <summary>Adds a nexthop object; peer 0 is none. Returns 0 or a negative error.</summary>
    protected abstract int AddNexthop(uint id, int peer);

    /// <summary>Deletes a nexthop object. Returns the number of routes deleted with it, or a negative error.</summary>
    protected abstract int DeleteNexthop(uint id);

    /// <summary>Returns the flags in the header of the agent's message for an operation.</summary>
    protected static NlmFlags Flags(BindKind kind) => kind switch
    {
        BindKind.Add => NlmFlags.Create | NlmFlags.Excl,
        BindKind.Move => NlmFlags.Create | NlmFlags.Replace,
        BindKind.Append => NlmFlags.Create | NlmFlags.Append,
        _ => NlmFlags.None,
    };

    protected static void Check(int result, string what)
    {
        if (result < 0)
            throw new InvalidOperationException($"the FIB refused {what} with error {result}");
    }

    /// <summary>Returns the peer of a nexthop's number: an object's id, a peer's number + 1, or a gateway.</summary>
    protected static ushort PeerOf(uint nexthop) => nexthop == 0 ? (ushort)0 : (ushort)(nexthop - 1);
}
