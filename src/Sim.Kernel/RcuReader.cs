// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sim.Kernel;

/// <summary>A thread that looks up beside the writer, as <see cref="Rcu"/> knows it; see <see cref="Rcu.AddReader"/>.</summary>
/// <remarks>Of one thread. Whatever it found in a lookup is good until its next <see cref="QuiescentState"/>.</remarks>
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
    /// Says that the thread holds nothing of what it has found (<c>rcu_quiescent_state</c>). To be called often: the
    /// writer's grace periods wait for it.
    /// </summary>
    /// <remarks>
    /// No barrier is needed between the two: lookups before it are done when its store is seen (a release), and lookups
    /// after it see what the period they follow has taken out (an acquire).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void QuiescentState() => Volatile.Write(ref _seen.Value, _rcu.Period);

    /// <summary>The thread looks up no more: nobody waits for it.</summary>
    public void Dispose() => Volatile.Write(ref _seen.Value, Gone);

    /// <summary>A cache line of its own, and the one that is fetched beside it: readers must not slow one another down.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct OwnLine
    {
        [FieldOffset(128)] public long Value;
    }
}
