// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Runner.Schemes;

namespace Sim.Runner.Validation;

/// <summary>
/// A port of a FIB in the part of a routing table: does what RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEXTHOP and RTM_DELNEXTHOP do
/// with the same operations in the same order.
/// </summary>
internal abstract class RoutePort(SlubConfig slub, int oif) : IDisposable
{
    protected const byte RtProtKernel = 2;

    private readonly HashSet<int> _nexthops = [];

    public KernelMemory Memory { get; } = new(slub);

    public abstract Family Family { get; }

    /// <summary>What the module calls the structure.</summary>
    public abstract string ModuleWord { get; }

    /// <summary>The FIB's own slab caches.</summary>
    public abstract IEnumerable<KmemCache> Caches { get; }

    /// <summary>Whether the last operation of the last run was refused: then its acknowledgement is an error's.</summary>
    public bool LastRefused { get; private set; }

    public bool HasNexthops => _nexthops.Count > 0;

    /// <summary>Index of wg0.</summary>
    protected int Oif { get; } = oif;

    /// <summary>Whether the peer's nexthop object is there.</summary>
    public bool HasNexthop(int peer) => _nexthops.Contains(peer + 1);

    /// <summary>Adds nexthop objects with these ids over wg0; those of a shape that names peers name that of their number.</summary>
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

    /// <summary>Does the operations in order. A refusal is counted, not thrown: the kernel's are too.</summary>
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
    /// Frees all that waits, as the kernel has by the time it answers after a barrier: the callback of a route queues that of
    /// its nexthop object (<c>free_fib_info_rcu</c>, <c>fib6_info_destroy_rcu</c>, <c>nexthop_put</c>).
    /// </summary>
    public void GracePeriod()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>The digest that the module's <c>answers</c> command makes, and how many keys found a route.</summary>
    public abstract (ulong Digest, long Hits) Answers(Keys keys);

    /// <summary>Looks up every key, as the module's <c>lookup</c> does: the answer is the nexthop's interface, a load.</summary>
    /// <remarks>
    /// Not the nexthop's peer: where no route names one, a predicted branch gives 0 at once, a chain of lookups does not wait
    /// for what it found, and the lookups overlap as independent ones do.
    /// </remarks>
    public abstract long Lookup(Keys keys, bool dependent);

    /// <summary>The routes in the order of a dump; the peer is the nexthop's number less what the shape adds.</summary>
    public abstract DumpedRoute[] Routes();

    /// <summary>What compares the table with the kernel's.</summary>
    public abstract TableComparison Comparison(ValidationContext context, uint table);

    public void Dispose()
    {
        DisposeTables();
        Memory.Dispose();
    }

    /// <summary>Tables and namespace go before their memory does.</summary>
    protected abstract void DisposeTables();

    /// <summary>0, or a negative error.</summary>
    protected abstract int Apply(in BindOperation operation, RouteShape shape);

    /// <summary>0, or a negative error. No peer is 0.</summary>
    protected abstract int AddNexthop(uint id, int peer);

    /// <summary>Number of routes that went with it, or a negative error.</summary>
    protected abstract int DeleteNexthop(uint id);

    /// <summary>What the agent's message of an operation has in its header.</summary>
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

    /// <summary>What the number of a route's nexthop says of its peer: an object's id, a peer's number + 1, or a gateway.</summary>
    protected static ushort PeerOf(uint nexthop) => nexthop == 0 ? (ushort)0 : (ushort)(nexthop - 1);
}

/// <summary>A table of a FIB port against the kernel's: every node, the statistics in /proc, the memory.</summary>
internal abstract class TableComparison(ValidationContext context, RoutePort port)
{
    private readonly FibMemoryComparison _memory = new(context, port.Memory, port.Caches) { Family = port.Family };

    protected ValidationContext Context { get; } = context;

    /// <summary>What the machine holds before the table is filled.</summary>
    public virtual void RememberBaseline() => _memory.RememberBaseline();

    public void Compare(CheckPoint at)
    {
        CompareShape(at);
        _memory.Compare(at);
    }

    /// <summary>What /proc says of the table and, with the module, every node.</summary>
    protected abstract void CompareShape(CheckPoint at);
}
