// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

public sealed unsafe partial class AllowedIps
{
    // The tags of deferred objects: each names the callback that frees the object.
    private const int NodeFreeRcu = 0;
    private const int RootFreeRcu = 1;
    private const int PeerRelease = 2;

    /// <summary>Frees an object after its grace period: <c>node_free_rcu</c> (<c>kfree_rcu</c> in 7.3), <c>root_free_rcu</c> or
    /// <c>rcu_release</c>.</summary>
    void Kernel.IRcuReclaimer.Reclaim(nint obj, int tag)
    {
        switch (tag)
        {
            case NodeFreeRcu:
                _nodeCache.FreeRcu((void*)obj);
                break;
            case RootFreeRcu:
                FreeSubtree((allowedips_node*)obj);
                break;
            default:
                _peerCache.Free((void*)obj);
                break;
        }
    }

    /// <summary><c>wg_allowedips_free</c> for one family: empties the peers' lists now. The nodes are freed after a grace period.</summary>
    private void FreeRoot(allowedips_node* root)
    {
        if (root == null)
            return;
        RootRemovePeerLists(root);
        _memory.Rcu.Call(this, (nint)root, RootFreeRcu);
    }

    /// <summary><c>root_free_rcu</c>: frees a whole trie without recursion, the right subtree before the left.</summary>
    private void FreeSubtree(allowedips_node* root)
    {
        var stack = stackalloc allowedips_node*[MaxAllowedIpsDepth];
        var len = 0;
        PushRcu(stack, root, ref len);
        while (len > 0)
        {
            var node = stack[--len];
            PushRcu(stack, *Child(node, 0), ref len);
            PushRcu(stack, *Child(node, 1), ref len);
            _nodeCache.Free(node);
        }
    }

    /// <summary><c>root_remove_peer_lists</c>: removes every node with a peer from the peer's list.</summary>
    private static void RootRemovePeerLists(allowedips_node* root)
    {
        var stack = stackalloc allowedips_node*[MaxAllowedIpsDepth];
        var len = 0;
        PushRcu(stack, root, ref len);
        while (len > 0)
        {
            var node = stack[--len];
            PushRcu(stack, *Child(node, 0), ref len);
            PushRcu(stack, *Child(node, 1), ref len);
            if (node->peer != null)
                ListHead.Del(&node->peer_list);
        }
    }

    /// <summary><c>push_rcu</c>: pushes a node unless the node is null. Each popped node pushes at most two nodes, so the stack never holds
    /// more nodes than the trie has levels: 129. On an overflow this function throws. The kernel only warns, and only with DEBUG.</summary>
    private static void PushRcu(allowedips_node** stack, allowedips_node* node, ref int len)
    {
        if (node == null)
            return;
        if (len >= MaxAllowedIpsDepth)
            throw new InvalidOperationException($"the trie is deeper than {MaxAllowedIpsDepth} nodes: it is corrupt");
        stack[len++] = node;
    }
}
