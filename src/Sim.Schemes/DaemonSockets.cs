// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// The two netlink sockets of a daemon, which write all messages of a scheme. Each method sends the same messages as one command of the
/// VM's agent (kernel-patch/vm/README.md). Each WireGuard message is sent in a separate, acknowledged call. <see cref="Run"/> sends all its
/// route messages in one call.
/// </summary>
/// <param name="kernel">The kernel behind the sockets.</param>
/// <param name="familyId">The number of WireGuard's genetlink family in that kernel.</param>
public class DaemonSockets(KernelConfig kernel, ushort familyId = DaemonSockets.AnyFamilyId)
{
    /// <summary>The number that stands for WireGuard's genetlink family if no kernel is used.</summary>
    protected const ushort AnyFamilyId = 32;

    private readonly WireGuardStream _wireGuard = new(familyId, removesPrefixes: true);
    private readonly RouteStream _routes = new(kernel.Device);

    public KernelConfig Kernel { get; } = kernel;

    /// <summary>Whether REPLACE writes a peer's set of prefixes. Counts need only the length of the set, and thousands of written sets take
    /// gigabytes.</summary>
    public virtual bool WritesSets => false;

    /// <summary><c>wg reset</c>: removes all peers.</summary>
    public virtual Sent Reset() => Of(_wireGuard.Reset());

    /// <summary><c>wg mode</c>: sets the mode of a device in a kernel with kernel-patch/series.</summary>
    public virtual Sent SetMode(RouteMode mode) => Of(_wireGuard.SetMode(mode));

    /// <summary><c>wg add</c>: adds, moves and removes prefixes.</summary>
    public virtual Sent Add(ReadOnlySpan<BindingChange> changes) => Of(_wireGuard.Add(changes, Scheme.CallBytes));

    /// <summary><c>wg replace</c>: gives a peer exactly these prefixes.</summary>
    public virtual Sent Replace(ReadOnlySpan<BindingChange> set) => Of(_wireGuard.Replace(set, Scheme.CallBytes));

    /// <summary><c>wg empty</c>: takes all prefixes from a peer.</summary>
    public virtual Sent Empty(int peer) => Of(_wireGuard.Empty(peer));

    /// <summary><c>wg remove</c>: removes a peer.</summary>
    public virtual Sent Remove(int peer) => Of(_wireGuard.Remove(peer));

    /// <summary><c>route run</c>: adds, replaces and deletes routes, all in one call.</summary>
    public virtual Sent Run(ReadOnlySpan<BindingChange> call, RouteShape shape) =>
        Of(_routes.Run(call, shape, FibStructure.TableId, Math.Max(1, call.Length)));

    /// <summary><c>nexthop add</c>: adds nexthop objects 1 to <paramref name="count"/>, one per call.</summary>
    public virtual Sent AddNexthops(Family family, int count, RouteShape shape) => Of(_routes.AddNexthops(1, count, shape, family));

    /// <summary>Passes the bytes of each call of both sockets to a sink, in the order of sending.</summary>
    protected void ShowCalls(NetlinkSink sink) => _wireGuard.Sink = _routes.Sink = sink;

    private static Sent Of(NetlinkTraffic traffic) => new(traffic.Messages, traffic.Bytes, traffic.Calls);
}
