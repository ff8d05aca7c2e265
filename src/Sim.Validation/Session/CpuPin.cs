// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Validation.Session;

/// <summary>
/// Keeps the calling thread on one processor. A validation uses the VM's processor, so that the ports and the kernel are timed on the same
/// processor. The ports and the kernel never run at the same time.
/// </summary>
public sealed partial class CpuPin : IDisposable
{
    private const int MaskBytes = 128;

    private readonly byte[]? _before;

    private CpuPin(byte[]? before) => _before = before;

    /// <summary>Pins the thread until disposal. Does nothing if <paramref name="cpu"/> is null or the system refuses.</summary>
    public static CpuPin To(int? cpu)
    {
        if (cpu is not { } number || number >= MaskBytes * 8)
            return new CpuPin(null);
        var before = new byte[MaskBytes];
        if (GetAffinity(0, MaskBytes, before) < 0)
            return new CpuPin(null);
        var mask = new byte[MaskBytes];
        mask[number / 8] = (byte)(1 << (number % 8));
        return new CpuPin(SetAffinity(0, MaskBytes, mask) == 0 ? before : null);
    }

    public void Dispose()
    {
        if (_before is not null)
            _ = SetAffinity(0, MaskBytes, _before);
    }

    /// <summary>Sets the processors on which a thread may run. Process id 0 means the calling thread.</summary>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int pid, nint bytes, byte[] mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAffinity(int pid, nint bytes, byte[] mask);
}
