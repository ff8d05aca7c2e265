// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Files;

/// <summary>Resolves paths as the kernel does. .NET removes <c>..</c> before it follows links: it turns <c>link/../file</c> into
/// <c>file</c>, but the kernel goes to the parent of the link's target.</summary>
public static class RealPath
{
    /// <summary>The maximum number of links that Linux follows in one path (MAXSYMLINKS).</summary>
    private const int MostLinks = 40;

    /// <summary>Returns the absolute path, with links, <c>.</c> and <c>..</c> resolved. Names that do not exist are kept, so a dangling
    /// link resolves to its missing target. A process's descriptors (<c>/proc/PID/fd/N</c>) are not followed.</summary>
    /// <exception cref="IOException">Thrown if the path's links form a loop.</exception>
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

    /// <summary>Puts the path's names before the names in <paramref name="ahead"/>. Returns the folder in which the path begins.</summary>
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

/// <summary>Distinguishes the descriptors that the process inherited at its start from those that it opened itself.</summary>
public static class Descriptor
{
    /// <summary>Returns whether a descriptor was open when the process started. If the shell closed a descriptor (<c>&lt;&amp;-</c>), its
    /// number may still be in use, because the runtime's first pipe gets the lowest free number. Only the runtime's own descriptors are
    /// close-on-exec.</summary>
    public static bool IsInherited(int number)
    {
        const int closeOnExec = 1;
        return !OperatingSystem.IsLinux() || Posix.DescriptorFlags(number, Posix.GetDescriptorFlags) is >= 0 and var flags && (flags & closeOnExec) == 0;
    }

    /// <summary>Returns whether a path without links names a descriptor that this process did not inherit at its start.</summary>
    public static bool IsClosed(string path) =>
        Path.GetDirectoryName(path) == $"/proc/{Environment.ProcessId}/fd"
        && int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && !IsInherited(number);
}
