// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Kernel;

/// <summary>A thread that looks up while the writer runs, registered by <see cref="Rcu.AddReader"/>.</summary>
/// <remarks>Only this thread may use the object. The result of a lookup is valid until the thread's next
/// <see cref="QuiescentState"/>.</remarks>
public sealed class RcuReader : IDisposable
{
    private const long Gone = long.MaxValue;

    private readonly Rcu _rcu;
    private OwnLine _seen;

    internal RcuReader(Rcu rcu)
    {
        _rcu = rcu;
        _seen.Value = rcu.Period;
    }

    internal long Seen => Volatile.Read(ref _seen.Value);

    internal bool IsGone => Seen == Gone;

    /// <summary>Declares that the thread uses no earlier result (<c>rcu_quiescent_state</c>). Grace periods wait for this
    /// declaration.</summary>
    /// <remarks>No further barrier is needed. The store is a release: a writer that sees the stored value knows that the earlier lookups
    /// are done. The read of the period is an acquire: later lookups cannot find an object that was removed before the period
    /// began.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void QuiescentState() => Volatile.Write(ref _seen.Value, _rcu.Period);

    /// <summary>Ends the registration. Grace periods no longer wait for the thread.</summary>
    public void Dispose() => Volatile.Write(ref _seen.Value, Gone);

    /// <summary>Keeps the value alone in its cache line and in the line that is prefetched with it, so that readers do not slow each
    /// other.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct OwnLine
    {
        [FieldOffset(128)] public long Value;
    }
}
