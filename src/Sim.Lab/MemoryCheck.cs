// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Lab;

/// <summary>Checks that a VM's memory is available before the VM starts: a VM that runs out of memory dies late and silently.</summary>
internal static class MemoryCheck
{
    /// <summary>The memory that a VM needs in addition to the guest's: the emulator, its translated code, the initramfs.</summary>
    private const int OverheadMegabytes = 256;

    /// <summary>A folder that could keep the memory of User-Mode Linux.</summary>
    internal readonly record struct Place(string Folder, long FreeMegabytes, bool MayExecute);

    /// <summary>Compares the VM's need with MemAvailable, and with the control group's limit if there is one.</summary>
    /// <exception cref="LabException">Thrown with <see cref="LabFailure.NotEnoughMemory"/>.</exception>
    public static void Require(int megabytes, string memInfo = "/proc/meminfo", string groupLimit = "/sys/fs/cgroup/memory.max")
    {
        var line = File.ReadLines(memInfo).First(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var available = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        if (File.Exists(groupLimit) && long.TryParse(File.ReadAllText(groupLimit), CultureInfo.InvariantCulture, out var limit))
            available = Math.Min(available, limit >> 20);
        var needed = (long)megabytes + OverheadMegabytes;
        if (available < needed)
            throw new LabException(LabFailure.NotEnoughMemory,
                $"The VM needs {needed:N0} MiB of memory and {available:N0} MiB are available. End other programs, or give the VM less memory.");
    }

    /// <summary>Chooses the folder for User-Mode Linux's memory file, which grows to the VM's size. The folder is in memory if
    /// possible.</summary>
    /// <exception cref="LabException">Thrown with <see cref="LabFailure.NotEnoughMemory"/>.</exception>
    public static string UmlFolder(int megabytes) =>
        Choose(megabytes, [Describe("/dev/shm"), Describe(Path.GetTempPath())]);

    /// <summary>Returns the first folder that has room and allows programs to be mapped.</summary>
    internal static string Choose(int megabytes, IReadOnlyList<Place> places)
    {
        if (places.FirstOrDefault(place => place.MayExecute && place.FreeMegabytes >= megabytes).Folder is { } folder)
            return folder;
        var reasons = places.Select(place => place.MayExecute
            ? $"{place.Folder} has {place.FreeMegabytes:N0} MiB free"
            : $"{place.Folder} is mounted noexec or is not there");
        throw new LabException(LabFailure.NotEnoughMemory,
            $"User-Mode Linux keeps its {megabytes:N0} MiB of memory in a file, and there is no room for it: {string.Join("; ", reasons)}. Set TMPDIR to a folder with more room, enlarge /dev/shm, or give the VM less memory.");
    }

    private static Place Describe(string folder)
    {
        if (!Directory.Exists(folder))
            return new Place(folder, 0, false);
        var drive = new DriveInfo(Path.GetFullPath(folder));
        return new Place(folder, drive.AvailableFreeSpace >> 20, !IsNoExec(folder, File.ReadLines("/proc/self/mounts")));
    }

    /// <summary>Returns whether a folder's file system is mounted with noexec.</summary>
    internal static bool IsNoExec(string folder, IEnumerable<string> mounts)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + '/';
        var options = mounts
            .Select(line => line.Split(' '))
            .Where(words => words.Length > 3 && path.StartsWith(words[1].TrimEnd('/') + '/', StringComparison.Ordinal))
            .OrderBy(words => words[1].Length) // stable: of two mounts on one folder the later one hides the other
            .LastOrDefault()?[3];
        return options?.Split(',').Contains("noexec") ?? false;
    }
}
