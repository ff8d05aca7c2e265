// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary><c>struct hlist_node</c>: a link of a list whose head is one pointer. pprev points at the pointer to this link.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct HlistNode
{
    public HlistNode* next;
    public HlistNode** pprev;
}

/// <summary><c>struct list_head</c>: a link of a circular list, or its head.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct ListHead
{
    public ListHead* next;
    public ListHead* prev;
}

/// <summary>The list operations of include/linux/list.h and rculist.h that the FIB uses.</summary>
/// <remarks>Operations with an <c>_rcu</c> form publish the new node last, so that readers see a complete node.</remarks>
internal static unsafe class Hlist
{
    /// <summary><c>hlist_add_head_rcu</c>.</summary>
    public static void AddHead(HlistNode* n, HlistNode** head)
    {
        var first = *head;
        n->next = first;
        n->pprev = head;
        Publish(head, n);
        if (first != null)
            first->pprev = &n->next;
    }

    /// <summary><c>hlist_add_before_rcu</c>.</summary>
    public static void AddBefore(HlistNode* n, HlistNode* next)
    {
        n->pprev = next->pprev;
        n->next = next;
        Publish(n->pprev, n);
        next->pprev = &n->next;
    }

    /// <summary><c>hlist_add_behind_rcu</c>.</summary>
    public static void AddBehind(HlistNode* n, HlistNode* prev)
    {
        n->next = prev->next;
        n->pprev = &prev->next;
        Publish(&prev->next, n);
        if (n->next != null)
            n->next->pprev = &n->next;
    }

    /// <summary><c>hlist_replace_rcu</c>.</summary>
    public static void Replace(HlistNode* old, HlistNode* by)
    {
        var next = old->next;
        by->next = next;
        by->pprev = old->pprev;
        Publish(by->pprev, by);
        if (next != null)
            next->pprev = &by->next;
    }

    /// <summary><c>hlist_del_rcu</c>: removes a node from its list. The node's next pointer stays valid for readers that are at the
    /// node.</summary>
    /// <remarks>The kernel unlinks the node with a plain store. Here this store is a release, because no lock orders the earlier writes to
    /// the next node.</remarks>
    public static void Del(HlistNode* n)
    {
        var next = n->next;
        Publish(n->pprev, next);
        if (next != null)
            next->pprev = n->pprev;
    }

    /// <summary><c>INIT_LIST_HEAD</c>.</summary>
    public static void Init(ListHead* list) => list->next = list->prev = list;

    /// <summary><c>list_add</c>: adds an entry behind the head.</summary>
    public static void Add(ListHead* n, ListHead* head)
    {
        n->next = head->next;
        n->prev = head;
        head->next->prev = n;
        head->next = n;
    }

    /// <summary><c>list_add_tail_rcu</c>: adds an entry at the tail, before the head.</summary>
    public static void AddTail(ListHead* n, ListHead* head)
    {
        n->next = head;
        n->prev = head->prev;
        Volatile.Write(ref *(nint*)&head->prev->next, (nint)n);
        head->prev = n;
    }

    /// <summary><c>list_del</c>.</summary>
    public static void Del(ListHead* n)
    {
        n->prev->next = n->next;
        n->next->prev = n->prev;
    }

    private static void Publish(HlistNode** slot, HlistNode* n) => Volatile.Write(ref *(nint*)slot, (nint)n);
}
