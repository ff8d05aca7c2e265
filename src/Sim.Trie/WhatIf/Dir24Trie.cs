// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>DIR-24-8 (P. Gupta, S. Lin and N. McKeown, "Routing Lookups in Hardware at Memory Access Speeds", INFOCOM 1998), with the
/// prefix length in each entry as DPDK's librte_lpm has it. IPv4 alone. Written for this project.</summary>
/// <remarks><para>The first 24 bits of an address are an index into an array of 2^24 entries. If a prefix of more than 24 bits begins with
/// them, the entry names a group of 256 entries for the last 8 bits:</para>
/// <code>
///   address   | 24 bits                   | 8 bits |
///               |                           |
///   first     [ e e e e E e e ... ]         |          64 MiB of 4-byte entries, by vmalloc_huge
///                       |                   |
///   groups              +------> [ e e e e e e e e ... 256 ]    1 KiB each, in one array that doubles
///
///   e   | 0 | length: 6 bits | peer's number: 25 bits |    the longest prefix that contains these addresses; 0: none
///   E   | 1 | number of the group                     |
/// </code>
/// <para>A lookup reads one entry or two. A prefix of L bits is expanded into 2^(24-L) entries, or into 2^(32-L) entries of a group. An
/// insertion overwrites the entries whose prefixes are not longer. A removal overwrites the entries of its own length with the prefix that
/// covers it. For the writer, a <see cref="MultibitTrie{TAddress}"/> holds the prefixes, and finds the covering one.</para>
/// <para>Readers need no lock, because each entry is one word: a lookup gets the old answer of its address or the new one. A group is filled
/// before an entry names it. A group that holds no longer prefixes any more is reused after a grace period.</para></remarks>
public sealed unsafe class Dir24Trie : PeerTrie<Address32>
{
    private const int FirstBits = 24, Entries = 1 << FirstBits, GroupEntries = 256, LengthShift = 25;
    private const uint Extended = 1u << 31, NumberMask = (1u << LengthShift) - 1;
    private const int GroupTag = 0, LeastGroups = 64;

    private readonly PeerNumbers _numbers;
    private readonly MultibitTrie<Address32> _prefixes;
    private readonly uint* _first;

    /// <summary>The array of groups, as a number because pointers cannot be volatile.</summary>
    private nint _groups;
    private uint _capacity, _inUse, _made, _freeGroup;

