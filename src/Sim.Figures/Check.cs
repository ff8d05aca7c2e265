// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>One thing that port and kernel must agree on.</summary>
public sealed record Check(Figure Port, Figure Kernel)
{
    public bool Agrees { get; } = ValidationRows.Agrees(Port, Kernel);

    /// <summary>True where the two are the same number, whatever the bound allows.</summary>
    public bool IsEqual => Port.Value.Equals(Kernel.Value);

    public bool IsExact => Kernel.Bound is 0;

    /// <summary>True where even a port that held nothing would agree, or one that held twice as much.</summary>
    public bool IsWeak => !IsExact && Math.Abs(Kernel.Value) <= Kernel.Bound;

    public CheckKind Kind => CheckKinds.Of(Kernel.Metric);

    /// <summary>The upper bits of a digest, whose size says nothing.</summary>
    public bool IsDigest => Kernel.Unit == Units.Digest;
}
