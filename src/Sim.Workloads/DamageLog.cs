// SPDX-License-Identifier: MIT
namespace Sim.Workloads;

/// <summary>One place where an input is damaged.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Record">The record or line, counted from 1; 0 if the damage is in the container.</param>
/// <param name="Offset">Bytes from the start of the uncompressed content to the record.</param>
/// <param name="What">What is wrong, in words.</param>
/// <param name="Unit">What <paramref name="Record"/> counts: <c>record</c> or <c>line</c>.</param>
public readonly record struct Damage(string File, long Record, long Offset, string What, string Unit = "record")
{
    public override string ToString() => $"{File}: {Unit} {Record} at offset {Offset}: {What}";
}

/// <summary>
/// Damage met while reading. All of it is counted, the first <see cref="Kept"/> places are kept: a hostile file
/// must not fill memory with complaints about itself.
/// </summary>
public sealed class DamageLog
{
    public const int Kept = 100;

    private readonly List<Damage> _first = [];

    /// <summary>Number of damaged places.</summary>
    public long Count { get; private set; }

    /// <summary>The first places, in file order.</summary>
    public IReadOnlyList<Damage> First => _first;

    public void Add(string file, long record, long offset, string what, string unit = "record")
    {
        Count++;
        if (_first.Count < Kept)
            _first.Add(new Damage(file, record, offset, what, unit));
    }
}
