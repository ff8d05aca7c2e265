// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;

namespace Sim.Lab;

/// <summary>The command that starts a VM's process, and the machine's name in the VM's description.</summary>
internal sealed partial record Launch(IReadOnlyList<string> Command, string Name)
{
    /// <summary>A prefix for commands. A command with this prefix ends when the thread that started the command ends. The command leads a
    /// session, and leaves no core dump of a VM's memory.</summary>
    internal static readonly string[] Leash = ["setpriv", "--pdeathsig", "KILL", "setsid", "prlimit", "--core=0"];

    // One processor and the same addresses in every run; no merged slabs, so that /proc/slabinfo counts each structure
    // by itself; a panic ends the machine at once.
    private const string StockKernel =
        "console=ttyS0 quiet panic=-1 slab_nomerge mitigations=off nokaslr norandmaps random.trust_cpu=on";

    // The kernel tests its ciphers in a thread that takes half of the processor for seconds after the boot.
    private const string NoCipherTests = " cryptomgr.notests";

    // These skip the calibration and check of timers, whose waits are half of the boot under TCG.
    private const string EmulatedTimers = " noapictimer no_timer_check tsc=reliable";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The command with the leash as its prefix. If <paramref name="cpu"/> is not null, the command also pins the process to this
    /// processor.</summary>
    public IReadOnlyList<string> FullCommand(int? cpu) =>
        cpu is { } number ? [.. Leash, "taskset", "-c", $"{number}", .. Command] : [.. Leash, .. Command];

    /// <summary>Returns the launch of User-Mode Linux, which keeps its memory in <paramref name="memoryFolder"/>.</summary>
    public static Launch Uml(VmOptions options, string laneFolder, string initramfs, string privateFolder, string memoryFolder) =>
        new(
            [
                Path.Combine(laneFolder, "linux"), $"mem={options.MemoryMegabytes}M", $"initrd={initramfs}",
                // The folder of its control socket; without it, every run leaves one in the user's home.
                $"uml_dir={privateFolder}/",
                "con=null", "con0=fd:0,fd:1", "console=tty0", "quiet", "panic=-1", "slab_nomerge",
                // With ptrace, the default, there is one processor.
                .. options.Processors > 1 ? (string[])[$"ncpus={options.Processors}", "seccomp=on"] : [],
            ],
            "User-Mode Linux")
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["TMPDIR"] = memoryFolder },
        };

    /// <summary>Returns the launch of QEMU with the stock kernel. <paramref name="version"/> is QEMU's version.</summary>
    public static Launch Qemu(VmOptions options, string laneFolder, string initramfs, bool kvm, string version)
    {
        var kernelLine = StockKernel + NoCipherTests + (kvm ? "" : EmulatedTimers);
        List<string> command =
        [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
            "-m", $"{options.MemoryMegabytes}", "-smp", "1", "-accel", kvm ? "kvm" : "tcg",
            // Without erms: TCG counts an instruction for each byte of `rep stosb`.
            "-cpu", kvm ? "host" : "max,-erms",
            "-kernel", Path.Combine(laneFolder, "vmlinuz"), "-initrd", initramfs, "-append", kernelLine,
        ];
        if (options.InstructionCount)
            // With this seed and date, every run executes the same instructions.
            command.AddRange(["-icount", "shift=0,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm"]);
        var mode = kvm ? "KVM" : options.InstructionCount ? "TCG -icount" : "TCG";
        return new Launch(command, $"QEMU {version} {mode}, Debian");
    }

    /// <summary>Returns the launch of the agent alone, in network and mount namespaces that end with the agent.</summary>
    public static Launch Host(string agent, string dataFolder) =>
        new(["unshare", "--net", "--mount", "--", agent, dataFolder], "the running kernel in a network namespace, Linux");

    /// <summary>Asks QEMU for its version, such as 7.2.22.</summary>
    public static string QemuVersion()
    {
        var text = "";
        using var process = new ChildProcess(["setsid", "qemu-system-x86_64", "--version"], [], line => text += line, _ => { });
        return process.WaitForEnd(TimeSpan.FromSeconds(30)) && VersionPattern().Match(text) is { Success: true } match
            ? match.Groups["version"].Value
            : throw new LabException(LabFailure.MissingPackage,
                "The program qemu-system-x86_64 does not run. Install it; on Debian: sudo apt-get install qemu-system-x86");
    }

    [GeneratedRegex("version (?<version>[0-9.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionPattern();
}
