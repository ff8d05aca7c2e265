// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;

namespace Sim.Fib;

/// <summary>Finds a fib_info that equals a request, with the hash of net/ipv4/fib_semantics.c.</summary>
/// <remarks><code>
///   value  = nhs ^ protocol &lt;&lt; 8 ^ scope ^ prefsrc ^ priority ^ oif of each nexthop        or the id of a nexthop object
///   6.12     oif and id hashed to 8 bits first; bucket = the low bits of value ^ value &gt;&gt; 7 ^ value &gt;&gt; 12
///   7.3      bucket = the high bits of (value ^ hash mix of the namespace) * golden ratio
/// </code>
/// The hash covers neither the gateway nor the encapsulation, which name the peer. So the fib_infos of all peers of one device share a
/// bucket, and each new route searches this bucket. <see cref="HashesHops"/> adds both to the hash. With N nexthop objects, a chain has
/// N/256 entries in 6.12, even if the hash grows, and about 1 entry in 7.3.</remarks>
public sealed unsafe partial class FibNet
{
    private const int DevIndexHashBits = 8;
    private const uint FirstInfoHashSize = 16;

    private HlistNode** _infoHash, _infoLaddrHash;
    private uint _infoHashSize, _infoCount;

    /// <summary>The number of fib_infos in use (<c>fib_info_cnt</c>).</summary>
    public int InfoCount => (int)_infoCount;

    /// <summary><c>net_hash_mix</c>: a random number of the namespace. The hash of every fib_info in 7.3 covers this number. The number
    /// only decides the bucket, so the default 0 is as good as any other value.</summary>
    public uint HashMix { get; init; }

    /// <summary>The number of buckets of the fib_info hash (<c>fib_info_hash_size</c>). The hash doubles when there are as many fib_infos
    /// as buckets.</summary>
    public int InfoHashSize => (int)_infoHashSize;

    /// <summary>The number of fib_infos that <c>fib_find_info</c> and <c>fib_find_info_nh</c> have compared.</summary>
    public long InfosWalked { get; private set; }

    /// <summary><c>hash_32</c> (include/linux/hash.h).</summary>
    private static uint Hash32(uint value, int bits) => value * 0x61C88647u >> (32 - bits);

    /// <summary>Returns the bits of an interface index or object id that enter the hash: 8 hashed bits in 6.12, all bits in 7.3.</summary>
    private uint IndexHash(uint value) => Follows6_12 ? Hash32(value, DevIndexHashBits) : value;

    /// <summary><c>fib_info_hashfn_1</c>.</summary>
    private static uint InfoHash1(uint init, byte protocol, byte scope, uint prefsrc, uint priority) =>
        init ^ ((uint)protocol << 8 | scope) ^ NetworkOrder(prefsrc) ^ priority;

    /// <summary><c>fib_info_hashfn_result</c>.</summary>
    private uint InfoHashResult(uint value) => Follows6_12
        ? (value ^ (value >> 7) ^ (value >> 12)) & (_infoHashSize - 1)
        : Hash32(value ^ HashMix, BitOperations.Log2(_infoHashSize));

