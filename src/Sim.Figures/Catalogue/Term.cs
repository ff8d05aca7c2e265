// SPDX-License-Identifier: MIT
using System.Reflection;

namespace Sim.Figures;

/// <summary>A name that a column may hold, with the words that pages show for it.</summary>
public record Term(string Name, string Words)
{
    public static implicit operator string(Term term) => term.Name;

    public sealed override string ToString() => Name;
}

/// <summary>The terms of a column: all public fields of the class that declares them.</summary>
public sealed class Vocabulary<T>(Type declaring)
    where T : Term
{
    private readonly Dictionary<string, T> _byName = declaring.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(declared => declared.GetValue(null)).OfType<T>().ToDictionary(term => term.Name);

    public IReadOnlyCollection<T> All => _byName.Values;

    public T? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns the words of a name. An unknown name (from another version) is returned unchanged.</summary>
    public string Words(string name) => Find(name)?.Words ?? name;
}
