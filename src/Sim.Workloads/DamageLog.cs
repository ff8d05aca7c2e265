// SPDX-License-Identifier: MIT
namespace Sim.Workloads;

/// <summary>One place where an input is damaged: the file as the user named it; the record or line, as
/// <paramref name="Unit"/> says, counted from 1, or 0 for the container; the record's offset in the uncompressed
/// content in bytes; and what is wrong, in words.</summary>
public readonly record struct Damage(string File, long Record, long Offset, string What, string Unit = "record")
{
    public override string ToString() => $"{File}: {Unit} {Record} at offset {Offset}: {What}";
}

/// <summary>Damage met while reading. All of it is counted, but only the first <see cref="Kept"/> places are kept: a
/// hostile file must not fill memory with complaints about itself.</summary>
public sealed class DamageLog
{
    public const int Kept = 100;

    private readonly List<Damage> _first = [];

    public long Count { get; private set; }
    public IReadOnlyList<Damage> First => _first;

    public void Add(string file, long record, long offset, string what, string unit = "record")
    {
        Count++;
        if (_first.Count < Kept)
            _first.Add(new Damage(file, record, offset, what, unit));
    }
}