    /// <summary>Converts prefsrc to network order, because the kernel hashes prefsrc in network order.</summary>
    private static uint NetworkOrder(uint address) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address);

    /// <summary><c>fib_info_hashfn</c>; in 7.3 <c>fib_info_hash_bucket</c>.</summary>
    private uint InfoHash(FibInfo* fi)
    {
        var value = InfoHash1((uint)fi->fib_nhs, fi->fib_protocol, fi->fib_scope, fi->fib_prefsrc, fi->fib_priority);
        if (fi->nh != null)
        {
            value ^= IndexHash(fi->nh->id);
        }
        else
        {
            for (var i = 0; i < fi->fib_nhs; i++)
            {
                var nhc = &FibInfo.Nh(fi, i)->nh_common;
                value ^= IndexHash((uint)nhc->nhc_oif);
                // Added, as two hops may have the same.
                if (HashesHops)
                    value += NhHash(nhc);
            }
        }

        return InfoHashResult(value);
    }

    /// <summary><c>fib_nh_hash</c> of kernel-patch/series-fixes/0001: hashes what tells the nexthops of one device apart. The kernel uses
    /// jhash for gateways. A multiplication spreads them as well.</summary>
    private static uint NhHash(FibNhCommon* nhc)
    {
        var bits = nhc->nhc_gw_first ^ nhc->nhc_gw_second;
        var gateway = ((uint)bits ^ (uint)(bits >> 32)) * 0x9E3779B1u;
        return nhc->nhc_lwtstate == null ? gateway : gateway + nhc->nhc_lwtstate->hash;
    }

    /// <summary><c>fib_find_info_nh</c>: finds the fib_info of a request that names a nexthop object.</summary>
    private FibInfo* FindInfoNh(in FibConfig cfg, uint table)
    {
        if (_infoHashSize == 0)
            return null;
        var hash = InfoHashResult(InfoHash1(
            IndexHash(cfg.NhId), cfg.Protocol, (byte)cfg.Scope, cfg.PrefSrc, cfg.Priority));
        for (var fi = (FibInfo*)_infoHash[hash]; fi != null; fi = (FibInfo*)fi->fib_hash.next)
        {
            InfosWalked++;
            if (fi->nh == null || fi->nh->id != cfg.NhId)
                continue;
            if (cfg.Protocol == fi->fib_protocol && (byte)cfg.Scope == fi->fib_scope &&
                cfg.PrefSrc == fi->fib_prefsrc && cfg.Priority == fi->fib_priority &&
                (byte)cfg.Type == fi->fib_type && table == fi->fib_tb_id &&
                ((cfg.Flags ^ fi->fib_flags) & ~RtnhFlags.CompareMask) == 0)
                return fi;
        }

        return null;
    }

    /// <summary><c>fib_find_info</c>: finds an existing fib_info that equals a new one.</summary>
    private FibInfo* FindInfo(FibInfo* nfi)
    {
        for (var fi = (FibInfo*)_infoHash[InfoHash(nfi)]; fi != null; fi = (FibInfo*)fi->fib_hash.next)
        {
            InfosWalked++;
            if (fi->fib_nhs != nfi->fib_nhs)
                continue;
            if (nfi->fib_protocol == fi->fib_protocol && nfi->fib_scope == fi->fib_scope &&
                nfi->fib_prefsrc == fi->fib_prefsrc && nfi->fib_priority == fi->fib_priority &&
                nfi->fib_type == fi->fib_type && nfi->fib_tb_id == fi->fib_tb_id &&
                ((nfi->fib_flags ^ fi->fib_flags) & ~RtnhFlags.CompareMask) == 0 && SameNexthops(fi, nfi))
                return fi;
        }

        return null;
    }

    /// <summary><c>nh_comp</c> == 0: returns whether two fib_infos have the same nexthop object, or the same nexthops in the same
    /// order.</summary>
    private static bool SameNexthops(FibInfo* fi, FibInfo* ofi)
    {
        if (fi->nh != null || ofi->nh != null)
            return fi->nh == ofi->nh;
        for (var i = 0; i < ofi->fib_nhs; i++)
        {
            var nh = &FibInfo.Nh(fi, i)->nh_common;
            var onh = &FibInfo.Nh(ofi, i)->nh_common;
            if (nh->nhc_oif != onh->nhc_oif || nh->nhc_gw_family != onh->nhc_gw_family ||
                nh->nhc_scope != onh->nhc_scope || nh->nhc_weight != onh->nhc_weight ||
                !PeerStates.Same(nh->nhc_lwtstate, onh->nhc_lwtstate) ||
                ((uint)(nh->nhc_flags ^ onh->nhc_flags) & ~(uint)RtnhFlags.CompareMask) != 0)
                return false;
            if (nh->nhc_gw_first != onh->nhc_gw_first || nh->nhc_gw_second != onh->nhc_gw_second)
                return false;
        }

        return true;
    }

    /// <summary><c>fib_info_hash_grow</c> (7.3), a part of <c>fib_create_info</c> in 6.12: doubles the number of buckets. The hash begins
    /// with 16 buckets.</summary>
    private void GrowInfoHash()
    {
        if (_infoCount < _infoHashSize)
            return;
        var size = _infoHashSize == 0 ? FirstInfoHashSize : _infoHashSize << 1;
        AllocInfoHash(size, out var hash, out var laddrHash);
        InfoHashMove(hash, laddrHash, size);
    }

    /// <summary>Allocates two arrays of buckets: one by hash value, one by source address. 6.12 makes two allocations at the machine's
    /// first route. 7.3 makes one allocation for both arrays when a namespace starts (<c>fib_info_hash_alloc</c>).</summary>
    private void AllocInfoHash(uint size, out HlistNode** hash, out HlistNode** laddrHash)
    {
        hash = (HlistNode**)Memory.Kvzalloc(size * (Follows6_12 ? 8L : 16L));
        laddrHash = Follows6_12 ? (HlistNode**)Memory.Kvzalloc(size * 8L) : hash + size;
    }

    private void FreeInfoHash(HlistNode** hash, HlistNode** laddrHash, uint size)
    {
        Memory.Kvfree(hash, size * (Follows6_12 ? 8L : 16L));
        if (Follows6_12)
            Memory.Kvfree(laddrHash, size * 8L);
    }

    /// <summary><c>fib_info_hash_move</c>.</summary>
    private void InfoHashMove(HlistNode** newHash, HlistNode** newLaddrHash, uint newSize)
    {
        var (oldHash, oldLaddrHash, oldSize) = ((nint)_infoHash, (nint)_infoLaddrHash, _infoHashSize);
        _infoHashSize = newSize;
        for (var i = 0u; i < oldSize; i++)
        {
            HlistNode* next;
            for (var n = ((HlistNode**)oldHash)[i]; n != null; n = next)
            {
                next = n->next;
                Hlist.AddHead(n, &newHash[InfoHash((FibInfo*)n)]);
            }

            for (var n = ((HlistNode**)oldLaddrHash)[i]; n != null; n = next)
            {
                next = n->next;
                Hlist.AddHead(n, &newLaddrHash[LaddrHash(OfLhash(n)->fib_prefsrc)]);
            }
        }

        _infoHash = newHash;
        _infoLaddrHash = newLaddrHash;
        FreeInfoHash((HlistNode**)oldHash, (HlistNode**)oldLaddrHash, oldSize);
    }

    /// <summary><c>fib_info_laddrhash_bucket</c>.</summary>
    private uint LaddrHash(uint prefsrc) => Hash32(NetworkOrder(prefsrc) ^ HashMix, BitOperations.Log2(_infoHashSize));

    private static FibInfo* OfLhash(HlistNode* n) => (FibInfo*)((byte*)n - sizeof(HlistNode));

    private void FreeInfoHash()
    {
        FreeInfoHash(_infoHash, _infoLaddrHash, _infoHashSize);
        _infoHash = _infoLaddrHash = null;
        _infoHashSize = 0;
    }
}
