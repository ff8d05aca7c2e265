// SPDX-License-Identifier: MIT
namespace Sim.Workloads;

/// <summary>One place where an input is damaged. File: the name that the user gave. Record: the number of the record or
/// line ( <paramref name="Unit"/> says which), from 1; 0 for the container. Offset: bytes from the start of the
/// uncompressed content to the record. What: the damage in words.</summary>
public readonly record struct Damage(string File, long Record, long Offset, string What, string Unit = "record")
{
    public override string ToString() => $"{File}: {Unit} {Record} at offset {Offset}: {What}";
}

/// <summary>Collects the damage found while reading. All damaged places are counted, but only the first <see cref="Kept"/> are kept, so
/// that a hostile file cannot fill the memory.</summary>
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
