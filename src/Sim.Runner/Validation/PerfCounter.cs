// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sim.Runner.Validation;

/// <summary>The processor counts: perf_event_open(2), in user mode, the thread that opened it.</summary>
internal sealed unsafe partial class PerfCounter : InstructionCounter
{
    private const nint PerfEventOpenX64 = 298;
    private const nint CloseOnExec = 8;
    private const ulong InstructionsEvent = 1;

    // Bits of perf_event_attr: always on the processor or in error, never shared in time; neither kernel nor hypervisor.
    private const ulong Pinned = 1 << 2, ExcludeKernel = 1 << 5, ExcludeHypervisor = 1 << 6;

    private readonly SafeFileHandle _file;

    private PerfCounter(SafeFileHandle file) => _file = file;

    public override string Name => "the processor (perf_event_open)";

    /// <summary>Opens the counter; null where the processor, the system or its settings have none for us.</summary>
    public static PerfCounter? TryOpen()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return null;
        var attributes = new PerfEventAttributes
        {
            Size = (uint)sizeof(PerfEventAttributes),
            Config = InstructionsEvent,
            Flags = Pinned | ExcludeKernel | ExcludeHypervisor,
        };
        var file = PerfEventOpen(PerfEventOpenX64, &attributes, pid: 0, cpu: -1, group: -1, CloseOnExec);
        if (file < 0)
            return null;
        var counter = new PerfCounter(new SafeFileHandle((nint)file, ownsHandle: true));
        if (counter.TryRead(out _))
            return counter;
        counter.Dispose();
        return null;
    }

    public override long Count(Action work)
    {
        var before = Read();
        work();
        return Read() - before;
    }

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }

    private long Read() => TryRead(out var count)
        ? count
        : throw new InvalidDataException("the processor's counter was taken by somebody else");

    private bool TryRead(out long count)
    {
        // A pinned event that lost its place reads as the end of the file.
        fixed (long* space = &count)
            return ReadFile(_file, space, sizeof(long)) == sizeof(long);
    }

    /// <summary>The first version of <c>struct perf_event_attr</c>, which every kernel takes; Type 0 is PERF_TYPE_HARDWARE.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PerfEventAttributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public ulong Flags;
        public uint WakeupEvents;
        public uint BreakpointType;
        public ulong BreakpointAddress;
    }

    /// <summary>The C library has no function of it but syscall(2).</summary>
    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint PerfEventOpen(nint number, PerfEventAttributes* attributes, nint pid, nint cpu, nint group, nint flags);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadFile(SafeFileHandle file, long* space, nint bytes);
}
