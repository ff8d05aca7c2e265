// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>AllowedIPs and the FIB, the two structures that <c>stat</c> and <c>lookup</c> show.</summary>
internal sealed class ComparedStructures(Family family, int peers, KernelRelease release) : IDisposable
{
    private readonly List<Scheme> _schemes = [.. SchemeKind.Compared.Select(kind => kind.Create(family, peers, KernelConfig.UsualOf(release)))];

    public IReadOnlyList<KernelStructure> All => _schemes.ConvertAll(scheme => scheme.Binding);

    public void Dispose() => _schemes.ForEach(scheme => scheme.Dispose());
}