    public Dir24Trie(PeerNumbers numbers) : base(numbers.Memory)
    {
        _numbers = numbers;
        _prefixes = new(numbers);
        _first = (uint*)Memory.VzallocHuge((long)Entries * sizeof(uint));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override wg_peer* Find(Address32 address)
    {
        var reads = default(NoReads);
        return Find(address, ref reads);
    }

    public override wg_peer* Trace(Address32 address, ref CountedReads reads) => Find(address, ref reads);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private wg_peer* Find<TReads>(Address32 address, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        var at = _first + (address.Value >> 8);
        reads.Node();
        reads.Read(at, sizeof(uint));
        var entry = Volatile.Read(ref *at);
        if ((entry & Extended) != 0)
        {
            at = Group((nint)Volatile.Read(ref _groups), entry) + (byte)address.Value;
            reads.Node();
            reads.Read(at, sizeof(uint));
            entry = Volatile.Read(ref *at);
        }

        if (entry == 0)
            return null;
        reads.Read(_numbers.SlotOf(entry & NumberMask), sizeof(nint));
        return _numbers.PeerOf(entry & NumberMask);
    }

    public override wg_peer* Set(StoredPrefix<Address32> prefix, wg_peer* peer)
    {
        var before = _prefixes.Set(prefix, peer);
        if (before != peer)
            Write(prefix, new(prefix.Length, isOwn: false, Entry(prefix.Length, peer)));
        return before;
    }

    public override bool Clear(StoredPrefix<Address32> prefix, wg_peer* peer)
    {
        if (!_prefixes.Clear(prefix, peer))
            return false;
        Uncover(prefix);
        return true;
    }

    internal override void ClearAll(PrefixSet<Address32> prefixes, wg_peer* peer)
    {
        _prefixes.ClearAll(prefixes, peer);
        for (var more = prefixes.TryFirst(out var prefix); more; more = prefixes.TryNext(prefix, out prefix))
            Uncover(prefix);
    }

    public override wg_peer* Covering(Address32 address, int longest, out int length) => _prefixes.Covering(address, longest, out length);

    public override void Visit(PrefixVisitor visit) => _prefixes.Visit(visit);

    /// <summary>Counts the first array and the groups as nodes.</summary>
    public override PeerTrieShape Shape()
    {
        var (shape, longer) = (_prefixes.Shape(), 0L);
        _prefixes.Visit((prefix, _) => longer += prefix.Length > FirstBits ? 1 : 0);
        return new(1 + _inUse, shape.Prefixes, longer > 0 ? 2 : 1, shape.Prefixes + longer);
    }

    public override void Reclaim(nint obj, int tag)
    {
        if (tag != GroupTag)
        {
            base.Reclaim(obj, tag);
            return;
        }

        *Group(_groups, (uint)obj) = _freeGroup;
        _freeGroup = (uint)obj;
        if (--_inUse > 0)
            return;
        Memory.Kvfree((void*)_groups, Bytes(_capacity));
        (_groups, _capacity, _made, _freeGroup) = (0, 0, 0, 0);
    }

    public override void Dispose()
    {
        _prefixes.Dispose();
        Memory.Kvfree((void*)_groups, Bytes(_capacity));
        Memory.Vfree(_first);
    }

    /// <summary>The read side for callers that are generic over the structure.</summary>
    public readonly struct Reader : IPeerReader<Reader, Address32>
    {
        private readonly Dir24Trie _trie;

        private Reader(Dir24Trie trie) => _trie = trie;

        public static Reader Of(PeerTrie<Address32> trie) => new((Dir24Trie)trie);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public wg_peer* Find(Address32 address) => _trie.Find(address);
    }

    /// <summary>A write of one entry over those that it may replace: of the same length in a removal (<c>isOwn</c>), of at most this length
    /// in an insertion.</summary>
    private readonly struct Replacement(int length, bool isOwn, uint entry)
    {
        public uint Entry { get; } = entry;

        public void Write(uint* at, int count)
        {
            for (var i = 0; i < count; i++)
            {
                if ((at[i] & Extended) == 0 && Fits(at[i]))
                    Volatile.Write(ref at[i], Entry);
            }
        }

        private bool Fits(uint old) => isOwn ? old != 0 && LengthOf(old) == length : LengthOf(old) <= length;
    }

    /// <summary>Replaces the entries of a prefix that was removed by those of the prefix that covers it.</summary>
    private void Uncover(StoredPrefix<Address32> prefix)
    {
        var covering = _prefixes.Covering(prefix.Address, prefix.Length, out var length);
        Write(prefix, new(prefix.Length, isOwn: true, covering == null ? 0 : Entry(length, covering)));
    }

    private void Write(StoredPrefix<Address32> prefix, Replacement replacement)
    {
        var first = _first + (prefix.Address.Value >> 8);
        if (prefix.Length > FirstBits)
        {
            WriteGroup(first, prefix, replacement);
            return;
        }

        var count = 1 << (FirstBits - prefix.Length);
        replacement.Write(first, count);
        if (_inUse == 0)
            return;
        for (var i = 0; i < count; i++)
        {
            if ((first[i] & Extended) != 0)
                replacement.Write(Group(_groups, first[i]), GroupEntries);
        }
    }

    private void WriteGroup(uint* first, StoredPrefix<Address32> prefix, Replacement replacement)
    {
        var before = *first;
        var named = (before & Extended) != 0 ? before : Extended | NewGroup();
        var group = Group(_groups, named);
        if (named != before)
            new Span<uint>(group, GroupEntries).Fill(before);
        replacement.Write(group + (byte)prefix.Address.Value, 1 << (32 - prefix.Length));
        if (!HasOwn(group))
        {
            Volatile.Write(ref *first, *group);
            Memory.Rcu.Call(this, (nint)(named & ~Extended), GroupTag);
        }
        else if (named != before)
        {
            Volatile.Write(ref *first, named);
        }
    }

    /// <summary>Whether a group has an entry of a prefix of more than 24 bits. If not, all its entries are the same.</summary>
    private static bool HasOwn(uint* group)
    {
        for (var i = 0; i < GroupEntries; i++)
        {
            if (LengthOf(group[i]) > FirstBits)
                return true;
        }

        return false;
    }

    /// <summary>Takes a free group. A full array is copied into one of twice the size.</summary>
    private uint NewGroup()
    {
        _inUse++;
        if (_freeGroup != 0)
        {
            var group = _freeGroup;
            _freeGroup = *Group(_groups, group);
            return group;
        }

        if (++_made >= _capacity)
            Grow();
        return _made;
    }

    private void Grow()
    {
        var (old, capacity) = (_groups, Math.Max(LeastGroups, 2 * _capacity));
        var larger = (nint)Memory.Kvzalloc(Bytes(capacity));
        Buffer.MemoryCopy((void*)old, (void*)larger, Bytes(capacity), Bytes(_capacity));
        Volatile.Write(ref _groups, larger);
        if (old != 0)
            Retire((void*)old, Bytes(_capacity));
        _capacity = capacity;
    }

    private uint Entry(int length, wg_peer* peer) => (uint)length << LengthShift | _numbers.Of(peer);

    private static int LengthOf(uint entry) => (int)(entry >> LengthShift);

    private static uint* Group(nint groups, uint named) => (uint*)groups + (nint)(named & ~Extended) * GroupEntries;

    private static int Bytes(uint groups) => (int)groups * GroupEntries * sizeof(uint);
}
