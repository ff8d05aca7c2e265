// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>
/// Stores a set of prefixes in few bytes: the binary trie of the set, walked depth first, each node's shape
/// (see <see cref="TrieShape"/>) as up to four yes/no answers, arithmetically coded under a model that adapts to the
/// node's surroundings. Real tables are regular enough that an IPv4 prefix takes 2.6 bits, an IPv6 prefix 3.9.
/// <code>
///   file    "SIMT" | version 1 | family 4 or 6 | number of prefixes, u32 | coded bytes, u32 | coded bytes
///   answers prefix?   leaf? (asked of a prefix)   both children? (of no leaf)   right child? (of one child)
/// </code>
/// Numbers are big-endian. A walk from left to right meets the prefixes in ascending (address, length).
/// </summary>
public static class EmbeddedTableCodec
{
    private const uint Magic = 0x53494D54;
    private const byte Version = 1;
    private const int HeaderLength = 14;

    /// <summary>Largest table that <see cref="Decode"/> takes: bounds what a damaged header can ask for.</summary>
    public const int MaxPrefixes = 1 << 24;

    /// <summary>Codes prefixes of one family; their order and repetitions are not kept.</summary>
    /// <exception cref="ArgumentException">A prefix is of the other family.</exception>
    public static byte[] Encode(Family family, IEnumerable<Prefix> prefixes)
    {
        var sorted = prefixes.Distinct().ToArray();
        if (Array.Exists(sorted, prefix => prefix.Family != family))
            throw new ArgumentException($"a prefix is not IPv{(int)family}", nameof(prefixes));
        Array.Sort(sorted);
        var coded = sorted.Length == 0 ? [] : new TrieEncoder(family, sorted).Run();
        var file = new byte[HeaderLength + coded.Length];
        BinaryPrimitives.WriteUInt32BigEndian(file, Magic);
        file[4] = Version;
        file[5] = (byte)family;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(6), sorted.Length);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(10), coded.Length);
        coded.CopyTo(file, HeaderLength);
        return file;
    }

    /// <summary>The prefixes of a coded table in ascending (address, length).</summary>
    /// <param name="file">What <see cref="Encode"/> returned.</param>
    /// <param name="family">The family of the prefixes.</param>
    /// <exception cref="InvalidDataException">These bytes are not a coded table, or are damaged.</exception>
    public static Prefix[] Decode(ReadOnlySpan<byte> file, out Family family)
    {
        if (file.Length < HeaderLength || BinaryPrimitives.ReadUInt32BigEndian(file) != Magic || file[4] != Version)
            throw new InvalidDataException("not a coded table of version 1");
        family = (Family)file[5];
        var count = BinaryPrimitives.ReadUInt32BigEndian(file[6..]);
        var coded = file[HeaderLength..];
        if (family is not (Family.IPv4 or Family.IPv6) || count > MaxPrefixes
            || BinaryPrimitives.ReadUInt32BigEndian(file[10..]) != (uint)coded.Length)
        {
            throw new InvalidDataException("the header of the coded table is damaged, or the table is cut off");
        }

        return count == 0 ? [] : new TrieDecoder(family, (int)count, coded).Run();
    }

    /// <summary>The questions of a node and the models that answer them, shared by both directions.</summary>
    private readonly struct Models(int bits)
    {
        public readonly BitModel[] IsPrefix = BitModel.Fresh(TrieShape.Contexts(bits));
        public readonly BitModel[] IsLeaf = BitModel.Fresh(TrieShape.Contexts(bits));
        public readonly BitModel[] HasBoth = BitModel.Fresh(TrieShape.Contexts(bits) * 2);
        public readonly BitModel[] IsRight = BitModel.Fresh(TrieShape.Contexts(bits) * 2);
    }

    private sealed class TrieEncoder(Family family, Prefix[] sorted) : TrieWalk(family, sorted)
    {
        private readonly Models _models = new(family.Bits());
        private readonly RangeEncoder _coder = new();

        public byte[] Run()
        {
            WalkAll();
            return _coder.Finish();
        }

        protected override void Visit(ReadOnlySpan<Prefix> prefixes, int depth, int cover, int sibling, int shape)
        {
            // A node of full depth exists only to be a prefix and has no children: nothing to say.
            if (depth == Bits)
                return;
            var context = TrieShape.Context(depth, cover, sibling);
            var isPrefix = (shape & TrieShape.Prefix) != 0;
            var children = shape & TrieShape.Both;
            _coder.Encode(ref _models.IsPrefix[context], isPrefix);
            if (isPrefix)
            {
                _coder.Encode(ref _models.IsLeaf[context], children == 0);
                if (children == 0)
                    return;
            }

            context = context * 2 + (shape & TrieShape.Prefix);
            _coder.Encode(ref _models.HasBoth[context], children == TrieShape.Both);
            if (children != TrieShape.Both)
                _coder.Encode(ref _models.IsRight[context], children == TrieShape.Right);
        }
    }

    private ref struct TrieDecoder(Family family, int count, ReadOnlySpan<byte> coded)
    {
        private readonly int _bits = family.Bits();
        private readonly Models _models = new(family.Bits());
        private Prefix[] _prefixes = new Prefix[Math.Min(count, 1 << 16)];
        private RangeDecoder _coder = new(coded);
        private int _found;

        public Prefix[] Run()
        {
            Node(0, 0, -1, TrieShape.Alone);
            if (_found != count)
                throw new InvalidDataException($"the coded table is damaged: {_found} prefixes, not {count}");
            Array.Resize(ref _prefixes, count);
            return _prefixes;
        }

        /// <summary>
        /// Reads one subtrie. Terminates on any input: every node without a prefix has a child, so every path yields
        /// a prefix, and there may not be more of those than the header says.
        /// </summary>
        private int Node(UInt128 address, int depth, int cover, int sibling)
        {
            var shape = depth < _bits ? Shape(TrieShape.Context(depth, cover, sibling)) : TrieShape.Prefix;
            if ((shape & TrieShape.Prefix) != 0)
            {
                if (_found == count || _coder.Overrun > 0)
                    throw new InvalidDataException($"the coded table is damaged: it does not end after {_found} prefixes");
                if (_found == _prefixes.Length)
                    Array.Resize(ref _prefixes, _found * 2);
                _prefixes[_found++] = new Prefix(family, address, depth);
                cover = depth;
            }

            var left = TrieShape.Alone;
            if ((shape & TrieShape.Left) != 0)
            {
                var both = (shape & TrieShape.Right) != 0;
                left = Node(address, depth + 1, cover, both ? TrieShape.SiblingToCome : TrieShape.Alone);
            }

            if ((shape & TrieShape.Right) != 0)
                Node(address | UInt128.One << (127 - depth), depth + 1, cover, left);
            return shape;
        }

        private int Shape(int context)
        {
            var isPrefix = _coder.Decode(ref _models.IsPrefix[context]) ? TrieShape.Prefix : 0;
            if (isPrefix != 0 && _coder.Decode(ref _models.IsLeaf[context]))
                return TrieShape.Prefix;
            context = context * 2 + isPrefix;
            if (_coder.Decode(ref _models.HasBoth[context]))
                return isPrefix | TrieShape.Both;
            return isPrefix | (_coder.Decode(ref _models.IsRight[context]) ? TrieShape.Right : TrieShape.Left);
        }
    }
}
