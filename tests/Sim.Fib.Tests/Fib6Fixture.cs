// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;

namespace Sim.Fib.Tests;

/// <summary>A namespace with one IPv6 table, and requests in few words.</summary>
internal sealed class Fib6Fixture : IDisposable
{
    public Fib6Fixture(uint id = RouteTableId.Main, Fib6Options? options = null, SlubConfig? slub = null)
    {
        Memory = new KernelMemory(slub);
        Net = new Fib6Net(Memory, options);
        Table = new Fib6Table(Net, id);
    }

    public KernelMemory Memory { get; }

    public Fib6Net Net { get; }

    public Fib6Table Table { get; }

    public int Add(string prefix, int oif = 2, int peer = 0, uint metric = 0, NlmFlags flags = NlmFlags.Create | NlmFlags.Excl) =>
        Table.Insert(Request(prefix, oif, peer) with { Metric = metric, NlFlags = flags });

    public int AddVia(string prefix, string gateway, int oif = 2, uint metric = 0, NlmFlags flags = NlmFlags.Create) =>
        Table.Insert(Request(prefix, oif) with { Gateway = Address(gateway), Metric = metric, NlFlags = flags });

    public int Delete(string prefix) => Table.Delete(Fib6Config.Delete(Prefix.Parse(prefix)));

    public static Fib6Config Request(string prefix, int oif = 2, int peer = 0) =>
        Fib6Config.Add(Prefix.Parse(prefix), oif, peer);

    public static UInt128 Address(string text) => Prefix.Parse(text).Address;

    /// <summary>The peer that packets to an address go to; the error, negative, if there is none.</summary>
    public int PeerOf(string address, int oif = 0, Rt6LookupFlags strict = Rt6LookupFlags.None)
    {
        var res = default(Fib6Result);
        var err = Table.Lookup(Address(address), ref res, oif, strict);
        return err != 0 ? err : res.Peer;
    }

    /// <summary>The interface that packets to an address go out of; the error, negative, if there is none.</summary>
    public unsafe int OifOf(string address, int oif = 0, Rt6LookupFlags strict = Rt6LookupFlags.None)
    {
        var res = default(Fib6Result);
        var err = Table.Lookup(Address(address), ref res, oif, strict);
        return err != 0 ? err : res.Nhc->nhc_oif;
    }

    public List<Fib6Route> Routes()
    {
        var routes = new List<Fib6Route>();
        foreach (var route in Table)
            routes.Add(route);
        return routes;
    }

    /// <summary>The dump in one line: prefix, metric and interface or gateway.</summary>
    public string Dump() => string.Join("; ", Routes().Select(r =>
        $"{r.Dst} {r.Metric} {(r.Gateway == UInt128.Zero ? $"dev {r.Oif}" : $"via {(uint)r.Gateway:x}")}"));

    /// <summary>Ends grace periods until nothing waits.</summary>
    public void Settle()
    {
        while (Net.PendingFrees > 0)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>Objects in use in a cache.</summary>
    public long Objects(string cache) => Memory.Account().Where(line => line.Cache == cache).Sum(line => line.Objects);

    public void Dispose()
    {
        Table.Dispose();
        Net.Dispose();
        Memory.Dispose();
    }
}
