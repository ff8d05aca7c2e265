// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>Named pipes for tests; skips where there are none.</summary>
internal static partial class Fifo
{
    private const int ReadWriteByOwner = 0x180;

    /// <summary>Makes a FIFO.</summary>
    public static string Make(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "FIFOs are made with mkfifo(3)");
        Assert.Equal(0, MakeFifo(path, ReadWriteByOwner));
        return path;
    }

    /// <summary>Makes a FIFO and writes <paramref name="content"/> into it as soon as somebody reads.</summary>
    public static string Feed(string path, byte[] content)
    {
        Make(path);
        _ = Task.Run(() =>
        {
            using var writer = Writer(path);
            try
            {
                writer.Write(content);
            }
            catch (IOException)
            {
                // The reader has seen enough.
            }
        });
        return path;
    }

    /// <summary>Opens the writing end; waits for a reader.</summary>
    public static FileStream Writer(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFifo(string path, uint mode);
}
