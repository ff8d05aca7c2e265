// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Lab;

public enum LaneKind
{
    /// <summary>User-Mode Linux built from Debian's source: native speed, one processor.</summary>
    Uml,

    /// <summary>User-Mode Linux with kernel-patch/series: routes may name WireGuard peers.</summary>
    UmlPatched,

    /// <summary>A build of <see cref="UmlPatched"/> with an unpatched kernel's hash of fib_info: the baseline for the patch that changes
    /// this hash.</summary>
    UmlUnhashed,

    /// <summary>A build of <see cref="UmlPatched"/> for several processors.</summary>
    UmlSmp,

    /// <summary>Debian's stock cloud kernel in QEMU.</summary>
    Qemu,

    /// <summary>The running kernel, in a network namespace of its own; needs root.</summary>
    Host,
}

public static class Lanes
{
    /// <summary>The maximum number of processors of <see cref="LaneKind.UmlSmp"/>: CONFIG_NR_CPUS of
    /// kernel-patch/vm/uml-smp.config.</summary>
    public const int MostProcessors = 4;

    private static readonly string[] s_words = ["uml", "uml-patched", "uml-unhashed", "uml-smp", "qemu", "host"];

    /// <summary>Returns whether the kernel is User-Mode Linux, patched or not.</summary>
    public static bool IsUml(this LaneKind lane) => lane == LaneKind.Uml || lane.IsPatched();

    /// <summary>Returns whether routes can name peers: the kernel has kernel-patch/series.</summary>
    public static bool IsPatched(this LaneKind lane) => lane is LaneKind.UmlPatched or LaneKind.UmlUnhashed or LaneKind.UmlSmp;

    /// <summary>Returns the lane's word in commands, which is also its kernel's word in build.sh.</summary>
    public static string Word(this LaneKind lane) => s_words[(int)lane];

    /// <summary>Returns the lane that a word names. The word must be the word of a lane.</summary>
    public static LaneKind Of(string word) => (LaneKind)Array.IndexOf(s_words, word);
}

public sealed record VmOptions
{
    public required LaneKind Lane { get; init; }

    /// <summary>The release of Linux to build or unpack. The host lane uses the running kernel.</summary>
    public KernelRelease Release { get; init; } = KernelReleases.Default;

    /// <summary>The folder whose files (not those of its subfolders) the agent finds in /data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The memory of the VM in MiB; in the host lane, the memory that must be available.</summary>
    public int MemoryMegabytes { get; init; } = 2048;

    /// <summary>The number of processors of the VM: 1 to <see cref="Lanes.MostProcessors"/> for <see cref="LaneKind.UmlSmp"/>, 1 for all
    /// other VMs.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>The processor that the VM is pinned to; null leaves the choice to the scheduler.</summary>
    public int? Cpu { get; init; }

    /// <summary>QEMU only: the guest's clock counts instructions, one per nanosecond, and skips time spent waiting.</summary>
    public bool InstructionCount { get; init; }

    /// <summary>QEMU only: use KVM if a guest boots under KVM. The option has no effect with <see cref="InstructionCount"/>.</summary>
    public bool AllowKvm { get; init; }

    /// <summary>The longest time that the boot may take. Under TCG the boot takes 2 to 4 s on an idle machine.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest time that the answer to a command may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
