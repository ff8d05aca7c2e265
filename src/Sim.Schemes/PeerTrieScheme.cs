// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A what-if: AllowedIPs with REMOVE_ME, on a structure that no kernel has. The messages and the routes to the device are those of
/// <see cref="AllowedIpsScheme"/>.
/// </summary>
public sealed class PeerTrieScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets) : DeviceTableScheme(
    kind, family, peers, sockets, Names.AllowedIps, PeerTrieStructure.Create(family, peers, kind.KernelOf(sockets.Kernel)))
{
    private PeerTrieStructure Table => (PeerTrieStructure)Binding;

    public override void Resend(int peer, List<Prefix> set) => Table.Replace(peer, set, Sender.PerMessage);

    protected override void ChangeTable(ReadOnlySpan<BindingChange> batch)
    {
        var (table, inMessage) = (Table, 0);
        foreach (ref readonly var change in batch)
        {
            var error = change.NewPeer == BindingChange.NoPeer
                ? table.Remove(change.Prefix, change.OldPeer)
                : table.Insert(change.Prefix, change.NewPeer);
            KernelStructure.Check(error, change.Prefix);
            if (++inMessage % Sender.PerMessage == 0)
                table.EndMessage();
        }

        table.EndMessage();
    }

    protected override Sent EncodeTable(ReadOnlySpan<BindingChange> batch) => Sender.BindAndRemove(batch);
}
