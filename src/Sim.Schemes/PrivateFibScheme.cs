// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A scheme that keeps AllowedIPs in a FIB trie of the device (the RFC's last paragraph). The scheme sends the same messages as AllowedIPs
/// with REMOVE_ME. The trie holds routes that name peers. Routes to the device are still needed.
/// </summary>
/// <remarks>
/// In IPv4, each prefix takes a leaf and 56 bytes, as in kernel-patch/series-optional. In IPv6, a route that names a peer would have its
/// own nexthop. So the tree holds routes through nexthop objects, which are smaller. Besides the nodes, such a route takes 192 bytes, and a
/// route in the patches takes 56 bytes.
/// </remarks>
public sealed class PrivateFibScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets) : DeviceTableScheme(
    kind, family, peers, sockets, Names.PrivateFib,
    FibStructure.Create(family, family == Family.IPv4 ? RouteShape.PeerKey : RouteShape.Nexthop, peers, sockets.Kernel))
{
    /// <summary>Deletes all prefixes of the peer and then adds them, as REPLACE does in AllowedIPs.</summary>
    public override void Resend(int peer, List<Prefix> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var table = (FibStructure)Binding;
        foreach (var prefix in set)
            KernelStructure.Check(table.Unbind(prefix, peer), prefix);
        foreach (var prefix in set)
            KernelStructure.Check(table.Add(prefix, peer), prefix);
    }

    protected override void ChangeTable(ReadOnlySpan<BindingChange> batch)
    {
        var table = (FibStructure)Binding;
        foreach (ref readonly var change in batch)
            table.Change(in change);
    }

    protected override Sent EncodeTable(ReadOnlySpan<BindingChange> batch) => Sender.BindAndRemove(batch);
}
