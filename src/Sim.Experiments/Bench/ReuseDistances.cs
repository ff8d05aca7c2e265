// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Counts, for each read of a line, the distinct other lines that were read since the line was read last: the stack distance of R. L.
/// Mattson et al., "Evaluation techniques for storage hierarchies", 1970. A cache that evicts the line read longest ago holds the line if it
/// has more lines than that.</summary>
/// <remarks>A Fenwick tree has a 1 at the time of each line's last read:
/// <code>
///   time    1 2 3 4 5 6
///   line    A B C B A        5: A was read at 1. Since then 1-bits at 3 (C) and 4 (B): distance 2
///   last        1 1 1
/// </code></remarks>
public sealed class ReuseDistances
{
    /// <summary>The distance of a line that was not read before.</summary>
    public const int First = -1;

    private readonly Dictionary<nint, int> _last = [];
    private int[] _tree = new int[1 << 10];
    private int _now;

    /// <summary>Reads a line. Returns its distance.</summary>
    public int Read(nint line)
    {
        if (++_now == _tree.Length)
            Grow();
        ref var last = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_last, line, out var known);
        var distance = First;
        if (known)
        {
            distance = _last.Count - UpTo(last);
            Add(last, -1);
        }

        last = _now;
        Add(_now, 1);
        return distance;
    }

    /// <summary>Doubles the tree. The new node at the old length sums up all times so far, as all new times lie behind it.</summary>
    private void Grow()
    {
        var length = _tree.Length;
        Array.Resize(ref _tree, 2 * length);
        // The last read of every line is at a time before now.
        _tree[length] = _last.Count;
    }

    private void Add(int time, int change)
    {
        for (; time < _tree.Length; time += time & -time)
            _tree[time] += change;
    }

    private int UpTo(int time)
    {
        var sum = 0;
        for (; time > 0; time &= time - 1)
            sum += _tree[time];
        return sum;
    }
}
