// SPDX-License-Identifier: MIT
namespace Sim.Files;

public enum PathKind
{
    File,
    Folder,

    /// <summary>A FIFO, a device or a socket. Such a file is written in place and never replaced.</summary>
    Device,
}

/// <summary>The kind, permissions (with setuid, setgid and the sticky bit), owner, number of names (hard links) and
/// identity of the file that a path names. Two paths with the same device and inode are one file.</summary>
public sealed record FileStatus(PathKind Kind, UnixFileMode Mode, uint User, uint Group, uint Links, ulong Device, ulong Inode)
{
    /// <summary>Returns the status of the file that a path names; null if there is no such file. Links are followed.</summary>
    /// <exception cref="IOException">Thrown if the path's links form a loop, or one of its folders may not be searched.</exception>
    public static FileStatus? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return Elsewhere(path);
        if (Posix.Statx(Posix.AtCurrentFolder, path, 0, Posix.StatxBasic, out var found) == 0)
            return From(found);
        var error = Marshal.GetLastPInvokeError();
        return error is Posix.NoEntry or Posix.NotFolder ? null : throw Posix.Failure(path, error);
    }

    public static FileStatus Of(SafeFileHandle handle) =>
        Posix.Statx((int)handle.DangerousGetHandle(), "", Posix.AtEmptyPath, Posix.StatxBasic, out var found) == 0
            ? From(found)
            : throw Posix.Failure("handle", Marshal.GetLastPInvokeError());

    public bool IsSameFile(FileStatus? other) => other is not null && (Device, Inode) == (other.Device, other.Inode);

    private static FileStatus From(Posix.StatxBuffer found)
    {
        const int typeMask = 0xF000, folder = 0x4000, file = 0x8000;
        var kind = (found.Mode & typeMask) switch { folder => PathKind.Folder, file => PathKind.File, _ => PathKind.Device };
        return new FileStatus(
            kind, (UnixFileMode)(found.Mode & 0xFFF), found.User, found.Group, found.Links,
            ((ulong)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode);
    }

    /// <summary>Returns only the file's kind, for systems other than Linux.</summary>
    private static FileStatus? Elsewhere(string path) =>
        Directory.Exists(path) ? new FileStatus(PathKind.Folder, default, 0, 0, 1, 0, 0)
        : File.Exists(path) ? new FileStatus(PathKind.File, default, 0, 0, 1, 0, (ulong)Path.GetFullPath(path).GetHashCode(StringComparison.Ordinal))
        : null;
}
