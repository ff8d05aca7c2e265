// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A daemon's two netlink sockets. All messages of a scheme are written here. Each method corresponds to the command of
/// the VM's agent that sends the same (kernel-patch/vm/README.md). Each WireGuard message is one acknowledged call.
/// <see cref="Run"/> sends all its route messages in one call.
/// </summary>
/// <param name="kernel">The kernel behind the sockets.</param>
/// <param name="familyId">Number of WireGuard's genetlink family there.</param>
public class DaemonSockets(KernelConfig kernel, ushort familyId = DaemonSockets.AnyFamilyId)
{
    /// <summary>A number for the families that nobody registered.</summary>
    protected const ushort AnyFamilyId = 32;

    private readonly WireGuardStream _wireGuard = new(familyId, removesPrefixes: true);
    private readonly RouteStream _routes = new(kernel.Device);

    public KernelConfig Kernel { get; } = kernel;

    /// <summary>Whether a replaced peer's set is written out. Counts need only its length, and thousands of sets are gigabytes.</summary>
    public virtual bool WritesSets => false;

    /// <summary><c>wg reset</c>: removes all peers.</summary>
    public virtual Sent Reset() => Of(_wireGuard.Reset());

    /// <summary><c>wg mode</c>, of kernels with kernel-patch/series.</summary>
    public virtual Sent SetMode(RouteMode mode) => Of(_wireGuard.SetMode(mode));

    /// <summary><c>wg add</c>.</summary>
    public virtual Sent Add(ReadOnlySpan<BindingChange> changes) => Of(_wireGuard.Add(changes, Scheme.CallBytes));

    /// <summary><c>wg replace</c>: gives the changes' peer these prefixes and no other.</summary>
    public virtual Sent Replace(ReadOnlySpan<BindingChange> set) => Of(_wireGuard.Replace(set, Scheme.CallBytes));

    /// <summary><c>wg empty</c>: takes all prefixes from the peer.</summary>
    public virtual Sent Empty(int peer) => Of(_wireGuard.Empty(peer));

    /// <summary><c>wg remove</c>.</summary>
    public virtual Sent Remove(int peer) => Of(_wireGuard.Remove(peer));

    /// <summary><c>route run</c>, all in one call.</summary>
    public virtual Sent Run(ReadOnlySpan<BindingChange> call, RouteShape shape) =>
        Of(_routes.Run(call, shape, FibStructure.TableId, Math.Max(1, call.Length)));

    /// <summary><c>nexthop add</c>: adds objects 1 to <paramref name="count"/>, one call each.</summary>
    public virtual Sent AddNexthops(Family family, int count, RouteShape shape) => Of(_routes.AddNexthops(1, count, shape, family));

    /// <summary>Shows the bytes of each call on both sockets, in the order in which they are sent.</summary>
    protected void ShowCalls(NetlinkSink sink) => _wireGuard.Sink = _routes.Sink = sink;

    private static Sent Of(NetlinkTraffic traffic) => new(traffic.Messages, traffic.Bytes, traffic.Calls);
}
