// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Hands a trace's changes over in batches, like a daemon that waits for more changes. A window opens with a change and closes a
/// fixed time later. All changes within the window form one batch.
/// <code>
///   changes    a b a     c          a  A to B, b  none to A, a  B to A: nothing is left of a
///   windows   |--------||--------|
///   batches            {b}       {c}
/// </code>
/// The changes of one prefix within a window collapse into one change, from the first change's old peer to the last change's new peer. If
/// these two peers are the same, the prefix drops out. A window of 0 hands over each change alone. The changes of a batch are in the order
/// of each prefix's first change. Memory: one entry for each prefix that changes within a window.</summary>
public sealed class Coalescer
{
    private readonly IEnumerator<BindingChange> _changes;
    private readonly long _window;
    private readonly Dictionary<Prefix, int> _places = [];
    private readonly List<BindingChange> _batch = [];
    private bool _hasAhead;

    /// <summary>Reads changes in ascending time. The window is in microseconds.</summary>
    public Coalescer(IEnumerable<BindingChange> changes, long window)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        _changes = changes.GetEnumerator();
        _window = window;
        _hasAhead = _changes.MoveNext();
    }

    /// <summary>The window's collapsed changes, one per prefix; may be empty. The span is valid until the next call of
    /// <see cref="Next"/>.</summary>
    public ReadOnlySpan<BindingChange> Batch => CollectionsMarshal.AsSpan(_batch);

    /// <summary>The number of the window's changes before collapsing.</summary>
    public int Taken { get; private set; }

    /// <summary>The time of the window's first change, in microseconds.</summary>
    public long Opened { get; private set; }

    /// <summary>The time at which the batch is handed over, in microseconds.</summary>
    public long Due => Opened + _window;

    /// <summary>Moves to the next window. Returns false if no changes are left.</summary>
    public bool Next()
    {
        _batch.Clear();
        Taken = 0;
        if (!_hasAhead)
            return false;
        Opened = _changes.Current.Time;
        if (_window == 0)
        {
            _batch.Add(_changes.Current);
            Taken = 1;
            _hasAhead = _changes.MoveNext();
            return true;
        }

        _places.Clear();
        while (_hasAhead && _changes.Current.Time < Due)
            Take();
        _batch.RemoveAll(static change => change.OldPeer == change.NewPeer);
        return true;
    }

    private void Take()
    {
        var change = _changes.Current;
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, change.Prefix, out var known);
        if (known)
        {
            _batch[place] = _batch[place] with { NewPeer = change.NewPeer };
        }
        else
        {
            place = _batch.Count;
            _batch.Add(change);
        }

        Taken++;
        _hasAhead = _changes.MoveNext();
    }
}
