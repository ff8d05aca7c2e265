// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Kernel;

/// <summary>Frees an object whose grace period has ended: the callback of <c>call_rcu</c>.</summary>
public interface IRcuReclaimer
{
    /// <summary>Called once for each object, in the order of the calls.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="tag">What the caller passed to <see cref="Rcu.Call"/>: which callback this is.</param>
    void Reclaim(nint obj, int tag);
}

/// <summary>
/// Read-copy-update with explicit grace periods: nothing that was passed to <see cref="Call"/> is freed before
/// <see cref="GracePeriod"/>, and then everything is, in the order of the calls.
/// </summary>
/// <remarks>
/// When a grace period ends is the caller's to say, since it decides which slabs memory is reused from. Ending
/// one after each message is what a uniprocessor kernel does (TINY_RCU: the callbacks run at the next softirq).
/// </remarks>
public sealed class Rcu
{
    private readonly record struct Callback(IRcuReclaimer Owner, nint Object, int Tag);

    private List<Callback> _pending = new(4096);
    private List<Callback> _running = new(4096);

    /// <summary>Callbacks that wait.</summary>
    public int Pending => _pending.Count;

    /// <summary>Callbacks queued since the start.</summary>
    public long Calls { get; private set; }

    /// <summary>Grace periods that had something to free.</summary>
    public long GracePeriods { get; private set; }

    /// <summary><c>call_rcu</c>: frees the object after the next grace period.</summary>
    public void Call(IRcuReclaimer owner, nint obj, int tag)
    {
        _pending.Add(new Callback(owner, obj, tag));
        Calls++;
    }

    /// <summary>
    /// Ends a grace period (<c>synchronize_rcu</c>, <c>rcu_barrier</c>): runs the callbacks that wait. Those that
    /// a callback queues wait for the next one.
    /// </summary>
    public void GracePeriod()
    {
        if (_pending.Count == 0)
            return;
        (_running, _pending) = (_pending, _running);
        GracePeriods++;
        foreach (var callback in _running)
            callback.Owner.Reclaim(callback.Object, callback.Tag);
        _running.Clear();
    }

    /// <summary><c>rcu_assign_pointer</c>: publishes after everything written before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void AssignPointer<T>(ref T* slot, T* value)
        where T : unmanaged
    {
        fixed (T** pinned = &slot)
            Volatile.Write(ref *(nint*)pinned, (nint)value);
    }
}
