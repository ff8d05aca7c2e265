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
/// <para>When a grace period ends is the caller's to say, since it decides which slabs memory is reused from. Ending
/// one after each message is what a uniprocessor kernel does (TINY_RCU: the callbacks run at the next softirq).</para>
/// <para>One writer. Threads that look up beside it are made known with <see cref="AddReader"/>, and a grace period then
/// lasts until each has said that it holds nothing (quiescent-state-based RCU, M. Desnoyers et al., "User-Level
/// Implementations of Read-Copy Update", 2012):</para>
/// <code>
///   writer   takes the node out | period 7 -> 8 | waits ........................ | frees the node
///   reader   looks up ........................... | quiescent: has seen period 8 | looks up: cannot find the node
/// </code>
/// <para>Without readers nothing waits.</para>
/// </remarks>
public sealed class Rcu
{
    private readonly record struct Callback(IRcuReclaimer Owner, nint Object, int Tag);

    private List<Callback> _pending = new(4096);
    private List<Callback> _running = new(4096);
    private RcuReader[] _readers = [];
    private long _period;

    /// <summary>Callbacks that wait.</summary>
    public int Pending => _pending.Count;

    /// <summary>Callbacks queued since the start.</summary>
    public long Calls { get; private set; }

    /// <summary>
    /// While set, <see cref="GracePeriod"/> runs nothing, and what waits goes on waiting: as where callbacks run later, on
    /// another processor, and a writer with readers beside it is not held up by them. <see cref="Synchronize"/> waits all the
    /// same.
    /// </summary>
    public bool HoldsCallbacks { get; set; }

    /// <summary>Grace periods that had something to free.</summary>
    public long GracePeriods { get; private set; }

    /// <summary><c>call_rcu</c>: frees the object after the next grace period.</summary>
    public void Call(IRcuReclaimer owner, nint obj, int tag)
    {
        _pending.Add(new Callback(owner, obj, tag));
        Calls++;
    }

    /// <summary>
    /// Ends a grace period (<c>synchronize_rcu</c>, <c>rcu_barrier</c>): waits for the readers, then runs the callbacks
    /// that wait. Those that a callback queues wait for the next one.
    /// </summary>
    public void GracePeriod()
    {
        if (_pending.Count == 0 || HoldsCallbacks)
            return;
        Synchronize();
        (_running, _pending) = (_pending, _running);
        GracePeriods++;
        foreach (var callback in _running)
            callback.Owner.Reclaim(callback.Object, callback.Tag);
        _running.Clear();
    }

    /// <summary>
    /// Makes a thread known that will look up beside the writer. The writer's to call, before that thread's first lookup;
    /// the thread ends it with <see cref="RcuReader.Dispose"/>.
    /// </summary>
    public RcuReader AddReader()
    {
        var reader = new RcuReader(this);
        _readers = [.. _readers, reader];
        return reader;
    }

    /// <summary>Readers that a grace period waits for.</summary>
    public int Readers => _readers.Length;

    /// <summary>
    /// Waits until no reader holds what was taken out before (<c>synchronize_net</c>), and runs no callback. The writer's
    /// to call; at once without readers.
    /// </summary>
    public void Synchronize()
    {
        if (_readers.Length > 0)
            WaitForReaders();
    }

    /// <summary>The period that a reader in a quiescent state has seen. Whoever reads 8 sees all that was written before 8 began.</summary>
    internal long Period => Volatile.Read(ref _period);

    private void WaitForReaders()
    {
        // A full barrier: what was taken out is out for whoever sees the new period.
        var period = Interlocked.Increment(ref _period);
        var gone = false;
        foreach (var reader in _readers)
        {
            // No sleep: a lookup takes less than the shortest one.
            for (var spin = default(SpinWait); reader.Seen < period;)
                spin.SpinOnce(sleep1Threshold: -1);
            gone |= reader.IsGone;
        }

        if (gone)
            _readers = Array.FindAll(_readers, static reader => !reader.IsGone);
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
