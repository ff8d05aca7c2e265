// SPDX-License-Identifier: MIT
namespace Sim.Validation.Ports;

/// <summary>
/// A FIB port as the counterpart of a kernel's routing table. The port runs the operations of RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEXTHOP
/// and RTM_DELNEXTHOP in the same order as the kernel.
/// </summary>
public sealed unsafe class RoutePort : IDisposable
{
    private readonly int _device;

    public RoutePort(Family family, KernelConfig kernel)
    {
        _device = kernel.Device;
        Fib = FibStructure.Create(family, RouteShape.Device, 0, kernel);
        Fib.AddLocalRoutes();
    }

    public FibStructure Fib { get; }

    /// <summary>Whether the last operation of the last run was refused. The acknowledgement of a refused operation carries the
    /// error.</summary>
    public bool LastRefused { get; private set; }

    public bool HasNexthop(int peer) => Fib.HasNexthop(RouteMessages.NexthopId(peer));

    /// <summary>Adds nexthop objects with these ids that lead to wg0. If the shape names peers, the id is also the peer's number.</summary>
    public void AddNexthops(int first, int count, RouteShape shape = RouteShape.Device)
    {
        for (var id = first; id < first + count; id++)
            Check(Fib.AddNexthop((uint)id, namesPeer: shape != RouteShape.Device), id);
    }

    public void DeleteNexthop(int id)
    {
        Check(Fib.DeleteNexthop((uint)id), id);
        GracePeriod();
    }

    /// <summary>Applies the changes in order. If a change is refused, it counts the refusal and does not throw, as on the kernel's
    /// side.</summary>
    /// <returns>The number of refused changes, and the error number of the first refused change, or 0.</returns>
    public (int Failed, int FirstError) Run(ReadOnlySpan<BindingChange> changes, RouteShape shape)
    {
        var (failed, firstError) = (0, 0);
        foreach (ref readonly var change in changes)
        {
            var error = change.Kind == RouteChange.Delete
                ? Fib.Delete(change.Prefix, shape, change.Peer)
                : Fib.Insert(change.Prefix, shape, change.Peer, Flags(change.Kind));
            LastRefused = error != 0;
            if (error == 0)
                continue;
            failed++;
            firstError = firstError == 0 ? -error : firstError;
        }

        return (failed, firstError);
    }

    /// <summary>Frees all objects that wait to be freed. The kernel has done the same when a barrier ends.</summary>
    public void GracePeriod() => Fib.EndMessage();

    /// <summary>Computes the same digest as the module's <c>answers</c> command, and counts the keys for which a route was found.</summary>
    public (ulong Digest, long Hits) Answers(Keys keys)
    {
        var digest = default(Digest64);
        var hits = 0L;
        for (var i = 0; i < keys.Count; i++)
        {
            var answer = Fib is Fib4Structure fib4 ? Answer(fib4.Table, keys.V4[i]) : Answer(((Fib6Structure)Fib).Table, keys.V6[i]);
            hits += answer.Found ? 1 : 0;
            digest.Add(answer.Number);
            AddAddress(ref digest, Fib.Family, answer.Prefix.Address);
            digest.Add((uint)answer.Prefix.Length);
        }

        return (digest.Value, hits);
    }

    /// <summary>Returns the routes with their peers, in the order of a dump.</summary>
    public IReadOnlyList<KeyValuePair<Prefix, int>> Routes()
    {
        var routes = new List<KeyValuePair<Prefix, int>>();
        void Add(Prefix prefix, uint nexthop, int peer, UInt128 gateway, int oif)
        {
            var number = nexthop != 0 ? (int)nexthop : peer != 0 ? peer : (ushort)gateway;
            routes.Add(new(prefix, number != 0 ? PeerNumber.OfKernel(number) : oif - _device));
        }

        if (Fib is Fib4Structure fib4)
        {
            foreach (var route in fib4.Table)
                Add(route.Dst, route.NhId, route.Peer, route.Gateway, route.Oif);
        }
        else
        {
            foreach (var route in ((Fib6Structure)Fib).Table)
                Add(route.Dst, route.NhId, route.Peer, route.Gateway, route.Oif);
        }

        return routes;
    }

    public void Dispose() => Fib.Dispose();

    /// <summary>Returns the module's number for a nexthop: the id of its nexthop object, or else the number of its peer, gateway or
    /// device.</summary>
    internal static uint Number(FibNhCommon* nhc, NextHop* nh)
    {
        if (nh != null)
            return nh->id;
        if (nhc->Peer != 0)
            return (uint)nhc->Peer;
        // The number of an IPv6 gateway is its last word.
        return nhc->nhc_gw_family != 0 ? (uint)nhc->Gateway : (uint)nhc->nhc_oif;
    }

    /// <summary>Adds the 32-bit words of a left-aligned address to a digest, beginning with the highest word.</summary>
    internal static void AddAddress(ref Digest64 digest, Family family, UInt128 address)
    {
        for (var shift = 96; shift >= (family == Family.IPv4 ? 96 : 0); shift -= 32)
            digest.Add((uint)(address >> shift));
    }

    private static (bool Found, uint Number, Prefix Prefix) Answer(FibTable table, uint key)
    {
        var result = default(FibResult);
        return table.Lookup(key, ref result) != 0 ? default
            : (true, Number(result.Nhc, result.Info->nh), Prefix.OfV4(result.Prefix, result.PrefixLength));
    }

    private static (bool Found, uint Number, Prefix Prefix) Answer(Fib6Table table, UInt128 key)
    {
        var result = default(Fib6Result);
        return table.Lookup(key, ref result) != 0 ? default
            : (true, Number(result.Nhc, result.Info->nh), Prefix.OfV6(result.Prefix, result.PrefixLength));
    }

    /// <summary>Returns the flags in the header of the agent's message for an operation.</summary>
    private static NlmFlags Flags(RouteChange kind) => kind switch
    {
        RouteChange.Insert => NlmFlags.Create | NlmFlags.Excl,
        RouteChange.Append => NlmFlags.Create | NlmFlags.Append,
        _ => NlmFlags.Create | NlmFlags.Replace,
    };

    private static void Check(int result, int nexthop)
    {
        if (result < 0)
            throw new InvalidOperationException($"the FIB refused nexthop object {nexthop} with error {result}");
    }
}
