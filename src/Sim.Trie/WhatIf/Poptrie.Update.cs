// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

public sealed unsafe partial class Poptrie<TAddress>
{
    /// <summary>The content of a slot: a leaf, or a node whose vector is not empty or whose leaves differ.</summary>
    private struct Content
    {
        public bool IsNode;
        public uint Leaf;
        public PopNode Node;
    }

    /// <summary>A change of the answer for those addresses whose longest prefix is this one.</summary>
    private readonly record struct Change(StoredPrefix<TAddress> Prefix, uint From, uint To);

    public override wg_peer* Set(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        var before = _prefixes.Set(prefix, peer);
        if (before != peer)
            Apply(new(prefix, before != null ? _numbers.Of(before) : Shorter(prefix), _numbers.Of(peer)));
        return before;
    }

    public override bool Clear(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        if (!_prefixes.Clear(prefix, peer))
            return false;
        Apply(new(prefix, _numbers.Of(peer), Shorter(prefix)));
        return true;
    }

    /// <summary>Removes the prefixes first, so that each slot is changed once, from the first answer to the last.</summary>
    internal override void ClearAll(PrefixSet<TAddress> prefixes, wg_peer* peer)
    {
        _prefixes.ClearAll(prefixes, peer);
        for (var more = prefixes.TryFirst(out var prefix); more; more = prefixes.TryNext(prefix, out prefix))
            Apply(new(prefix, _numbers.Of(peer), Shorter(prefix)));
    }

    /// <summary>The answer for a prefix's addresses by shorter prefixes alone.</summary>
    private uint Shorter(StoredPrefix<TAddress> prefix) => prefix.Length == 0 ? 0 : AnswerBy(prefix.Address, prefix.Length - 1);

    private uint AnswerBy(TAddress address, int longest)
    {
        var peer = _prefixes.Covering(address, longest, out _);
        return peer == null ? 0 : _numbers.Of(peer);
    }

    private void Apply(Change change)
    {
        if (change.From == change.To)
            return;
        var first = change.Prefix.Address.BitsAt(0, DirectBits);
        var count = 1u << Math.Max(DirectBits - change.Prefix.Length, 0);
        for (var i = first; i < first + count; i++)
        {
            var old = _direct[i];
            var content = new Content { IsNode = (old & LeafBit) == 0, Leaf = (uint)(old >> 1) };
            if (content.IsNode)
                content.Node = *(PopNode*)old;
            if (!Update(ref content, TAddress.Of((UInt128)i << (128 - DirectBits)), DirectBits, change))
                continue;
            Volatile.Write(ref _direct[i], content.IsNode ? (nint)NewNode(content.Node) : (nint)content.Leaf << 1 | LeafBit);
            if ((old & LeafBit) == 0)
                Retire((void*)old, sizeof(PopNode));
        }
    }

    private PopNode* NewNode(PopNode content)
    {
        var node = (PopNode*)Memory.Kzalloc(sizeof(PopNode));
        *node = content;
        return node;
    }

    /// <summary>Changes the content of the slot that has the first <paramref name="offset"/> bits of an address. Returns whether it
    /// changed.</summary>
    private bool Update(ref Content content, TAddress address, int offset, Change change)
    {
        if (!content.IsNode && content.Leaf != change.From)
            return false;
        if (!content.IsNode && offset >= change.Prefix.Length)
        {
            content = Build(address, offset);
            return content.IsNode || content.Leaf != change.From;
        }

        // All addresses of a leaf have the old answer. Only those in the prefix can get another.
        var slots = stackalloc Content[SlotCount];
        if (content.IsNode)
            Unpack(content.Node, slots);
        else
            new Span<Content>(slots, SlotCount).Fill(content);
        var bits = change.Prefix.Length - offset;
        var first = bits <= 0 ? 0 : (int)change.Prefix.Address.BitsAt(offset, Stride);
        var count = 1 << Math.Clamp(Stride - bits, 0, Stride);
        var changed = false;
        for (var slot = first; slot < first + count; slot++)
            changed |= Update(ref slots[slot], AddressOf(address, offset, slot), offset + Stride, change);
        if (!changed)
            return false;
        var old = content;
        content = Pack(slots);
        if (old.IsNode)
            RetireArrays(old.Node);
        return true;
    }

    /// <summary>Makes the content of a slot from the prefixes.</summary>
    private Content Build(TAddress address, int offset)
    {
        if (offset >= TAddress.Bits || !_prefixes.HasLonger(address, offset))
            return new() { Leaf = AnswerBy(address, offset) };
        var slots = stackalloc Content[SlotCount];
        for (var slot = 0; slot < SlotCount; slot++)
            slots[slot] = Build(AddressOf(address, offset, slot), offset + Stride);
        return Pack(slots);
    }

    private static TAddress AddressOf(TAddress address, int offset, int slot)
    {
        var bits = (UInt128)(uint)slot << (128 - Stride) >> offset;
        return TAddress.Of(address.LeftAligned | bits);
    }

    private static void Unpack(PopNode node, Content* slots)
    {
        for (var slot = 0; slot < SlotCount; slot++)
        {
            slots[slot] = (node.vector >> slot & 1) != 0
                ? new() { IsNode = true, Node = node.children[Rank(node.vector, slot)] }
                : new() { Leaf = node.leaves[Rank(node.leafvec, slot)] };
        }
    }

    /// <summary>Makes a node of 64 slots, or a leaf if all slots are the same leaf.</summary>
    private Content Pack(Content* slots)
    {
        var node = default(PopNode);
        var leaves = stackalloc uint[SlotCount];
        var (leafCount, childCount) = (0, 0);
        for (var slot = 0; slot < SlotCount; slot++)
        {
            if (slots[slot].IsNode)
            {
                node.vector |= 1ul << slot;
                childCount++;
            }
            else if (leafCount == 0 || leaves[leafCount - 1] != slots[slot].Leaf)
            {
                node.leafvec |= 1ul << slot;
                leaves[leafCount++] = slots[slot].Leaf;
            }
        }

        if (childCount == 0 && leafCount == 1)
            return new() { Leaf = leaves[0] };
        node.leaves = leafCount == 0 ? null : (uint*)Memory.Kzalloc(leafCount * sizeof(uint));
        new ReadOnlySpan<uint>(leaves, leafCount).CopyTo(new(node.leaves, leafCount));
        node.children = childCount == 0 ? null : (PopNode*)Memory.Kzalloc(childCount * sizeof(PopNode));
        for (var slot = 0; slot < SlotCount; slot++)
        {
            if (slots[slot].IsNode)
                node.children[Rank(node.vector, slot)] = slots[slot].Node;
        }

        return new() { IsNode = true, Node = node };
    }

    private void RetireArrays(PopNode node)
    {
        if (node.leafvec != 0)
            Retire(node.leaves, BitOperations.PopCount(node.leafvec) * sizeof(uint));
        if (node.vector != 0)
            Retire(node.children, BitOperations.PopCount(node.vector) * sizeof(PopNode));
    }
}
