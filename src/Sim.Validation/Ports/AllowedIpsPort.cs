// SPDX-License-Identifier: MIT
namespace Sim.Validation.Ports;

/// <summary>
/// The allowedips port as the counterpart of wg0. The port runs the operations of WG_CMD_SET_DEVICE in the same order as the kernel, so
/// that the slabs go through the same states. Like a device, one port holds both families during a whole run.
/// </summary>
public sealed unsafe class AllowedIpsPort(KernelConfig kernel) : IDisposable
{
    public AllowedIpsStructure Structure { get; } = new(Family.IPv4, 0, kernel);

    public AllowedIps Table => Structure.Table;

    /// <summary>
    /// Gives each prefix to its peer, or removes it from its peer (WGALLOWEDIP_F_REMOVE_ME). A peer that does not exist is created, as in
    /// the kernel.
    /// </summary>
    public void Add(ReadOnlySpan<BindingChange> changes)
    {
        foreach (ref readonly var change in changes)
        {
            var error = change.Kind == RouteChange.Delete ? Structure.Remove(change.Prefix, change.Peer) : Structure.Insert(change.Prefix, change.Peer);
            KernelStructure.Check(error, change.Prefix);
        }
    }

    public void AddAndFree(ReadOnlySpan<BindingChange> changes)
    {
        Add(changes);
        GracePeriod();
    }

    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS: removes all prefixes of the peer, applies the changes, and frees all objects that wait to be
    /// freed.</summary>
    public void Replace(ReadOnlySpan<BindingChange> changes)
    {
        Structure.RemoveByPeer(changes[0].Peer);
        AddAndFree(changes);
    }

    public void GracePeriod() => Structure.EndMessage();

    /// <summary>Computes the same digest as the module's <c>trie</c> command, over every node in preorder.</summary>
    public static ulong TrieDigest(AllowedIps table, Family family)
    {
        var digest = default(Digest64);
        foreach (var node in table.Nodes(family))
        {
            var prefix = node.Prefix;
            digest.Add((uint)node.Depth);
            digest.Add(prefix.Length);
            digest.Add(Number(node.Peer));
            RoutePort.AddAddress(ref digest, family, prefix.Address);
        }

        return digest.Value;
    }

    /// <summary>Computes the same digest as the module's <c>answers</c> command, and counts the keys for which a peer was found.</summary>
    public (ulong Digest, long Hits) Answers(Keys keys)
    {
        var digest = default(Digest64);
        var hits = 0L;
        for (var i = 0; i < keys.Count; i++)
        {
            var peer = keys.V4.Length > 0 ? Table.FindPeerV4(keys.V4[i]) : Table.FindPeerV6(keys.V6[i]);
            hits += peer == null ? 0 : 1;
            digest.Add(Number(peer));
        }

        return (digest.Value, hits);
    }

    /// <summary>Makes the hash of gateways with this seed. Returns the same counts as the module's <c>gateways</c> command.</summary>
    public (int Slots, int Taken, long Bytes, ulong Digest) MakeGateways(uint seed)
    {
        var (gateways, digest, taken) = (Structure.Gateways, default(Digest64), 0);
        gateways.Drop();
        gateways.Seed = seed;
        gateways.Make();
        for (var i = 0; i < gateways.Slots; i++)
        {
            var slot = gateways.Slot(i);
            digest.Add(Number(slot->peer));
            if (slot->peer == null)
                continue;
            taken++;
            digest.Add(slot->family);
            RoutePort.AddAddress(ref digest, Family.IPv6, slot->Address);
        }

        return (gateways.Slots, taken, gateways.Slots == 0 ? 0 : Gateways.Bytes(gateways.Slots), digest.Value);
    }

    /// <summary>Returns the contents of a dump: the peers in the device's order, and each peer's prefixes in the order of the peer's
    /// list.</summary>
    public IReadOnlyList<DumpedPeer> Listing()
    {
        var listing = new List<DumpedPeer>();
        foreach (var peer in Structure.Peers)
        {
            var prefixes = new List<Prefix>();
            Structure.CopySet(peer, prefixes);
            listing.Add(new DumpedPeer(peer, prefixes));
        }

        return listing;
    }

    public void Dispose() => Structure.Dispose();

    private static uint Number(wg_peer* peer) => (uint)PeerNumber.ToKernel(peer == null ? PeerNumber.None : (int)peer->internal_id);
}
