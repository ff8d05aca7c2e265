// SPDX-License-Identifier: MIT
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sim.Runner.Validation;

/// <summary>Two x86-64 functions that no compiler makes: what valgrind is spoken to with, and a loop of known length.</summary>
internal sealed unsafe partial class MachineCode : IDisposable
{
    private const int PageBytes = 4096;
    private const int LoopAt = 64;
    private const int ProtRead = 1, ProtWrite = 2, ProtExec = 4;
    private const int MapPrivate = 2, MapAnonymous = 0x20;

    private readonly byte* _page;

    /// <exception cref="PlatformNotSupportedException">Not an x86-64 processor.</exception>
    /// <exception cref="Win32Exception">The system gives no executable memory.</exception>
    public MachineCode()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new PlatformNotSupportedException("instructions are counted on x86-64 only");
        _page = (byte*)Map(0, PageBytes, ProtRead | ProtWrite, MapPrivate | MapAnonymous, -1, 0);
        if ((nint)_page == -1)
            throw new Win32Exception();
        Request.CopyTo(new Span<byte>(_page, LoopAt));
        Loop.CopyTo(new Span<byte>(_page + LoopAt, LoopAt));
        if (Protect((nint)_page, PageBytes, ProtRead | ProtExec) == 0)
            return;
        var error = new Win32Exception();
        Dispose();
        throw error;
    }

    /// <summary>
    /// The sequence of valgrind.h: rotations that come to nothing, and a no-op. The processor runs it and answers with the
    /// default; valgrind knows it, and answers with the result of the request that rax points to, in rdx.
    /// </summary>
    internal static ReadOnlySpan<byte> Request =>
    [
        0x48, 0x89, 0xF8,       // mov rax, rdi         the request and its five arguments
        0x48, 0x89, 0xF2,       // mov rdx, rsi         the default answer
        0x48, 0xC1, 0xC7, 3,    // rol rdi, 3
        0x48, 0xC1, 0xC7, 13,   // rol rdi, 13
        0x48, 0xC1, 0xC7, 61,   // rol rdi, 61
        0x48, 0xC1, 0xC7, 51,   // rol rdi, 51          128 places in all
        0x48, 0x87, 0xDB,       // xchg rbx, rbx
        0x48, 0x89, 0xD0,       // mov rax, rdx
        0xC3,                   // ret
    ];

    /// <summary>Two instructions a round, and one to return.</summary>
    internal static ReadOnlySpan<byte> Loop =>
    [
        0x48, 0xFF, 0xCF,       // dec rdi
        0x75, 0xFB,             // jnz to the start
        0xC3,                   // ret
    ];

    /// <summary>Makes a client request of valgrind; the answer is 0 where no valgrind runs the program.</summary>
    /// <param name="code">Number of the request, from valgrind.h or a tool's header.</param>
    /// <param name="argument">The first argument; the other four are 0.</param>
    public nuint ClientRequest(uint code, nint argument = 0)
    {
        var request = stackalloc nuint[6];
        request[0] = code;
        request[1] = (nuint)argument;
        return ((delegate* unmanaged<nuint*, nuint, nuint>)_page)(request, 0);
    }

    /// <summary>Executes 2 * <paramref name="rounds"/> + 1 instructions.</summary>
    public void RunLoop(long rounds) => ((delegate* unmanaged<long, void>)(_page + LoopAt))(rounds);

    public void Dispose() => _ = Unmap((nint)_page, PageBytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(nint address, nint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nint bytes);
}
