// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Sim.Lab.Tests;

/// <summary>A VM whose kernel is a shell script.</summary>
internal static class FakeVm
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

    /// <summary>Fails unless the processes end within a time that only a machine in trouble needs.</summary>
    public static void AssertEnd(IEnumerable<int> pids)
    {
        var since = Stopwatch.StartNew();
        foreach (var pid in pids)
        {
            while (IsRunning(pid))
            {
                Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"process {pid} still runs");
                Thread.Sleep(10);
            }
        }
    }
}
