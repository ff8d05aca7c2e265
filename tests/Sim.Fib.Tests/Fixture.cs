// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;

namespace Sim.Fib.Tests;

/// <summary>A namespace with one table, and requests in few words.</summary>
internal sealed class Fixture : IDisposable
{
    public Fixture(uint id = RouteTableId.Main, KernelRelease release = KernelReleases.Default)
    {
        Memory = new KernelMemory(SlubConfig.Uniprocessor with { Release = release });
        Net = new FibNet(Memory);
        Table = new FibTable(Net, id);
    }

    public KernelMemory Memory { get; }

    public FibNet Net { get; }

    public FibTable Table { get; }

    public int Add(string prefix, int oif = 1, int peer = 0) => Table.Insert(Request(prefix, oif, peer));

    public int Delete(string prefix) => Table.Delete(FibConfig.Delete(Prefix.Parse(prefix)));

    public static FibConfig Request(string prefix, int oif = 1, int peer = 0) =>
        FibConfig.Add(Prefix.Parse(prefix), oif, peer);

    public static uint Address(string text) => Prefix.Parse(text).V4;

    /// <summary>The peer that packets to an address go to; the error, negative, if there is none.</summary>
    public int PeerOf(string address, FlowI4 flow = default)
    {
        var res = default(FibResult);
        var err = Table.Lookup(Address(address), flow, ref res);
        return err != 0 ? err : res.Peer;
    }

    public List<FibRoute> Routes()
    {
        var routes = new List<FibRoute>();
        foreach (var route in Table)
            routes.Add(route);
        return routes;
    }

    /// <summary>The peers of all routes in the order of the dump.</summary>
    public string Peers() => string.Join(' ', Routes().Select(route => route.Peer));

    public void Dispose()
    {
        Table.Dispose();
        Net.Dispose();
        Memory.Dispose();
    }
}
