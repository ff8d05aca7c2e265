// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Lab.Tests;

public sealed class VmTests
{
    [Fact]
    public void A_booted_vm_says_what_it_is()
    {
        using var vm = FakeVm.Start();
        Assert.Equal("Fake Linux 6.12.0-fake, 1 CPU", vm.Description);
        Assert.Equal(LaneKind.Uml, vm.Lane);
        Assert.False(vm.CountsInstructions);
    }

    [Fact]
    public void Only_qemu_counts_instructions()
    {
        using var qemu = FakeVm.Start(options: FakeVm.Options with { Lane = LaneKind.Qemu, InstructionCount = true });
        using var uml = FakeVm.Start(options: FakeVm.Options with { InstructionCount = true });
        Assert.True(qemu.CountsInstructions);
        Assert.False(uml.CountsInstructions);
    }

    [Fact]
    public void Rows_are_parsed_and_everything_else_is_the_log()
    {
        using var vm = FakeVm.Start();
        var rows = vm.Command("rows 1 2").Rows;
        Assert.Equal(["a", "b"], rows.Select(row => row["name"]));
        Assert.Equal([1, -2], rows.Select(row => row.Long("count")));
        Assert.Equal([0xffUL, ulong.MaxValue], rows.Select(row => row.Hex("digest")));
        Assert.Equal(["Linux version 0", "hello ", "rows 1 2", "printk: = in the midst"], vm.Log);
        Assert.Empty(vm.Command("nothing").Rows);
    }

    [Fact]
    public void A_refused_command_is_named_and_the_vm_goes_on()
    {
        using var vm = FakeVm.Start();
        var error = Assert.Throws<LabException>(() => vm.Command("refuse this"));
        Assert.Equal(LabFailure.Refused, error.Kind);
        Assert.Contains("'refuse this': RTM_NEWROUTE: File exists.", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, vm.Command("rows").Rows.Count);
    }

    [Fact]
    public void A_row_that_makes_no_sense_leaves_the_next_answer_whole()
    {
        using var vm = FakeVm.Start();
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => vm.Command("bad")).Kind);
        Assert.Equal(2, vm.Command("rows").Rows.Count);
    }

    [Fact]
    public void A_death_is_reported_with_its_reason_and_the_last_lines_of_the_console()
    {
        using var vm = FakeVm.Start();
        var processes = FakeVm.Processes(vm);
        var error = Assert.Throws<LabException>(() => vm.Command("panic"));
        Assert.Equal(LabFailure.Died, error.Kind);
        Assert.Contains("'panic' with code 1 (Kernel panic - not syncing: Fatal exception).", error.Message, StringComparison.Ordinal);
        Assert.Equal([.. Enumerable.Range(12, 19).Select(i => $"line {i}"), "without an end"], error.LogTail);
        FakeVm.AssertEnd(processes);
        Assert.Equal(LabFailure.Died, Assert.Throws<LabException>(() => vm.Command("rows")).Kind);
    }

    [Fact]
    public void A_command_that_takes_too_long_ends_the_vm()
    {
        using var vm = FakeVm.Start(options: FakeVm.Options with { CommandTimeout = TimeSpan.FromSeconds(3) });
        var processes = FakeVm.Processes(vm);
        var error = Assert.Throws<LabException>(() => vm.Command("hang"));
        Assert.Equal(LabFailure.TimedOut, error.Kind);
        Assert.Contains("'hang' within 3 s", error.Message, StringComparison.Ordinal);
        FakeVm.AssertEnd(processes);
    }

    [Fact]
    public void A_vm_that_ends_before_it_is_ready_did_not_boot()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var error = Assert.Throws<LabException>(() => FakeVm.Start("dies", privateFolder: folder));
        Assert.Equal(LabFailure.DidNotBoot, error.Kind);
        Assert.Contains("with code 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(["Kernel panic - not syncing: No working init found.", "on stderr"], error.LogTail.Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_vm_that_is_never_ready_did_not_boot_and_is_ended()
    {
        var error = Assert.Throws<LabException>(
            () => FakeVm.Start("hangs", FakeVm.Options with { BootTimeout = TimeSpan.FromSeconds(2) }));
        Assert.Equal(LabFailure.DidNotBoot, error.Kind);
        Assert.Contains("not ready within 2 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(["Linux version 0"], error.LogTail);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stubborn")]
    public void Nothing_is_left_after_Dispose(string behaviour)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "initramfs"), "");
        var vm = FakeVm.Start(behaviour, privateFolder: folder);
        var processes = FakeVm.Processes(vm);
        Assert.All(processes, pid => Assert.True(FakeVm.IsRunning(pid)));
        Assert.Equal(vm.ProcessId, processes[0]);
        vm.Dispose();
        FakeVm.AssertEnd(processes);
        Assert.False(Directory.Exists(folder));
        vm.Dispose();
        Assert.Throws<ObjectDisposedException>(() => vm.Command("rows"));
    }

    [Fact]
    public async Task Cancellation_ends_a_command_and_the_vm()
    {
        using var cancellation = new CancellationTokenSource();
        using var vm = FakeVm.Start(cancellation: cancellation.Token);
        var processes = FakeVm.Processes(vm);
        var command = Task.Run(() => vm.Command("hang"), TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command);
        FakeVm.AssertEnd(processes);
        Assert.ThrowsAny<OperationCanceledException>(() => vm.Command("rows"));
    }

    [Fact]
    public async Task Cancellation_ends_a_boot()
    {
        using var cancellation = new CancellationTokenSource();
        var boot = Task.Run(() => FakeVm.Start("hangs", cancellation: cancellation.Token), TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => boot);
    }

    [Fact]
    public void A_vm_outlives_the_thread_that_started_it()
    {
        Vm? vm = null;
        var thread = new Thread(() => vm = FakeVm.Start());
        thread.Start();
        thread.Join();
        using (vm)
            Assert.Equal(2, vm!.Command("rows").Rows.Count);
    }

    [Fact]
    public void A_command_is_one_line()
    {
        using var vm = FakeVm.Start();
        Assert.Throws<ArgumentException>(() => vm.Command("rows\nquit"));
    }

    [Fact]
    public void More_memory_than_there_is_is_refused_before_anything_is_built()
    {
        var options = FakeVm.Options with { MemoryMegabytes = int.MaxValue };
        var error = Assert.Throws<LabException>(
            () => Vm.Start(options, line => Assert.Fail(line), TestContext.Current.CancellationToken));
        Assert.Equal(LabFailure.NotEnoughMemory, error.Kind);
    }
}
