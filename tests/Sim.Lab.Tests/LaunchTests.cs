// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Sim.Lab.Tests;

public sealed class LaunchTests
{
    private static readonly VmOptions Options = new() { Lane = LaneKind.Qemu, DataFolder = "/data", MemoryMegabytes = 3000 };

    [Fact]
    public void User_mode_linux_keeps_memory_and_socket_where_it_is_told()
    {
        var launch = Launch.Uml(Options, "/lane", "/private/initramfs", "/private", "/dev/shm");
        Assert.Equal("/lane/linux", launch.Command[0]);
        Assert.Contains("mem=3000M", launch.Command);
        Assert.Contains("uml_dir=/private/", launch.Command);
        Assert.Equal("/dev/shm", launch.Environment["TMPDIR"]);
    }

    [Fact]
    public void User_mode_linux_with_several_processors_needs_seccomp()
    {
        var one = Launch.Uml(Options, "/lane", "/private/initramfs", "/private", "/dev/shm").Command;
        Assert.DoesNotContain(one, word => word.StartsWith("ncpus", StringComparison.Ordinal) || word.StartsWith("seccomp", StringComparison.Ordinal));
        var two = Launch.Uml(Options with { Processors = 2 }, "/lane", "/private/initramfs", "/private", "/dev/shm").Command;
        Assert.Equal([.. one, "ncpus=2", "seccomp=on"], two);
    }

    [Fact]
    public void Counting_instructions_is_an_option_of_the_emulation()
    {
        var counting = Launch.Qemu(Options with { InstructionCount = true }, "/lane", "/i", kvm: false, "7.2");
        Assert.Contains("shift=0,sleep=off", counting.Command);
        Assert.Equal("QEMU 7.2 TCG -icount, Debian", counting.Name);
        var plain = Launch.Qemu(Options, "/lane", "/i", kvm: false, "7.2");
        Assert.DoesNotContain("-icount", plain.Command);
        Assert.Equal("QEMU 7.2 TCG, Debian", plain.Name);
        Assert.Contains("kvm", Launch.Qemu(Options, "/lane", "/i", kvm: true, "7.2").Command);
    }

    [Fact]
    public void Every_lane_is_on_a_leash_and_pinned_where_that_is_asked_for()
    {
        var host = Launch.Host("/agent", "/data");
        Assert.Equal(["unshare", "--net", "--mount", "--", "/agent", "/data"], host.FullCommand(null).TakeLast(6));
        Assert.Equal(["setpriv", "--pdeathsig", "KILL", "setsid"], host.FullCommand(null).Take(4));
        Assert.DoesNotContain("taskset", host.FullCommand(null));
        Assert.Equal(["taskset", "-c", "1", "unshare"], host.FullCommand(1).TakeLast(9).Take(4));
    }

    [Fact]
    public void A_vm_ends_with_the_process_that_started_it_even_if_that_is_killed()
    {
        // It is on its leash before it runs, and says so.
        var command = new Launch(["bash", "-c", "echo up; exec sleep 600"], "sleep").FullCommand(null);
        using var harness = new Process
        {
            StartInfo = new ProcessStartInfo("bash", ["-c", "\"$@\" & echo $!; wait", "bash", .. command])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        harness.Start();
        string[] said = [harness.StandardOutput.ReadLine()!, harness.StandardOutput.ReadLine()!];
        Assert.Contains("up", said);
        var vm = int.Parse(said.Single(line => line != "up"), CultureInfo.InvariantCulture);
        harness.Kill();
        FakeVm.AssertEnd([vm]);
    }
}
