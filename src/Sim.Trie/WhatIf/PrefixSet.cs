// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>A node of a <see cref="PrefixSet{TAddress}"/>. The keys follow these 8 bytes. In an inner node the children follow the
/// keys.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SetNode
{
    public ushort Count, Capacity;

    /// <summary>0 in a leaf; in an inner node, the level of its children plus 1.</summary>
    public uint Level;
}

/// <summary>The prefixes of one peer and family in order: a B+-tree in kernel memory, for the writer alone.</summary>
/// <remarks><para>Today's AllowedIPs link the nodes of a peer in a list, which takes 16 bytes of each node. Most what-ifs have no node per
/// prefix. So each peer owns a tree of its prefixes:</para>
/// <code>
///   inner   | count | capacity | level | key key key ... | child child child ... |     512 bytes
///                                         |                 |     |
///   leaf    | count | capacity | 0     | 10.0.0.0/8  10.0.0.0/9  10.64.0.0/10 ... |    32 to 512 bytes
/// </code>
/// <para>The key beside a child is at most the child's first prefix, and greater than all prefixes of the child before it. A set that is a
/// single leaf grows from 32 bytes by doubling, so that a peer with few prefixes takes little memory. A full leaf of 512 bytes is split in
/// half. If the new prefix follows the leaf's last one, the leaf stays full instead, so that sorted insertions fill the leaves. A node is
/// freed when it is empty, and never merged with its neighbours (T. Johnson and D. Shasha, "B-trees with inserts and deletes: why
/// free-at-empty is better than merge-at-half", 1993).</para>
/// <para>A dump can continue behind the last prefix that it sent, whatever changed since.</para></remarks>
internal unsafe struct PrefixSet<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private const int LeastBytes = 32, MostBytes = 512;

    private SetNode* _root;

    /// <summary>The first prefix that is greater than <paramref name="after"/>.</summary>
    public readonly bool TryNext(StoredPrefix<TAddress> after, out StoredPrefix<TAddress> next)
    {
        next = default;
        SetNode* right = null;
        var node = _root;
        if (node == null)
            return false;
        while (node->Level > 0)
        {
            var at = ChildOf(node, after);
            if (at + 1 < node->Count)
                right = Children(node)[at + 1];
            node = Children(node)[at];
        }

        var place = UpperBound(node, after);
        if (place == node->Count)
        {
            if (right == null)
                return false;
            for (node = right; node->Level > 0;)
                node = Children(node)[0];
            place = 0;
        }

        next = Keys(node)[place];
        return true;
    }

    /// <summary>The first prefix of the set.</summary>
    public readonly bool TryFirst(out StoredPrefix<TAddress> first)
    {
        first = default;
        var node = _root;
        if (node == null)
            return false;
        while (node->Level > 0)
            node = Children(node)[0];
        first = Keys(node)[0];
        return true;
    }

    /// <summary>Adds a prefix that is not in the set.</summary>
    public void Add(KernelMemory memory, StoredPrefix<TAddress> prefix)
    {
        if (_root == null)
            _root = NewNode(memory, 0, LeastBytes);
        var right = AddBelow(memory, ref _root, prefix);
        if (right == null)
            return;
        var top = NewNode(memory, _root->Level + 1, MostBytes);
        Put(top, 0, Keys(_root)[0], _root);
        Put(top, 1, Keys(right)[0], right);
        _root = top;
    }

    /// <summary>Removes a prefix that is in the set.</summary>
    public void Remove(KernelMemory memory, StoredPrefix<TAddress> prefix)
    {
        if (RemoveBelow(memory, _root, prefix))
        {
            _root = null;
            return;
        }

        while (_root->Level > 0 && _root->Count == 1)
        {
            var only = Children(_root)[0];
            Free(memory, _root);
            _root = only;
        }
    }

    /// <summary>Removes all prefixes.</summary>
    public void Clear(KernelMemory memory)
    {
        ClearBelow(memory, _root);
        _root = null;
    }

    /// <summary>Adds a prefix below a node. Returns the node's new right neighbour if the node was split, otherwise null.</summary>
    private static SetNode* AddBelow(KernelMemory memory, ref SetNode* node, StoredPrefix<TAddress> prefix)
    {
        if (node->Level == 0)
            return Add(memory, ref node, UpperBound(node, prefix), prefix, null);
        var at = ChildOf(node, prefix);
        var right = AddBelow(memory, ref Children(node)[at], prefix);
        Keys(node)[at] = Keys(Children(node)[at])[0];
        return right == null ? null : Add(memory, ref node, at + 1, Keys(right)[0], right);
    }

    /// <summary>Adds an entry to a node. A full node grows or is split.</summary>
    private static SetNode* Add(KernelMemory memory, ref SetNode* node, int place, StoredPrefix<TAddress> key, SetNode* child)
    {
        if (node->Count < node->Capacity)
        {
            Put(node, place, key, child);
            return null;
        }

        if (Bytes(node) <= MostBytes / 2)
        {
            Grow(memory, ref node);
            Put(node, place, key, child);
            return null;
        }

        var right = NewNode(memory, node->Level, MostBytes);
        var kept = place == node->Count ? place : node->Count / 2;
        Move(node, kept, right, 0, node->Count - kept);
        right->Count = (ushort)(node->Count - kept);
        node->Count = (ushort)kept;
        if (place > kept || right->Count == 0)
            Put(right, place - kept, key, child);
        else
            Put(node, place, key, child);
        return right;
    }

    private static void Grow(KernelMemory memory, ref SetNode* node)
    {
        var larger = NewNode(memory, node->Level, RoundedBytes(node) * 2);
        Move(node, 0, larger, 0, node->Count);
        larger->Count = node->Count;
        Free(memory, node);
        node = larger;
    }

    /// <summary>Removes a prefix below a node. Returns whether the node became empty and was freed.</summary>
    private static bool RemoveBelow(KernelMemory memory, SetNode* node, StoredPrefix<TAddress> prefix)
    {
        var at = node->Level == 0 ? UpperBound(node, prefix) - 1 : ChildOf(node, prefix);
        if (node->Level == 0 || RemoveBelow(memory, Children(node)[at], prefix))
        {
            Move(node, at + 1, node, at, node->Count - at - 1);
            node->Count--;
        }

        if (node->Count > 0)
            return false;
        Free(memory, node);
        return true;
    }

    private static void ClearBelow(KernelMemory memory, SetNode* node)
    {
        if (node == null)
            return;
        for (var i = 0; node->Level > 0 && i < node->Count; i++)
            ClearBelow(memory, Children(node)[i]);
        Free(memory, node);
    }

    private static void Put(SetNode* node, int place, StoredPrefix<TAddress> key, SetNode* child)
    {
        Move(node, place, node, place + 1, node->Count - place);
        Keys(node)[place] = key;
        if (node->Level > 0)
            Children(node)[place] = child;
        node->Count++;
    }

    private static void Move(SetNode* from, int start, SetNode* to, int place, int count)
    {
        new ReadOnlySpan<StoredPrefix<TAddress>>(Keys(from) + start, count).CopyTo(new(Keys(to) + place, count));
        if (from->Level > 0)
            new ReadOnlySpan<nint>(Children(from) + start, count).CopyTo(new(Children(to) + place, count));
    }

    /// <summary>The number of keys that are not greater than a prefix.</summary>
    private static int UpperBound(SetNode* node, StoredPrefix<TAddress> prefix)
    {
        var keys = Keys(node);
        var (low, high) = (0, (int)node->Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (keys[middle].OrderTo(prefix) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The place of the child whose keys surround a prefix. Smaller prefixes belong to the first child.</summary>
    private static int ChildOf(SetNode* node, StoredPrefix<TAddress> prefix) => Math.Max(UpperBound(node, prefix) - 1, 0);

    private static StoredPrefix<TAddress>* Keys(SetNode* node) => (StoredPrefix<TAddress>*)(node + 1);

    private static SetNode** Children(SetNode* node) => (SetNode**)(Keys(node) + node->Capacity);

    private static SetNode* NewNode(KernelMemory memory, uint level, int bytes)
    {
        var node = (SetNode*)memory.Kzalloc(bytes);
        node->Level = level;
        node->Capacity = (ushort)((bytes - sizeof(SetNode)) / EntryBytes(level));
        return node;
    }

    private static void Free(KernelMemory memory, SetNode* node) => memory.Kfree(node, Bytes(node));

    private static int EntryBytes(uint level) => sizeof(StoredPrefix<TAddress>) + (level > 0 ? sizeof(SetNode*) : 0);

    private static int Bytes(SetNode* node) => sizeof(SetNode) + node->Capacity * EntryBytes(node->Level);

    private static int RoundedBytes(SetNode* node) => (int)BitOperations.RoundUpToPowerOf2((uint)Bytes(node));
}
