// SPDX-License-Identifier: MIT
namespace Sim.Lab;

/// <summary>Which kernel is driven.</summary>
public enum LaneKind
{
    /// <summary>User-Mode Linux built from Debian's source: native speed, one processor.</summary>
    Uml,

    /// <summary>Debian's stock cloud kernel in QEMU.</summary>
    Qemu,

    /// <summary>The running kernel, in a network namespace of its own; needs root.</summary>
    Host,
}

/// <summary>How a VM is started.</summary>
public sealed record VmOptions
{
    /// <summary>Which kernel.</summary>
    public required LaneKind Lane { get; init; }

    /// <summary>The folder whose files (not those of its subfolders) the agent finds in /data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Memory of the VM in MiB; in the host lane, what must be available.</summary>
    public int MemoryMegabytes { get; init; } = 2048;

    /// <summary>The processor that the VM is pinned to; null leaves it to the scheduler.</summary>
    public int? Cpu { get; init; }

    /// <summary>QEMU only: the guest's clock counts instructions, one a nanosecond, and time spent waiting is skipped.</summary>
    public bool InstructionCount { get; init; }

    /// <summary>QEMU only: use KVM where a guest boots under it; has no effect with <see cref="InstructionCount"/>.</summary>
    public bool AllowKvm { get; init; }

    /// <summary>How long the boot may take. Under TCG it takes 2 to 4 s on an idle machine.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a command may take until its last line.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
