// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Xunit;

namespace Sim.Testing;

/// <summary>Makes, in a test's own folder, what is no regular file.</summary>
public static class SpecialFiles
{
    /// <summary>A FIFO; the test is skipped where the system has none.</summary>
    public static string Fifo(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "makes a FIFO with mkfifo(1)");
        Assert.Equal(0, Run("mkfifo", path));
        return path;
    }

    /// <summary>A character device: <c>null</c> is 1, 3 and <c>full</c> 1, 7. The test is skipped where it may not be made.</summary>
    public static string Device(string path, int minor)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "makes a device with mknod(1), as root");
        Assert.SkipUnless(Run("mknod", "-m", "666", path, "c", "1", $"{minor}") == 0 && Works(path), "devices may not be made here");
        return path;
    }

    /// <summary>Whether the file system lets devices work (not mounted with nodev).</summary>
    private static bool Works(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
