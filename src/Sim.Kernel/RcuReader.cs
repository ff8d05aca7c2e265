// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sim.Kernel;

/// <summary>A thread that looks up while the writer runs, registered by <see cref="Rcu.AddReader"/>.</summary>
/// <remarks>Only that thread may use it. Whatever the thread found in a lookup is good until its next
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

    /// <summary>
    /// Declares that the thread holds nothing it has found (<c>rcu_quiescent_state</c>). Call it often: the writer's grace
    /// periods wait for it.
    /// </summary>
    /// <remarks>
    /// No further barrier is needed. The store is a release: lookups before it are done when it is seen. The read of the
    /// period is an acquire: lookups after it see everything that was taken out before the period began.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void QuiescentState() => Volatile.Write(ref _seen.Value, _rcu.Period);

    /// <summary>Ends the thread's lookups: grace periods no longer wait for it.</summary>
    public void Dispose() => Volatile.Write(ref _seen.Value, Gone);

    /// <summary>Keeps the value alone in its cache line and in the line prefetched with it, so that readers do not slow one
    /// another.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct OwnLine
    {
        [FieldOffset(128)] public long Value;
    }
}
