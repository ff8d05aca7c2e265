// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>Frees an object whose grace period has ended: the callback of <c>call_rcu</c>.</summary>
public interface IRcuReclaimer
{
    /// <summary>Frees an object that was passed to <see cref="Rcu.Call"/> with this tag. Each object is freed once, in the order of the
    /// calls.</summary>
    void Reclaim(nint obj, int tag);
}

/// <summary>Read-copy-update with explicit grace periods. Objects passed to <see cref="Call"/> are all freed by the next
/// <see cref="GracePeriod"/>, in the order of the calls, and never earlier.</summary>
/// <remarks><para>The caller decides when a grace period ends, because the end decides which slabs are reused. A uniprocessor kernel ends a
/// grace period after each message (TINY_RCU: the callbacks run at the next softirq).</para>
/// <para>There is one writer. Threads that look up concurrently register with <see cref="AddReader"/>. A grace period then lasts until each
/// reader has declared that it holds no object (quiescent-state-based RCU, M. Desnoyers et al., "User-Level Implementations of Read-Copy
/// Update", 2012):</para>
/// <code>
///   writer   takes the node out | period 7 -> 8 | waits ........................ | frees the node
///   reader   looks up ........................... | quiescent: has seen period 8 | looks up: cannot find the node
/// </code>
/// <para>Without readers a grace period ends at once.</para></remarks>
public sealed class Rcu
{
    private readonly record struct Callback(IRcuReclaimer Owner, nint Object, int Tag);

    private List<Callback> _pending = new(4096);
    private List<Callback> _running = new(4096);
    private RcuReader[] _readers = [];
    private long _period;

    /// <summary>The number of callbacks that wait.</summary>
    public int Pending => _pending.Count;

    /// <summary>The number of callbacks queued since the start.</summary>
    public long Calls { get; private set; }

    /// <summary>Whether <see cref="GracePeriod"/> does nothing, so that callbacks still wait. This mode models a kernel that runs callbacks
    /// later on another processor, where callbacks do not delay the writer. <see cref="Synchronize"/> still waits for the
    /// readers.</summary>
    public bool HoldsCallbacks { get; set; }

    /// <summary>The number of grace periods that freed something.</summary>
    public long GracePeriods { get; private set; }

    /// <summary><c>call_rcu</c>: frees the object after the next grace period.</summary>
    public void Call(IRcuReclaimer owner, nint obj, int tag)
    {
        _pending.Add(new Callback(owner, obj, tag));
        Calls++;
    }

    /// <summary>Ends a grace period (<c>synchronize_rcu</c>, <c>rcu_barrier</c>): waits for the readers, then runs the waiting callbacks.
    /// If a callback queues another callback, the new one waits for the next grace period.</summary>
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

    /// <summary>Registers a thread that looks up while the writer runs. The writer calls this method before the thread's first lookup. The
    /// thread ends the registration with <see cref="RcuReader.Dispose"/>.</summary>
    public RcuReader AddReader()
    {
        var reader = new RcuReader(this);
        _readers = [.. _readers, reader];
        return reader;
    }

    /// <summary>The number of readers that a grace period waits for.</summary>
    public int Readers => _readers.Length;

    /// <summary>Waits until no reader holds an object that was removed before the call (<c>synchronize_net</c>). The method runs no
    /// callback. If there are no readers, the method returns at once. Only the writer may call this method.</summary>
    public void Synchronize()
    {
        if (_readers.Length > 0)
            WaitForReaders();
    }

    /// <summary>The current period. A thread that reads 8 from this property sees everything that was written before period 8
    /// began.</summary>
    internal long Period => Volatile.Read(ref _period);

    private void WaitForReaders()
    {
        // A full barrier: a reader that sees the new period no longer finds what was taken out.
        var period = Interlocked.Increment(ref _period);
        var gone = false;
        foreach (var reader in _readers)
        {
            // Never sleep, because a lookup is shorter than the shortest sleep.
            for (var spin = default(SpinWait); reader.Seen < period;)
                spin.SpinOnce(sleep1Threshold: -1);
            gone |= reader.IsGone;
        }

        if (gone)
            _readers = Array.FindAll(_readers, static reader => !reader.IsGone);
    }
}
