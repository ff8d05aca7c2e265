// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Files;

/// <summary>Tells the descriptors that the process was started with from those that it has opened itself.</summary>
public static class Descriptor
{
    /// <summary>
    /// Returns whether a descriptor was open when the process started. A descriptor that was closed (<c>&lt;&amp;-</c>) may be in use
    /// all the same, because the runtime's first pipe gets the lowest free number. Only the runtime's own descriptors are close-on-exec.
    /// </summary>
    public static bool IsInherited(int number)
    {
        const int closeOnExec = 1;
        return !OperatingSystem.IsLinux() || Posix.DescriptorFlags(number, Posix.GetDescriptorFlags) is >= 0 and var flags && (flags & closeOnExec) == 0;
    }

    /// <summary>Returns whether a path without links is a descriptor of this process that it was not started with.</summary>
    public static bool IsClosed(string path) =>
        Path.GetDirectoryName(path) == $"/proc/{Environment.ProcessId}/fd"
        && int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && !IsInherited(number);
}
