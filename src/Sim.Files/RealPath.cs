// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Files;

/// <summary>Resolves paths as the kernel does. .NET removes <c>..</c> before it looks at links: it turns
/// <c>link/../file</c> into <c>file</c>, but the kernel goes to the parent of the link's target.</summary>
public static class RealPath
{
    /// <summary>Links that Linux follows in one path (MAXSYMLINKS).</summary>
    private const int MostLinks = 40;

    /// <summary>Returns the absolute path without links, <c>.</c> and <c>..</c>. Names that do not exist are kept, so a
    /// dangling link leads to the file to be made. A process's descriptors (<c>/proc/PID/fd/N</c>) are not
    /// followed.</summary>
    /// <exception cref="IOException">Links form a loop.</exception>
    public static string Of(string path)
    {
        var ahead = new Stack<string>();
        var at = Begin(path, Environment.CurrentDirectory, ahead);
        var links = 0;
        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }

            // .NET turns bytes that are not UTF-8 into U+FFFD, which may name another file.
            var next = Path.Combine(at, name);
            if (IsDescriptorFolder(at) || new FileInfo(next).LinkTarget is not { } target)
                at = next;
            else if (++links > MostLinks)
                throw new IOException($"{path}: its symbolic links form a loop");
            else
                at = Begin(target.Contains('\uFFFD') ? throw new IOException($"{path}: its link leads to a name that is not UTF-8") : target, at, ahead);
        }

        return at;
    }

    /// <summary>Returns whether <paramref name="path"/>, without links, is a descriptor of a process.</summary>
    public static bool IsDescriptor(string path) => Path.GetDirectoryName(path) is { } folder && IsDescriptorFolder(folder);

    private static bool IsDescriptorFolder(string folder) =>
        folder.StartsWith("/proc/", StringComparison.Ordinal) && folder.EndsWith("/fd", StringComparison.Ordinal);

    /// <summary>Puts the path's names before those in <paramref name="ahead"/>. Returns their folder.</summary>
    private static string Begin(string path, string folder, Stack<string> ahead)
    {
        var root = Path.GetPathRoot(path) ?? "";
        foreach (var name in path[root.Length..].Split(Path.DirectorySeparatorChar).Reverse())
        {
            if (name is not ("" or "."))
                ahead.Push(name);
        }

        return root.Length > 0 ? root : folder;
    }
}

/// <summary>Tells the descriptors that the process was started with from those that it has opened itself.</summary>
public static class Descriptor
{
    /// <summary>Returns whether a descriptor was open when the process started. A descriptor that was closed
    /// (<c>&lt;&amp;-</c>) may be in use all the same, because the runtime's first pipe gets the lowest free number.
    /// Only the runtime's own descriptors are close-on-exec.</summary>
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
