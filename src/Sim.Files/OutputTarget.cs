// SPDX-License-Identifier: MIT
namespace Sim.Files;

/// <summary>A file cannot be written as the command line asks. The message says why and what to do about it.</summary>
public sealed class UnusableOutputException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The target of a file that is written whole or not at all. A new file grows beside the target under another name, and replaces
/// the target when the new file is complete:
/// <list type="bullet">
/// <item>links are followed and stay links, even dangling links;</item>
/// <item>an existing file keeps its mode and its owner;</item>
/// <item>if replacing the file would lose something (other hard links, a foreign owner) or is refused (a folder that cannot be written, a
/// mount point), the complete content is copied into the file;</item>
/// <item>a FIFO, a device and standard output (<c>-</c>, <c>/dev/stdout</c>) are written into directly.</item>
/// </list></summary>
public sealed class OutputTarget
{
    /// <summary>The prefix and the suffix of the names of growing files. Each name is unique. A name is not made from the target's name,
    /// which may already have the greatest length allowed.</summary>
    public const string GrowingPrefix = ".sim-", GrowingSuffix = ".part";

    private const UnixFileMode Permissions = (UnixFileMode)0x1FF, Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly FileStatus? _status;
    private readonly bool _isDescriptor;

    private OutputTarget(string name, string path, FileStatus? status)
    {
        (Name, _path, _status) = (name, path, status);
        _isDescriptor = RealPath.IsDescriptor(path);
        IsStandardOutput = path == $"/proc/{Environment.ProcessId}/fd/1";
    }

    public string Name { get; }
    public bool IsStandardOutput { get; }

    /// <summary>Whether bytes are written straight into the target, because the target is not a file that can be replaced.</summary>
    public bool IsInPlace => _isDescriptor || _status?.Kind == PathKind.Device;

    /// <summary>Returns the target that a path or <c>-</c> (standard output) names. Nothing is changed.</summary>
    /// <exception cref="UnusableOutputException">Thrown if the name leads to a folder, a file without permission, a missing folder, or a
    /// loop of links.</exception>
    public static OutputTarget Of(string name)
    {
        if (name == "-")
            return new OutputTarget(name, $"/proc/{Environment.ProcessId}/fd/1", null);
        try
        {
            var path = RealPath.Of(name);
            if (Descriptor.IsClosed(path))
                throw new UnusableOutputException($"{name} is closed; name a file");
            var status = FileStatus.Of(path);
            if (status?.Kind == PathKind.Folder || Path.EndsInDirectorySeparator(name))
                throw new UnusableOutputException($"{name} is a folder; name a file");
            var target = new OutputTarget(name, path, status);
            if (!target.IsInPlace)
                target.CheckFile();
            return target;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            throw Refused(name, error);
        }
    }

    /// <summary>Opens a stream that writes into the target itself. <see cref="IsInPlace"/> must be true.</summary>
    internal InPlaceStream OpenInPlace(CancellationToken cancel) => new(IsStandardOutput ? "standard output" : Name, OpenHandle, cancel);

    /// <summary>Makes the growing file beside the target, or in the system's folder for temporary files if the target
    /// can be written but its folder cannot.</summary>
    /// <exception cref="UnusableOutputException">Thrown if neither folder can be written.</exception>
    public FileStream CreateGrowing()
    {
        try
        {
            try
            {
                return Create(Path.GetDirectoryName(_path)!);
            }
            catch (Exception error) when (_status is not null && IsRefusal(error))
            {
                return Create(Path.GetTempPath());
            }
        }
        catch (Exception error) when (IsRefusal(error))
        {
            throw Refused(Name, error);
        }
    }

