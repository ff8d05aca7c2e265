// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using static Sim.Fib.KeyVector;

namespace Sim.Fib.Tests;

/// <summary>A fixed sequence of operations, and a digest of everything fib_trie.c decides on the way.</summary>
internal static unsafe class ShapeScript
{
    /// <summary>'+' adds, '-' deletes, 'F' kills the device's infos and flushes.</summary>
    public readonly record struct Op(char Kind, uint Dst, int Length, uint Priority, int Oif);

    /// <summary>Growing, level and shrinking phases of 1,000, in a corner dense enough to make wide nodes.</summary>
    public static IEnumerable<Op> Ops(int count)
    {
        var state = 12345ul;
        for (var step = 0; step < count; step++)
        {
            var share = (step / 1000 % 3) switch { 0 => 85u, 1 => 55u, _ => 20u };
            var kind = step % 700 == 699 ? 'F' : Next() % 100 < share ? '+' : '-';
            var address = Next() % 8 == 0 ? Next() << 20 : 0x0A000000 | (Next() % 1024) << 6;
            var length = Next() % 8 == 0 ? (int)(Next() % 27) : 26;
            var dst = length == 0 ? 0 : address >> (32 - length) << (32 - length);
            yield return new(kind, dst, length, Next() % 4 / 3, 1 + (int)(Next() % 3));
        }

        uint Next()
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (uint)(state >> 33);
        }
    }

    public static int Apply(Op op, FibNet net, FibTable table)
    {
        var config = FibConfig.Add(Prefix.OfV4(op.Dst, op.Length), op.Oif) with { Priority = op.Priority };
        int result;
        switch (op.Kind)
        {
            case '+':
                result = table.Insert(config);
                break;
            case '-':
                result = table.Delete(FibConfig.Delete(Prefix.OfV4(op.Dst, op.Length)));
                break;
            default:
                var deaths = new Deaths(op.Oif);
                table.Visit(ref deaths);
                result = table.Flush();
                break;
        }

        net.Memory.Rcu.GracePeriod();
        return result;
    }

    /// <summary>Keys, bits, suffixes, counts of empty and full children, and the routes of each leaf in order.</summary>
    public static ulong Digest(FibTable table)
    {
        var hash = 0ul;
        Walk(ref hash, GetChild(table.Trie, 0));
        return hash;
    }

    public static void Mix(ref ulong hash, ulong value)
    {
        hash = unchecked((hash ^ value) * 0x9E3779B97F4A7C15ul);
        hash ^= hash >> 29;
    }

    /// <summary>Marks the infos through a device dead, as fib_sync_down_dev does.</summary>
    private readonly struct Deaths(int oif) : IFibTrieVisitor
    {
        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren) { }

        public void Leaf(int depth, uint key, int slen) { }

        public void Route(int length, FibInfo* info)
        {
            if (FibInfo.Nhc(info, 0)->nhc_oif == oif)
                info->fib_flags |= RtnhFlags.Dead;
        }
    }

    private static void Walk(ref ulong hash, KeyVector* n)
    {
        if (n == null)
        {
            Mix(ref hash, 1);
            return;
        }

        Mix(ref hash, n->key);
        Mix(ref hash, n->pos);
        Mix(ref hash, n->bits);
        Mix(ref hash, n->slen);
        if (n->IsLeaf)
        {
            for (var fa = (FibAlias*)n->leaf; fa != null; fa = FibAlias.Next(fa))
            {
                Mix(ref hash, fa->fa_slen);
                Mix(ref hash, fa->fa_dscp);
                Mix(ref hash, fa->fa_type);
                Mix(ref hash, fa->fa_info->fib_priority);
                Mix(ref hash, (ulong)FibInfo.Nhc(fa->fa_info, 0)->nhc_oif);
            }

            return;
        }

        Mix(ref hash, TnInfo(n)->empty_children);
        Mix(ref hash, TnInfo(n)->full_children);
        for (var i = 0ul; i < ChildLength(n); i++)
            Walk(ref hash, GetChild(n, i));
    }
}
