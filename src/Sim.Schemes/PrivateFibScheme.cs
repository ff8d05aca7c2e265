// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// AllowedIPs kept in the device's own FIB trie (the RFC's last paragraph). The messages are those of AllowedIPs with
/// REMOVE_ME, the structure holds routes that name peers, and the routes to the device are still needed.
/// </summary>
/// <remarks>
/// In IPv4 a prefix takes the same memory as in kernel-patch/series-optional: its leaf and 56 bytes. In IPv6 a route that names
/// a peer would have its own nexthop. Routes through nexthop objects come nearer, so the tree holds those: 192 bytes per
/// prefix besides the nodes, where the patches have 56.
/// </remarks>
public sealed class PrivateFibScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets) : DeviceTableScheme(
    kind, family, peers, sockets, Names.PrivateFib,
    FibStructure.Create(family, family == Family.IPv4 ? RouteShape.PeerKey : RouteShape.Nexthop, peers, sockets.Kernel))
{
    /// <summary>Does REPLACE as in a trie of AllowedIPs: deletes all prefixes of the peer, then adds all.</summary>
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
