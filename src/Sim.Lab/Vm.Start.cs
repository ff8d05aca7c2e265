// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Sim.Lab;

/// <content>Starts a VM.</content>
public sealed partial class Vm
{
    /// <summary>The longest wait for a boot under KVM. Where KVM cannot run guests, a boot hangs at once.</summary>
    private static readonly TimeSpan KvmBootTimeout = TimeSpan.FromSeconds(15);

    private static bool s_kvmFailed;

    /// <summary>Builds the parts that the lane needs, boots the VM, and waits for the agent. A later cancellation ends the VM.</summary>
    /// <exception cref="LabException">Thrown with <see cref="LabFailure.NotRoot"/>, <see cref="LabFailure.NotEnoughMemory"/>,
    /// <see cref="LabFailure.MissingPackage"/>, <see cref="LabFailure.BuildFailed"/> or <see cref="LabFailure.DidNotBoot"/>.</exception>
    /// <exception cref="DirectoryNotFoundException">Thrown if the data folder does not exist.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the start was cancelled. Nothing is left running.</exception>
    public static Vm Start(VmOptions options, Action<string> progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(options.DataFolder))
            throw new DirectoryNotFoundException($"There is no folder {options.DataFolder} to take the VM's data from.");
        if (options.Lane == LaneKind.Host && !Environment.IsPrivilegedProcess)
            throw new LabException(LabFailure.NotRoot,
                "The host lane makes a network namespace in the running kernel, which needs root. Run it with sudo, or use the uml or qemu lane.");
        MemoryCheck.Require(options.MemoryMegabytes);
        var agent = Path.Combine(LabBuild.Build("agent", options.Release, progress, cancellation), "agent");
        if (options.Lane == LaneKind.Host)
            return Boot(Launch.Host(agent, Path.GetFullPath(options.DataFolder)), options, null, progress, cancellation);

        var laneFolder = LabBuild.Build(options.Lane.Word(), options.Release, progress, cancellation);
        var privateFolder = Directory.CreateTempSubdirectory("sim-lab-").FullName;
        try
        {
            var initramfs = Path.Combine(privateFolder, "initramfs");
            Initramfs.Write(initramfs, agent, laneFolder, options.DataFolder);
            Launch Uml() => Launch.Uml(options, laneFolder, initramfs, privateFolder, MemoryCheck.UmlFolder(options.MemoryMegabytes));
            var vm = options.Lane.IsUml()
                ? Boot(Uml(), options, privateFolder, progress, cancellation)
                : StartQemu(options, laneFolder, initramfs, privateFolder, progress, cancellation);
            // The VM has read the file. Once it is deleted, nothing large is left behind if this process is killed.
            File.Delete(initramfs);
            return vm;
        }
        catch
        {
            DeleteFolder(privateFolder);
            throw;
        }
    }

    /// <summary>Whether KVM may work: the processor has virtualisation, and /dev/kvm exists.</summary>
    public static bool KvmMayWork =>
        File.Exists("/dev/kvm")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
        && flags.Split(' ').Any(flag => flag is "vmx" or "svm");

    private static Vm StartQemu(VmOptions options, string laneFolder, string initramfs, string privateFolder,
        Action<string> progress, CancellationToken cancellation)
    {
        var version = Launch.QemuVersion();
        if (options is { AllowKvm: true, InstructionCount: false } && !s_kvmFailed)
        {
            try
            {
                File.Open("/dev/kvm", FileMode.Open, FileAccess.ReadWrite).Dispose();
                var hurried = options with { BootTimeout = TimeSpan.FromTicks(Math.Min(options.BootTimeout.Ticks, KvmBootTimeout.Ticks)) };
                // Boot does not get the private folder, which must stay for a second attempt.
                var vm = Boot(Launch.Qemu(options, laneFolder, initramfs, kvm: true, version), hurried, null, progress, cancellation);
                vm._privateFolder = privateFolder;
                return vm;
            }
            catch (Exception e) when (e is LabException { Kind: LabFailure.DidNotBoot } or IOException or UnauthorizedAccessException)
            {
                s_kvmFailed = true;
                progress("KVM does not run guests here; QEMU emulates the processor instead");
            }
        }

        return Boot(Launch.Qemu(options, laneFolder, initramfs, kvm: false, version), options, privateFolder, progress, cancellation);
    }

    /// <summary>Starts the VM's process and waits for the agent. The private folder is deleted when the VM ends.</summary>
    internal static Vm Boot(Launch launch, VmOptions options, string? privateFolder, Action<string> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        progress($"starting {launch.Name}");
        var since = Stopwatch.GetTimestamp();
        var vm = new Vm(launch, options, privateFolder, cancellation);
        try
        {
            while (vm.Next(options.BootTimeout - Stopwatch.GetElapsedTime(since), timedOut => vm.NotReady(options, timedOut)) != Ready)
            {
                // Rows before the agent is ready answer no command.
            }

            var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var hello = vm.Command("hello").One;
            var processors = hello.Long("cpus");
            vm.Description = $"{launch.Name} {hello["kernel"]}, {processors} CPU{(processors == 1 ? "" : "s")}";
            progress($"{vm.Description}: ready after {seconds:N1} s");
            return vm;
        }
        catch
        {
            vm.Dispose();
            throw;
        }
    }

    private LabException NotReady(VmOptions options, bool timedOut) => new(LabFailure.DidNotBoot,
        timedOut
            ? $"The VM ({Description}) was not ready within {options.BootTimeout.TotalSeconds:N0} s and was ended. Allow it more time; the last lines of its console say how far it came."
            : $"The VM ({Description}) ended before it was ready{HowItEnded()}. The last lines of its console say why.",
        _log.Tail);
}
