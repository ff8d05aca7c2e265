// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Workloads.Input;

/// <summary>How decoding a block ended.</summary>
internal enum Bzip2Status
{
    Sound,

    /// <summary>The data ended before the block did: cut off, or split at bits that only look like a magic.</summary>
    NeedsMore,

    Corrupt,

    /// <summary>Sound perhaps, but of a kind that is not decoded here.</summary>
    Unsupported,
}

/// <summary>
/// One bzip2 block: decodes the bits that follow its 48-bit magic and keeps what came out. Reused from block to block,
/// by one thread at a time.
/// <code>
///   crc(32) randomised(1) origin(24) | symbols used(16 + 16 x 16) | codes(3) selectors(15, unary) | code lengths | data
/// </code>
/// The steps backwards: prefix codes, runs of the front symbol (RUNA, RUNB), move-to-front, Burrows-Wheeler, and at
/// last the run-length code of the input, which is undone by <see cref="Bzip2Runs"/> only on delivery: what a block
/// holds is at most 900 kB, but what its runs expand to may be fifty times that.
/// </summary>
internal sealed class Bzip2Block
{
    public const int MagicBits = 48;
    public const string TooLarge = "the bzip2 block is larger than its stream allows";

    // The level of the stream that a block belongs to is known only in order: the largest is allowed for here, and
    // whoever takes the blocks in order holds them to the right one.
    private const int Capacity = 900_000;
    private const int GroupSize = 50;
    private const int MaxSelectors = 32767;

    private readonly Bzip2Huffman[] _codes = [new(), new(), new(), new(), new(), new()];
    private readonly byte[] _selectors = new byte[MaxSelectors];
    private readonly byte[] _front = new byte[256];
    private uint[] _links = [];
    private byte[] _content = [];
    private int _count;
    private int _symbols;
    private int _groups;
    private int _selectorCount;

    /// <summary>The compressed bytes; the block's magic begins in the first of them.</summary>
    public byte[] Data { get; set; } = [];

    public int DataLength { get; set; }

    public Bzip2Status Status { get; private set; }

    /// <summary>What is wrong, where the status is not sound.</summary>
    public string What { get; private set; } = "";

    /// <summary>Bits from the start of <see cref="Data"/> to the end of the block.</summary>
    public long EndBit { get; private set; }

    /// <summary>The check that the block carries and, where sound, matches.</summary>
    public uint Crc { get; private set; }

    /// <summary>The block's bytes, the run-length code of the input not yet undone.</summary>
    public ReadOnlySpan<byte> Content => _content.AsSpan(0, _count);

    /// <summary>Decodes <see cref="Data"/>.</summary>
    /// <param name="startBit">Where the magic begins: 0 to 7.</param>
    public void Decode(int startBit)
    {
        _count = 0;
        What = "";
        var bits = new BitReader(Data.AsSpan(0, DataLength), startBit);
        bits.Read(24);
        bits.Read(24);
        Crc = bits.Read(32);
        if (bits.ReadBit())
        {
            (Status, What) = (Bzip2Status.Unsupported, "bzip2 with randomised blocks, as only bzip2 0.9.0 made them, is not supported");
            return;
        }

        var what = DecodeBody(ref bits);
        EndBit = bits.Position;
        if (bits.Overrun)
            (Status, What) = (Bzip2Status.NeedsMore, "the bzip2 block is cut off");
        else if (what is null && Bzip2Runs.Check(Content) != Crc)
            (Status, What) = (Bzip2Status.Corrupt, "the bzip2 block's CRC does not match its content");
        else
            (Status, What) = (what is null ? Bzip2Status.Sound : Bzip2Status.Corrupt, what ?? "");
    }

    private string? DecodeBody(ref BitReader bits)
    {
        var origin = (int)bits.Read(24);
        var what = ReadSymbols(ref bits) ?? ReadSelectors(ref bits) ?? ReadCodes(ref bits) ?? ReadData(ref bits);
        if (what is not null || bits.Overrun)
            return what;
        if (origin >= _count)
            return "the bzip2 block's origin lies outside it";
        UndoBurrowsWheeler(origin);
        return null;
    }

    private string? ReadSymbols(ref BitReader bits)
    {
        var used = bits.Read(16);
        var count = 0;
        for (var high = 0; high < 16; high++)
        {
            if ((used & 0x8000 >> high) == 0)
                continue;
            var row = bits.Read(16);
            for (var low = 0; low < 16; low++)
            {
                if ((row & 0x8000 >> low) != 0)
                    _front[count++] = (byte)(high << 4 | low);
            }
        }

        _symbols = count + 2;
        return count == 0 ? "the bzip2 block uses no symbol" : null;
    }

