// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>A growing list of distinct prefixes: an open-addressed hash index (linear probing, at most half full) over an array in order of
/// arrival. The set is twice as fast as a HashSet for prefixes, and already has its prefixes in an array.</summary>
internal sealed class PrefixSet
{
    private Prefix[] _items;
    private int[] _slots;
    private int _shift;

    public PrefixSet(int expected = 1024)
    {
        _items = new Prefix[Math.Max(16, expected)];
        _slots = NewSlots();
    }

    public int Count { get; private set; }
    public Prefix this[int index] => _items[index];
    public ReadOnlySpan<Prefix> Items => _items.AsSpan(0, Count);

    /// <summary>Adds a prefix. Returns false if the set has it already.</summary>
    public bool Add(Prefix prefix)
    {
        if (Count == _items.Length)
            Grow();
        var slot = FindSlot(prefix);
        if (_slots[slot] != 0)
            return false;
        _items[Count++] = prefix;
        _slots[slot] = Count;
        return true;
    }

    /// <summary>Returns the slot that holds the prefix's index + 1. If the set lacks the prefix, returns the free slot (0) for the
    /// prefix.</summary>
    private int FindSlot(Prefix prefix)
    {
        var mask = _slots.Length - 1;
        // The highest bits of the product depend on every bit of the prefix; its low ones would not, since the low bits of most
        // addresses are zero.
        var high = (ulong)(prefix.Address >> 64) ^ ((ulong)prefix.Address * 0x9E3779B97F4A7C15) ^ prefix.Length;
        var slot = (int)((high * 0xD6E8FEB86659FD93) >> _shift);
        while (_slots[slot] != 0 && _items[_slots[slot] - 1] != prefix)
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        Array.Resize(ref _items, _items.Length * 2);
        _slots = NewSlots();
        for (var i = 0; i < Count; i++)
            _slots[FindSlot(_items[i])] = i + 1;
    }

    private int[] NewSlots()
    {
        var bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)_items.Length)) + 1;
        _shift = 64 - bits;
        return new int[1 << bits];
    }
}
