// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The callbacks that the FIBs pass to <c>call_rcu</c>.</summary>
internal enum RcuFunc
{
    AliasFree = 1, NodeFree, InfoFree, NexthopFree, StateFree, RoutePeerFree, TableFree, Fib6NodeFree, Fib6InfoFree, Lc6NodeFree,
}

/// <summary>Frees the object that contains <paramref name="head"/>.</summary>
internal unsafe delegate void RcuCallback(RcuHead* head, RcuFunc func);

/// <summary><c>call_rcu</c>: queues objects to free after a grace period. As in the kernel, the objects' own rcu_heads link the queue,
/// so a deferred free allocates nothing. <see cref="Rcu"/> gets one call per batch.</summary>
internal sealed unsafe class RcuQueue(KernelMemory memory, RcuCallback invoke) : IRcuReclaimer
{
    private RcuHead* _head, _tail;

    /// <summary>The number of objects that wait for a grace period.</summary>
    public long Pending { get; private set; }

    public void Call(RcuHead* head, RcuFunc func)
    {
        head->next = null;
        head->func = (nint)func;
        Pending++;
        if (_head == null)
        {
            _head = head;
            memory.Rcu.Call(this, 0, 0);
        }
        else
        {
            _tail->next = head;
        }

        _tail = head;
    }

    /// <summary><c>rcu_barrier</c>: ends one grace period after the other until no object waits. One grace period is not enough, because a
    /// callback may queue another object.</summary>
    public void Barrier()
    {
        while (_head != null)
            memory.Rcu.GracePeriod();
    }

    /// <summary>Runs the callbacks of the objects queued before the grace period, in the order of the calls.</summary>
    void IRcuReclaimer.Reclaim(nint obj, int tag)
    {
        var head = _head;
        _head = _tail = null;
        while (head != null)
        {
            var next = head->next;
            Pending--;
            invoke(head, (RcuFunc)head->func);
            head = next;
        }
    }
}