    private string? ReadSelectors(ref BitReader bits)
    {
        _groups = (int)bits.Read(3);
        _selectorCount = (int)bits.Read(15);
        if (_groups is < 2 or > 6 || _selectorCount == 0)
            return "the bzip2 block has a bad number of codes";
        Span<byte> front = [0, 1, 2, 3, 4, 5];
        for (var at = 0; at < _selectorCount; at++)
        {
            var place = 0;
            while (bits.ReadBit())
            {
                if (++place >= _groups)
                    return "the bzip2 block selects a code that it does not have";
            }

            var chosen = front[place];
            front[..place].CopyTo(front[1..]);
            _selectors[at] = front[0] = chosen;
        }

        return null;
    }

    private string? ReadCodes(ref BitReader bits)
    {
        Span<byte> lengths = stackalloc byte[258];
        for (var group = 0; group < _groups; group++)
        {
            var length = (int)bits.Read(5);
            for (var symbol = 0; symbol < _symbols; symbol++)
            {
                while (length is >= 1 and <= Bzip2Huffman.MaxBits && bits.ReadBit())
                {
                    if (bits.Overrun)
                        return null;
                    length += bits.ReadBit() ? -1 : 1;
                }

                if (length is < 1 or > Bzip2Huffman.MaxBits)
                    return "the bzip2 block has a code word of impossible length";
                lengths[symbol] = (byte)length;
            }

            _codes[group].Build(lengths[.._symbols]);
        }

        return null;
    }

    private string? ReadData(ref BitReader bits)
    {
        var (end, selector, left) = (_symbols - 1, 0, 0);
        var (run, weight) = (0, 1);
        var code = _codes[0];
        while (true)
        {
            if (left-- == 0)
            {
                if (bits.Overrun)
                    return null;
                if (selector == _selectorCount)
                    return "the bzip2 block has more data than selectors";
                (code, left) = (_codes[_selectors[selector++]], GroupSize - 1);
            }

            var symbol = code.Decode(ref bits);
            if (symbol < 0)
                return "the bzip2 block has bits that are no code word";
            if (symbol <= 1)
            {
                // RUNA and RUNB are the digits 1 and 2 of a bijective base-2 number, least significant first.
                run += weight << symbol;
                weight <<= 1;
                if (run > Capacity - _count)
                    return TooLarge;
                continue;
            }

            if (run > 0)
            {
                Reserve(run);
                _content.AsSpan(_count, run).Fill(_front[0]);
                _count += run;
                (run, weight) = (0, 1);
            }

            if (symbol == end)
                return null;
            if (_count == Capacity)
                return TooLarge;
            Reserve(1);
            _content[_count++] = MoveToFront(symbol - 1);
        }
    }

    /// <summary>Small blocks take little memory: a container may hold many, and many inputs may be open.</summary>
    private void Reserve(int more)
    {
        if (_count + more > _content.Length)
            Array.Resize(ref _content, Math.Min(Capacity, Math.Max(_count + more, Math.Max(1 << 14, _content.Length * 4))));
    }

    private byte MoveToFront(int place)
    {
        var value = _front[place];
        if (place < 8)
        {
            for (; place > 0; place--)
                _front[place] = _front[place - 1];
        }
        else
        {
            Buffer.BlockCopy(_front, 0, _front, 1, place);
        }

        _front[0] = value;
        return value;
    }

    /// <summary>
    /// <c>_content</c> holds the last column of the sorted rotations. Each link leads from a row to the row of the
    /// rotation that starts one byte later, and carries that row's first byte: <c>row &lt;&lt; 8 | byte</c>.
    /// </summary>
    [SkipLocalsInit]
    private void UndoBurrowsWheeler(int origin)
    {
        if (_links.Length < _count)
            _links = new uint[_count];
        Span<int> first = stackalloc int[256];
        first.Clear();
        var content = _content.AsSpan(0, _count);
        var links = _links.AsSpan(0, _count);
        foreach (var value in content)
            first[value]++;
        for (var (value, sum) = (0, 0); value < 256; value++)
            (first[value], sum) = (sum, sum + first[value]);
        for (var row = 0; row < content.Length; row++)
            links[first[content[row]]++] = (uint)row << 8 | content[row];
        var link = links[origin];
        for (var at = 0; at < content.Length; at++)
        {
            content[at] = (byte)link;
            link = links[(int)(link >> 8)];
        }
    }
}
