// SPDX-License-Identifier: MIT
namespace Sim.Files;

/// <summary>
/// Resolves paths as the kernel does. .NET removes <c>..</c> before it looks at links: it turns <c>link/../file</c> into <c>file</c>,
/// but the kernel goes to the parent of the folder that the link leads to.
/// </summary>
public static class RealPath
{
    /// <summary>Links that Linux follows in one path (MAXSYMLINKS).</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// Returns the absolute path without links, <c>.</c> and <c>..</c>. Names that do not exist are kept, so that a dangling link gives the
    /// file to be made. A process's descriptors (<c>/proc/PID/fd/N</c>) are left: their links are no paths.
    /// </summary>
    /// <exception cref="IOException">Links go in a circle.</exception>
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

            var next = Path.Combine(at, name);
            if (IsDescriptorFolder(at) || new FileInfo(next).LinkTarget is not { } target)
                at = next;
            else if (++links > MostLinks)
                throw new IOException($"{path}: its symbolic links form a loop");
            else
                at = Begin(IsText(target) ? target : throw new IOException($"{path}: its link leads to a name that is not UTF-8"), at, ahead);
        }

        return at;
    }

    /// <summary>Returns whether .NET has kept a name. Bytes that are not UTF-8 become U+FFFD, which may name another file.</summary>
    private static bool IsText(string target) => !target.Contains('\uFFFD');

    /// <summary>Returns whether <paramref name="path"/>, without links, is a descriptor of a process.</summary>
    public static bool IsDescriptor(string path) => Path.GetDirectoryName(path) is { } folder && IsDescriptorFolder(folder);

    private static bool IsDescriptorFolder(string folder) =>
        folder.StartsWith("/proc/", StringComparison.Ordinal) && folder.EndsWith("/fd", StringComparison.Ordinal);

    /// <summary>Puts the path's names before those that are there. Returns their offset.</summary>
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
