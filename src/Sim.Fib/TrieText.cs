// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Text;
using System.Text;
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>/proc/net/fib_trie of one table.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary>
    /// Writes the trie as /proc/net/fib_trie shows it (<c>fib_trie_seq_show</c>), without the table's name: every tnode
    /// with its bits and its full and empty children, every leaf with its routes.
    /// </summary>
    /// <returns>Lines written.</returns>
    public long WriteTrie(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var text = new TrieText(stream);
        var iter = default(TrieIterator);
        for (var n = iter.GetFirst(_trie); n != null; n = iter.GetNext())
        {
            if (n->IsTnode)
                text.Tnode(n, iter.Depth);
            else
                text.Leaf(n, iter.Depth);
        }

        text.Flush();
        return text.Lines;
    }

    /// <summary>Formats into a buffer that goes to the stream when it is nearly full.</summary>
    private sealed class TrieText(Stream stream)
    {
        private const int LongestLine = 512;

        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;

        public long Lines { get; private set; }

        public void Tnode(KeyVector* n, int depth)
        {
            Indent(depth - 1);
            Append("  +-- "u8);
            Address(n->key);
            Append("/"u8);
            Number(KeyLength - n->pos - n->bits);
            Append(" "u8);
            Number(n->bits);
            Append(" "u8);
            Number(TnInfo(n)->full_children);
            Append(" "u8);
            Number(TnInfo(n)->empty_children);
            EndLine();
        }

        public void Leaf(KeyVector* n, int depth)
        {
            Indent(depth);
            Append("  |-- "u8);
            Address(n->key);
            EndLine();
            for (var fa = (FibAlias*)n->leaf; fa != null; fa = FibAlias.Next(fa))
            {
                Indent(depth + 1);
                Append("  /"u8);
                Number(KeyLength - fa->fa_slen);
                Append(" "u8);
                Append(Scope(fa->fa_info->fib_scope));
                Append(" "u8);
                Append(TypeName(fa->fa_type));
                if (fa->fa_dscp != 0)
                {
                    Append(" tos="u8);
                    Number(fa->fa_dscp);
                }

                EndLine();
            }
        }

        public void Flush()
        {
            stream.Write(_buffer, 0, _used);
            _used = 0;
        }

        /// <summary><c>rtn_scope</c>.</summary>
        private static string Scope(byte scope) => (RouteScope)scope switch
        {
            RouteScope.Universe => "universe",
            RouteScope.Site => "site",
            RouteScope.Link => "link",
            RouteScope.Host => "host",
            RouteScope.Nowhere => "nowhere",
            _ => $"scope={scope}",
        };

        /// <summary><c>rtn_type</c>.</summary>
        private static string TypeName(byte type) =>
            type == (byte)RouteType.Unicast ? "UNICAST"
            : type <= (byte)RouteType.XResolve ? ((RouteType)type).ToString().ToUpperInvariant()
            : $"type {type}";

        /// <summary><c>seq_indent</c>.</summary>
        private void Indent(int levels)
        {
            for (var i = 0; i < levels; i++)
                Append("   "u8);
        }

        private void Address(uint key)
        {
            Number((byte)(key >> 24));
            Append("."u8);
            Number((byte)(key >> 16));
            Append("."u8);
            Number((byte)(key >> 8));
            Append("."u8);
            Number((byte)key);
        }

        private void Number(long value)
        {
            Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out var written);
            _used += written;
        }

        private void Append(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_buffer.AsSpan(_used));
            _used += text.Length;
        }

        private void Append(string text) => _used += Encoding.ASCII.GetBytes(text, _buffer.AsSpan(_used));

        private void EndLine()
        {
            Append("\n"u8);
            Lines++;
            if (_used > _buffer.Length - LongestLine)
                Flush();
        }
    }
}
