// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Schemes;

namespace Sim.Runner.Tests.Churn;

/// <summary>Every kind of binding, what-ifs too, and the families that it is of.</summary>
internal static class TestKinds
{
    public static IReadOnlyList<SchemeKind> All { get; } = [.. SchemeKind.For(Family.IPv6), .. SchemeKind.AllowedIpsForms];

    public static SchemeKind Named(string name) => All.Single(kind => name == kind.Name);

    public static IReadOnlyList<Family> FamiliesOf(string name) => Named(name).Families;
}
