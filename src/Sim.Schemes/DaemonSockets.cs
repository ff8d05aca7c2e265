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

    private static readonly string s_callBytes = $"{Scheme.CallBytes}";

    private readonly WireGuardStream _wireGuard = new(familyId, removesPrefixes: true);
    private readonly RouteStream _routes = new(kernel.Device);

    public KernelConfig Kernel { get; } = kernel;

    /// <summary>Whether commands are recorded. Only then REPLACE writes a peer's set of prefixes. Counts need only the length of the set,
    /// and thousands of written sets take gigabytes.</summary>
    public virtual bool Records => false;

    /// <summary><c>wg reset</c>: removes all peers.</summary>
    public Sent Reset() => Counted("wg reset", _wireGuard.Reset());

    /// <summary><c>wg mode</c>: sets the mode of a device in a kernel with kernel-patch/series.</summary>
    public Sent SetMode(RouteMode mode) => Counted($"wg mode {mode.AgentWord()}", _wireGuard.SetMode(mode));

    /// <summary><c>wg add</c>: adds, moves and removes prefixes.</summary>
    public Sent Add(ReadOnlySpan<BindingChange> changes) =>
        Counted("wg add", _wireGuard.Add(changes, Scheme.CallBytes), changes, s_callBytes);

    /// <summary><c>wg replace</c>: gives a peer exactly these prefixes.</summary>
    public Sent Replace(ReadOnlySpan<BindingChange> set) =>
        Counted("wg replace", _wireGuard.Replace(set, Scheme.CallBytes), set, s_callBytes);

    /// <summary><c>wg empty</c>: takes all prefixes from a peer.</summary>
    public Sent Empty(int peer) => Counted($"wg empty {peer}", _wireGuard.Empty(peer));

    /// <summary><c>wg remove</c>: removes a peer.</summary>
    public Sent Remove(int peer) => Counted($"wg remove {peer}", _wireGuard.Remove(peer));

    /// <summary><c>route run</c>: adds, replaces and deletes routes, all in one call.</summary>
    public Sent Run(ReadOnlySpan<BindingChange> call, RouteShape shape) => Counted(
        "route run", _routes.Run(call, shape, FibStructure.TableId, Math.Max(1, call.Length)), call,
        Records ? $"{shape.AgentWord()} {FibStructure.TableId} {call.Length}" : "");

    /// <summary><c>nexthop add</c>: adds nexthop objects 1 to <paramref name="count"/>, one per call.</summary>
    public Sent AddNexthops(Family family, int count, RouteShape shape) =>
        Counted($"nexthop add 1 {count} {shape.AgentWord()} {(int)family}", _routes.AddNexthops(1, count, shape, family));

    /// <summary>Passes the bytes of each call of both sockets to a sink, in the order of sending.</summary>
    protected void ShowCalls(NetlinkSink sink) => _wireGuard.Sink = _routes.Sink = sink;

    /// <summary>Records a command after its messages were sent. A command without <paramref name="words"/> has no operations.</summary>
    protected virtual void Record(string command, ReadOnlySpan<BindingChange> operations, string? words) { }

    private Sent Counted(string command, NetlinkTraffic traffic, ReadOnlySpan<BindingChange> operations = default, string? words = null)
    {
        if (Records)
            Record(command, operations, words);
        return new(traffic.Messages, traffic.Bytes, traffic.Calls);
    }
}
