// SPDX-License-Identifier: MIT
namespace Sim.Lab;

/// <summary>Makes the VM's initramfs, in the layout that kernel-patch/vm/README.md describes.</summary>
internal static class Initramfs
{
    private const uint Executable = 0b111_101_101, Readable = 0b110_100_100, Private = 0b110_000_000;

    /// <summary>Writes the archive: the agent becomes /init, the kernel build's *.ko files and load-order go to /modules, and the data
    /// folder's files go to /data.</summary>
    public static void Write(string path, string agent, string laneFolder, string dataFolder)
    {
        using var stream = File.Create(path);
        using var cpio = new CpioWriter(stream);
        foreach (var folder in (string[])["dev", "proc", "sys", "modules", "data"])
            cpio.AddDirectory(folder);
        // Process 1 gets its standard input and output from this node, before anything is mounted.
        cpio.AddCharacterDevice("dev/console", Private, 5, 1);
        cpio.AddFile("init", Executable, agent);
        foreach (var module in Files(laneFolder, "*.ko"))
            cpio.AddFile("modules/" + Path.GetFileName(module), Readable, module);
        var loadOrder = Path.Combine(laneFolder, "load-order");
        cpio.AddFile("modules/load-order", Readable, File.Exists(loadOrder) ? File.ReadAllBytes(loadOrder) : []);
        foreach (var file in Files(dataFolder, "*"))
            cpio.AddFile("data/" + Path.GetFileName(file), Readable, file);
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal);
}