    /// <summary>Replaces the target by a complete file, or copies the file's content into the target. Afterwards the complete file no
    /// longer exists under its old name.</summary>
    /// <exception cref="UnusableOutputException">Thrown if the target cannot be written. The message says where the content is.</exception>
    public void Publish(string complete, CancellationToken cancel = default)
    {
        var now = IsInPlace ? _status : FileStatus.Of(_path);
        if (!IsInPlace && now?.Kind != PathKind.Device && TryReplace(complete, now))
            return;
        try
        {
            using var content = File.OpenRead(complete);
            if (IsInPlace || now?.Kind == PathKind.Device)
                CopyThrough(content, cancel);
            else
                Overwrite(content);
        }
        catch (Exception error) when (error is not ReaderGoneException && IsRefusal(error))
        {
            throw new UnusableOutputException($"{Name} could not be written ({error.Message}); all of its content is in {complete}", error);
        }

        File.Delete(complete);
    }

    private void CheckFile()
    {
        if (_status is not null)
        {
            // Only checks the permission; the content stays.
            using (File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                return;
        }

        var folder = Path.GetDirectoryName(_path)!;
        if (FileStatus.Of(folder) is not { Kind: PathKind.Folder })
            throw new UnusableOutputException($"{Name}: there is no folder {folder}; make it, or name another file");
    }

    private bool TryReplace(string complete, FileStatus? now)
    {
        try
        {
            // A file that was deleted since it was looked at comes back with its mode and its owner.
            var isAlike = (now ?? _status) is not { Kind: PathKind.File } old || TryTakeOver(complete, old);
            if (now is not null && (now.Links > 1 || !isAlike))
                return false;
            File.Move(complete, _path, overwrite: true);
            return true;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return now is null
                ? throw new UnusableOutputException($"{Name} could not be made ({error.Message}); all of its content is in {complete}", error)
                : false;
        }
    }

    /// <summary>Gives a new file the owner and the mode of the file that it replaces. Returns false if the system does not permit the
    /// change.</summary>
    private static bool TryTakeOver(string complete, FileStatus old)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        if (FileStatus.Of(complete) is not { } fresh || fresh.Device != old.Device)
            return false;
        if ((fresh.User, fresh.Group) != (old.User, old.Group) && Posix.ChangeOwner(complete, old.User, old.Group) != 0)
            return false;
        File.SetUnixFileMode(complete, old.Mode);
        return true;
    }

    private void CopyThrough(FileStream content, CancellationToken cancel)
    {
        using var into = OpenInPlace(cancel);
        content.CopyTo(into, 1 << 20);
        into.Finish();
    }

    /// <summary>Overwrites the target. The length is set last, so that a copy that fails for lack of room does not shrink the
    /// file.</summary>
    private void Overwrite(FileStream content)
    {
        using var into = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        content.CopyTo(into, 1 << 20);
        into.SetLength(content.Length);
    }

    private FileStream Create(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        // Users who may not read the old file may not read the growing one either.
        if (OperatingSystem.IsLinux() && _status is not null)
            options.UnixCreateMode = Own | _status.Mode & Permissions;
        return new FileStream(Path.Combine(folder, $"{GrowingPrefix}{Guid.NewGuid():N}{GrowingSuffix}"), options);
    }

    private SafeFileHandle OpenHandle()
    {
        if (IsStandardOutput)
            return new SafeFileHandle(1, ownsHandle: false);
        var handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        // A descriptor of a file: its content stays, as with the shell's >>.
        if (_status?.Kind == PathKind.File)
            _ = Posix.Seek(handle, 0, 2);
        return handle;
    }

    internal static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>Deletes a file or an empty folder. Returns false if the system refuses to delete it.</summary>
    internal static bool TryDelete(FileSystemInfo entry)
    {
        try
        {
            entry.Delete();
            return true;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return false;
        }
    }

    internal static UnusableOutputException Refused(string name, Exception error, string what = "file") => error switch
    {
        UnusableOutputException unusable => unusable,
        UnauthorizedAccessException => new($"{name} may not be written; name another {what}, or change its permissions", error),
        _ => new($"{name} cannot be written: {error.Message}", error),
    };
}
