// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>Numbers of peers, from 1, for structures that store a number of 4 bytes instead of a pointer of 8. A peer gets its number when
/// it gets its first prefix.</summary>
/// <remarks>The array has 8 bytes for each number: the peer's address, or the link of the list of free numbers. Readers need no lock. A
/// full array is copied into one of twice the size. A number is free again after a grace period, when no reader can hold it.</remarks>
public sealed unsafe class PeerNumbers(KernelMemory memory) : IRcuReclaimer, IDisposable
{
    /// <summary>The tag of a number in <see cref="IRcuReclaimer.Reclaim"/>. Other tags are sizes of arrays.</summary>
    private const int NumberTag = 0;

    private const uint LeastCapacity = 64;

    /// <summary>The array, as a number because pointers cannot be volatile.</summary>
    private nint _peers;
    private uint _capacity, _used = 1, _free;

    public KernelMemory Memory { get; } = memory;

    /// <summary>Returns the peer that a structure stores as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public wg_peer* PeerOf(uint number) => (wg_peer*)((nint*)Volatile.Read(ref _peers))[number];

    /// <summary>The slot of a number in the array.</summary>
    public nint* SlotOf(uint number) => (nint*)_peers + number;

    /// <summary>Returns the number of a peer. The first call gives the peer a number.</summary>
    public uint Of(wg_peer* peer)
    {
        if (peer->what_if.number != 0)
            return peer->what_if.number;
        var number = _free;
        if (number != 0)
            _free = (uint)*SlotOf(number);
        else
            number = _used++;
        if (number >= _capacity)
            Grow();
        Volatile.Write(ref *SlotOf(number), (nint)peer);
        return peer->what_if.number = number;
    }

    /// <summary>Gives back the number of a peer that has no prefix left.</summary>
    public void Release(wg_peer* peer)
    {
        if (peer->what_if.number != 0)
            Memory.Rcu.Call(this, (nint)peer->what_if.number, NumberTag);
        peer->what_if.number = 0;
    }

    void IRcuReclaimer.Reclaim(nint obj, int tag)
    {
        if (tag != NumberTag)
        {
            Memory.Kvfree((void*)obj, tag);
            return;
        }

        *SlotOf((uint)obj) = (nint)_free;
        _free = (uint)obj;
    }

    public void Dispose()
    {
        Memory.Kvfree((void*)_peers, Bytes(_capacity));
        _peers = 0;
    }

    private void Grow()
    {
        var (old, capacity) = (_peers, Math.Max(LeastCapacity, 2 * _capacity));
        var larger = (nint*)Memory.Kvzalloc(Bytes(capacity));
        new ReadOnlySpan<nint>((void*)old, (int)_capacity).CopyTo(new(larger, (int)capacity));
        Volatile.Write(ref _peers, (nint)larger);
        if (old != 0)
            Memory.Rcu.Call(this, old, Bytes(_capacity));
        _capacity = capacity;
    }

    private static int Bytes(uint capacity) => (int)capacity * sizeof(nint);
}
