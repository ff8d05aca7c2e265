// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sim.Figures.Measuring;

/// <summary>An event that the kernel counts for this thread in user mode (<c>perf_event_open(2)</c>): the type and the number of the event in
/// <c>linux/perf_event.h</c>.</summary>
public readonly record struct CountedEvent(uint Type, ulong Number)
{
    public static readonly CountedEvent CacheReferences = new(0, 2), CacheMisses = new(0, 3);

    /// <summary>A page fault. The kernel counts it without help of the processor.</summary>
    public static readonly CountedEvent PageFaults = new(1, 2);
}

/// <summary>A counter of the processor or of the kernel. Most virtual machines have no counters of the processor.</summary>
public sealed partial class HardwareCounter : IDisposable
{
    private const int AttributeBytes = 128, ReadBytes = 24;
    private const ulong Disabled = 1, ExcludeKernel = 1 << 5, ExcludeHypervisor = 1 << 6;
    private const ulong WithTimes = 1 | 2; // PERF_FORMAT_TOTAL_TIME_ENABLED, _RUNNING
    private const nint CloseOnExec = 8;
    private const nuint Enable = 0x2400, Disable = 0x2401, Reset = 0x2403;

    private readonly SafeFileHandle _file;

    private HardwareCounter(SafeFileHandle file) => _file = file;

    /// <summary>Opens a counter. Returns null, and the reason, if the machine or its settings do not allow it.</summary>
    public static HardwareCounter? Open(CountedEvent counted, out string reason)
    {
        if (Call() is not { } number)
        {
            reason = "this program knows perf_event_open of x86-64 and arm64 Linux alone";
            return null;
        }

        // struct perf_event_attr
        Span<byte> attribute = stackalloc byte[AttributeBytes];
        attribute.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(attribute, counted.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(attribute[4..], AttributeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[8..], counted.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[32..], WithTimes);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[40..], Disabled | ExcludeKernel | ExcludeHypervisor);
        var file = Syscall(number, attribute, 0, -1, -1, CloseOnExec);
        reason = file < 0 ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()) : "";
        return file < 0 ? null : new(new SafeFileHandle(file, ownsHandle: true));
    }

    /// <summary>Counts the events of some work. If the processor had too few counters and counted only part of the time, the count is
    /// extrapolated. Returns null if the processor counted at no time.</summary>
    public double? Count(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Ioctl(_file, Reset, 0) < 0 || Ioctl(_file, Enable, 0) < 0)
            return null;
        var before = Read();
        work();
        _ = Ioctl(_file, Disable, 0);
        var after = Read();
        var (enabled, running) = (after.Enabled - before.Enabled, after.Running - before.Running);
        return running == 0 ? null : (double)(after.Count - before.Count) * enabled / running;
    }

    public void Dispose() => _file.Dispose();

    private static nint? Call() => !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 => 241,
        _ => null,
    };

    private (ulong Count, ulong Enabled, ulong Running) Read()
    {
        Span<byte> values = stackalloc byte[ReadBytes];
        return Read(_file, values, ReadBytes) == ReadBytes
            ? (BitConverter.ToUInt64(values), BitConverter.ToUInt64(values[8..]), BitConverter.ToUInt64(values[16..]))
            : default;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Syscall(nint number, ReadOnlySpan<byte> attribute, nint process, nint processor, nint group, nint flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeFileHandle file, Span<byte> values, nint bytes);
}
