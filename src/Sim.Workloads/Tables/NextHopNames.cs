// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Numbers the next hops of a list in order of appearance. Each spelling is stored as one string. An address with several
/// spellings counts as one next hop. A link-local address on two devices counts as two next hops: on the first device its name is the
/// address, and on a further device <c>%DEVICE</c> is appended to the name.</summary>
internal sealed class NextHopNames
{
    private const int MostChars = PrefixListReader.MaxNextHop + 1 + ListWords.LongestDevice;

    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byChars;
    private readonly List<string> _names = [];
    private readonly byte[] _last = new byte[PrefixListReader.MaxNextHop];
    private int _lastLength = -1, _lastIndex;

    public NextHopNames() => _byChars = _indexes.GetAlternateLookup<ReadOnlySpan<char>>();
    public IReadOnlyList<string> Names => _names;

    public int IndexOf(ListRoute route)
    {
        // Neighbouring lines mostly have one next hop: comparing it is cheaper than looking it up.
        var word = route.NextHop;
        var zone = route.Zone;
        if (zone.IsEmpty && _lastLength == word.Length && word.SequenceEqual(_last.AsSpan(0, _lastLength)))
            return _lastIndex;
        var index = Find(word, zone);
        if (zone.IsEmpty)
        {
            word.CopyTo(_last);
            (_lastLength, _lastIndex) = (word.Length, index);
        }

        return index;
    }

    private int Find(ReadOnlySpan<byte> word, ReadOnlySpan<byte> zone)
    {
        Span<char> chars = stackalloc char[MostChars];
        if (word.IsEmpty)
            word = PrefixListReader.NoNextHopUtf8;
        var length = Encoding.UTF8.GetChars(word, chars);
        if (!zone.IsEmpty)
        {
            chars[length++] = '%';
            length += Encoding.UTF8.GetChars(zone, chars[length..]);
        }

        return _byChars.TryGetValue(chars[..length], out var index) ? index : Add(chars[..length].ToString(), isZoneAdded: !zone.IsEmpty);
    }

    private int Add(string spelling, bool isZoneAdded)
    {
        var percent = spelling.IndexOf('%', StringComparison.Ordinal);
        var address = percent < 0 ? spelling : spelling[..percent];
        var name = AddressText.TryParse(address, out var family, out var bits)
            ? AddressText.Format(family, bits) + (percent < 0 ? "" : spelling[percent..])
            : spelling;
        if (!_indexes.TryGetValue(name, out var index))
        {
            var plain = percent < 0 ? name : AddressText.Format(family, bits);
            if (!isZoneAdded || !_indexes.TryAdd(plain, _names.Count))
                plain = name;
            index = _names.Count;
            _names.Add(plain);
            _indexes[name] = index;
        }

        _indexes[spelling] = index;
        return index;
    }
}
