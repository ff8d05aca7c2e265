// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Kernel;

/// <summary>Asks for huge pages, which the kernel's own direct map uses. Without them only times change.</summary>
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
