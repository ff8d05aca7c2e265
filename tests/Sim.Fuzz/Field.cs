// SPDX-License-Identifier: MIT
using System.IO.Hashing;

namespace Sim.Fuzz;

/// <summary>
/// A piece of a structured file: bytes, or parts one after the other, perhaps with a length before them or a check beside
/// them (a guard). Guards are worked out when the file is written, unless they are fixed: a change of a part then either
/// reaches the layer inside, or contradicts the layer around it.
/// </summary>
internal sealed class Field
{
    private Func<Field, byte[], byte[]>? _guard;
    private bool _guardIsLast;

    private Field(byte[]? value, IEnumerable<Field> parts) => (Value, Parts) = (value, [.. parts]);

    /// <summary>The bytes of a leaf; the bytes that stand for the guard of others, null where it is worked out.</summary>
    public byte[]? Value { get; set; }

    public List<Field> Parts { get; }

    public bool IsGuarded => _guard is not null;

    public bool IsLeaf => Value is not null && !IsGuarded;

    public static Field Leaf(params byte[] bytes) => new(bytes, []);

    /// <summary>Cuts bytes into pieces that end at the given places; places beyond the bytes are left out.</summary>
    public static Field Split(byte[] bytes, params int[] ends)
    {
        int[] places = [0, .. ends.Where(end => end > 0 && end < bytes.Length).Order(), bytes.Length];
        return Group(places.Zip(places.Skip(1), (start, end) => Leaf(bytes[start..end])));
    }

    public static Field Group(params IEnumerable<Field> parts) => new(null, parts);

    /// <summary>The parts behind their length, big-endian in <paramref name="width"/> bytes.</summary>
    public static Field Sized(int width, params IEnumerable<Field> parts) => Sized(width, 1, 0, parts);

    /// <summary>The parts behind their length.</summary>
    /// <param name="width">Bytes of the length field.</param>
    /// <param name="unit">Bytes that count as one.</param>
    /// <param name="bias">Bytes outside the parts that the length includes.</param>
    /// <param name="parts">The pieces that are counted.</param>
    public static Field Sized(int width, int unit, int bias, params IEnumerable<Field> parts) =>
        new(null, parts) { _guard = (_, content) => Number((content.Length + bias) / unit, width) };

    /// <summary>The parts behind their number, big-endian in 2 bytes.</summary>
    public static Field Listed(params IEnumerable<Field> parts) =>
        new(null, parts) { _guard = static (field, _) => Number(field.Parts.Count, 2) };

    /// <summary>The parts and then their CRC-32, little-endian; before them where <paramref name="first"/> is set.</summary>
    public static Field Sealed(bool first, params IEnumerable<Field> parts) =>
        new(null, parts) { _guard = static (_, content) => Crc32.Hash(content), _guardIsLast = !first };

    /// <summary>A number, big-endian.</summary>
    public static byte[] Number(long value, int width) =>
        [.. Enumerable.Range(1, width).Select(at => (byte)(value >> 8 * (width - at)))];

    public byte[] ToArray()
    {
        if (IsLeaf)
            return Value!;
        var content = Content();
        if (_guard is null)
            return content;
        var guard = Value ?? _guard(this, content);
        return _guardIsLast ? [.. content, .. guard] : [.. guard, .. content];
    }

    /// <summary>The guard as it is now. Set as <see cref="Value"/>, it contradicts later changes of the parts.</summary>
    public byte[] Guard() => Value ?? _guard!(this, Content());

    public Field Clone() =>
        new(Value, Parts.Select(part => part.Clone())) { _guard = _guard, _guardIsLast = _guardIsLast };

    /// <summary>This field and all inside it, each with the one that holds it.</summary>
    public IEnumerable<(Field Field, Field? Holder)> All(Field? holder = null) =>
        Parts.SelectMany(part => part.All(this)).Prepend((this, holder));

    private byte[] Content() => [.. Parts.SelectMany(part => part.ToArray())];
}
