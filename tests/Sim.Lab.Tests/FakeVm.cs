// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Sim.Lab.Tests;

/// <summary>A VM whose kernel is a shell script.</summary>
internal static partial class FakeVm
{
    public static readonly VmOptions Options = new()
    {
        Lane = LaneKind.Uml,
        DataFolder = AppContext.BaseDirectory,
        BootTimeout = TimeSpan.FromSeconds(60),
        CommandTimeout = TimeSpan.FromSeconds(60),
    };

    public static Vm Start(string behaviour = "", VmOptions? options = null, string? privateFolder = null,
        CancellationToken? cancellation = null)
    {
        var launch = new Launch(["bash", Path.Combine(AppContext.BaseDirectory, "fake-vm.sh"), behaviour], "Fake Linux");
        return Vm.Boot(launch, options ?? Options, privateFolder, _ => { }, cancellation ?? TestContext.Current.CancellationToken);
    }

    /// <summary>The processes that the script says it consists of.</summary>
    public static int[] Processes(Vm vm)
    {
        var row = vm.Command("pid").One;
        return [(int)row.Long("vm"), (int)row.Long("child")];
    }

    /// <summary>Whether a process is there and no zombie, which only waits for its parent.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Waits for processes that are nobody's here, and fails where one takes a time that only a machine in trouble needs.</summary>
    public static void AssertEnd(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            // A descriptor of the process is readable once the process has ended, even if nobody has collected it.
            using var process = new SafeFileHandle(OpenProcess(PidFdOpen, pid, 0), ownsHandle: true);
            if (process.IsInvalid)
            {
                Assert.Equal(NoSuchProcess, Marshal.GetLastPInvokeError());
                continue;
            }

            var poll = new PollFd { Descriptor = (int)process.DangerousGetHandle(), Events = 1 };
            int ready;
            do
                ready = Poll(ref poll, 1, 60_000);
            while (ready < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            Assert.True(ready == 1, $"process {pid} still runs");
        }
    }

    private const int PidFdOpen = 434;
    private const int NoSuchProcess = 3; // ESRCH
    private const int Interrupted = 4; // EINTR: another child's end is a signal here

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint OpenProcess(long number, int pid, uint flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollFd descriptors, ulong count, int milliseconds);
}
