// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// One of a block's two to six prefix codes: canonical, 1 to 20 bits. Codes of up to <see cref="FastBits"/> bits are
/// found by one look-up, longer ones by comparing with the last code of each length.
/// </summary>
internal sealed class Bzip2Huffman
{
    public const int MaxBits = 20;
    private const int FastBits = 10;

    // symbol << 5 | length, or 0 where the code is longer.
    private readonly ushort[] _fast = new ushort[1 << FastBits];
    private readonly int[] _limit = new int[MaxBits + 2];
    private readonly int[] _base = new int[MaxBits + 2];
    private readonly ushort[] _bySymbol = new ushort[258];
    private int _symbols;

    /// <summary>Builds the code from the length of each symbol's code word.</summary>
    public void Build(ReadOnlySpan<byte> lengths)
    {
        Span<int> count = stackalloc int[MaxBits + 2];
        count.Clear();
        foreach (var length in lengths)
            count[length]++;
        Array.Clear(_fast);
        var (code, index) = (0, 0);
        for (var length = 1; length <= MaxBits; length++)
        {
            _base[length] = index - code;
            for (var symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] != length)
                    continue;
                _bySymbol[index++] = (ushort)symbol;
                if (length <= FastBits && code < 1 << length)
                    _fast.AsSpan(code << (FastBits - length), 1 << (FastBits - length)).Fill((ushort)(symbol << 5 | length));
                code++;
            }

            _limit[length] = code;
            code <<= 1;
        }

        _symbols = index;
    }

    /// <summary>The next symbol, or -1 where the bits are no code word.</summary>
    public int Decode(ref BitReader bits)
    {
        bits.Need(MaxBits);
        int entry = _fast[bits.Peek(FastBits)];
        if (entry == 0)
            return DecodeLong(ref bits);
        bits.Skip(entry & 31);
        return entry >> 5;
    }

    private int DecodeLong(ref BitReader bits)
    {
        for (var length = 1; length <= MaxBits; length++)
        {
            var code = (int)bits.Peek(length);
            var index = _base[length] + code;
            if (code >= _limit[length] || index < 0 || index >= _symbols)
                continue;
            bits.Skip(length);
            return _bySymbol[index];
        }

        return -1;
    }
}
