// SPDX-License-Identifier: MIT
using System.Reflection;

namespace Sim.Figures;

/// <summary>A name that a column of the rows may hold, with its words, as pages show it.</summary>
public record Term(string Name, string Words)
{
    public static implicit operator string(Term term) => term.Name;

    public sealed override string ToString() => Name;
}

/// <summary>The terms of a column: all public fields of the classes that declare them.</summary>
public sealed class Vocabulary<T>
    where T : Term
{
    private readonly Dictionary<string, T> _byName;

    public Vocabulary(params ReadOnlySpan<Type> declaring)
    {
        var all = new List<T>();
        foreach (var type in declaring)
            all.AddRange(type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<T>());
        (All, _byName) = (all, all.ToDictionary(term => term.Name));
    }

    public IReadOnlyList<T> All { get; }

    public T? Find(string name) => _byName.GetValueOrDefault(name);

    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public T Of(string name) => _byName[name];

    /// <summary>Returns a name's words; the name itself if it is unknown, which a row of another version may have.</summary>
    public string Words(string name) => Find(name)?.Words ?? name;
}
