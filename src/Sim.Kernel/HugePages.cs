// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>Asks the system for huge pages, because the kernel's direct map uses them. Huge pages change times, never counts.</summary>
internal static unsafe partial class HugePages
{
    private const int MadvHugepage = 14;

    public static void Advise(void* address, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Madvise(address, bytes, MadvHugepage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Madvise(void* address, nuint bytes, int advice);
}
