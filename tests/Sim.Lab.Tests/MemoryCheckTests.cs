// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Lab.Tests;

public sealed class MemoryCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("max", 744, true)]
    [InlineData("max", 745, false)]
    [InlineData("536870912", 256, true)]
    [InlineData("536870912", 257, false)]
    public void The_vm_and_its_emulator_must_fit_into_what_is_available(string limit, int megabytes, bool fits)
    {
        var memInfo = Write("meminfo", "MemTotal: 9999999 kB\nMemFree: 5 kB\nMemAvailable:    1024000 kB\n");
        var error = Record.Exception(() => MemoryCheck.Require(megabytes, memInfo, Write("memory.max", limit + "\n")));
        Assert.Equal(fits ? null : LabFailure.NotEnoughMemory, (error as LabException)?.Kind);
    }

    [Fact]
    public void User_mode_linux_keeps_its_memory_in_the_first_folder_with_room()
    {
        MemoryCheck.Place small = new("/dev/shm", 64, true), noExec = new("/run", 4096, false), disk = new("/tmp", 4096, true);
        Assert.Equal("/dev/shm", MemoryCheck.Choose(64, [small, disk]));
        Assert.Equal("/tmp", MemoryCheck.Choose(65, [small, noExec, disk]));
        var error = Assert.Throws<LabException>(() => MemoryCheck.Choose(65, [small, noExec]));
        Assert.Equal(LabFailure.NotEnoughMemory, error.Kind);
        Assert.Contains("/dev/shm has 64 MiB free; /run is mounted noexec", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/shm", true)]
    [InlineData("/dev/shm/", true)]
    [InlineData("/dev/shmem", false)]
    [InlineData("/tmp", false)]
    public void The_innermost_and_latest_mount_says_whether_programs_may_run(string folder, bool noExec)
    {
        string[] mounts =
        [
            "/dev/vda / ext4 rw,relatime 0 0", "tmpfs /dev/shm tmpfs rw 0 0", "shm /dev/shm tmpfs rw,nosuid,noexec 0 0",
            "udev /dev devtmpfs rw 0 0",
        ];
        Assert.Equal(noExec, MemoryCheck.IsNoExec(folder, mounts));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
