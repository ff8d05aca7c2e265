// SPDX-License-Identifier: MIT
using Xunit.v3;

namespace Sim.Testing;

/// <summary>Marks a test that holds generated cases to a claim (see <see cref="Property"/>), so that a longer run finds it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PropertyAttribute : Attribute, ITraitAttribute
{
    /// <summary>The name of the trait that every property has: <c>-trait kind=property</c> runs them alone.</summary>
    public const string Trait = "kind";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, "property")];
}
