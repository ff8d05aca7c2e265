// SPDX-License-Identifier: MIT
using Microsoft.Win32.SafeHandles;

namespace Sim.Files;

/// <summary>A file cannot be written as the command line asks for. The message says why and what to do about it.</summary>
public sealed class UnusableOutputException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// The target of a file that is written whole or not at all. It grows under a name of its own beside the target and takes the target's
/// place when it is complete:
/// <list type="bullet">
/// <item>links are followed and stay links, dangling ones too;</item>
/// <item>a file that is there keeps its mode and its owner;</item>
/// <item>where taking its place would lose something (other hard links, an owner that is not ours) or is refused (a folder that cannot be
/// written, a mount point), the complete content is copied into it;</item>
/// <item>a FIFO, a device and standard output (<c>-</c>, <c>/dev/stdout</c>) are written into, without a file beside them.</item>
/// </list>
/// </summary>
public sealed class OutputTarget
{
    /// <summary>The names of growing files. No other file has such a name, and it is short, because the target's may have the greatest length.</summary>
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

    /// <summary>The target as it was named.</summary>
    public string Name { get; }

    /// <summary>Whether bytes go to this process's standard output.</summary>
    public bool IsStandardOutput { get; }

    /// <summary>Whether bytes go straight into the target, because it is no file that could be replaced.</summary>
    public bool IsInPlace => _isDescriptor || _status?.Kind == PathKind.Device;

    /// <summary>Looks at the target. Nothing is changed.</summary>
    /// <param name="name">A path; <c>-</c> is standard output.</param>
    /// <exception cref="UnusableOutputException">A folder, a file that may not be written, a folder that is not there, a circle of links.</exception>
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
        catch (Exception error) when (error is not UnusableOutputException && IsRefusal(error))
        {
            throw Refused(name, error);
        }
    }

    /// <summary>Opens the stream into the target itself, if that is <see cref="IsInPlace"/>.</summary>
    internal InPlaceStream OpenInPlace(CancellationToken cancel) => new(IsStandardOutput ? "standard output" : Name, OpenHandle, cancel);

    /// <summary>
    /// Makes the growing file beside the target, or in the system's folder for temporary files if the target can be written but its
    /// folder cannot.
    /// </summary>
    /// <exception cref="UnusableOutputException">Neither can be written.</exception>
    public FileStream CreateGrowing()
    {
        var beside = Path.GetDirectoryName(_path)!;
        try
        {
            return Create(IsInPlace ? Path.GetTempPath() : beside);
        }
        catch (Exception error) when (IsRefusal(error))
        {
            if (_status is null || IsInPlace)
                throw Refused(Name, error);
        }

        try
        {
            return Create(Path.GetTempPath());
        }
        catch (Exception error) when (IsRefusal(error))
        {
            throw Refused(Name, error);
        }
    }

    /// <summary>Puts a complete file in the target's place, or its content into the target. The file is gone afterwards.</summary>
    /// <param name="complete">A file made by <see cref="CreateGrowing"/>, or another one on the target's file system.</param>
    /// <param name="cancel">Ends the wait for a pipe's reader.</param>
    /// <exception cref="UnusableOutputException">The target cannot be written; says where the content is.</exception>
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
            // Asks for the permission; nothing is cut off.
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
            // What was taken away since it was looked at gets its mode and its owner again.
            var isAlike = (now ?? _status) is not { Kind: PathKind.File } old || TryTakeOver(complete, old);
            if (now is not null && (now.Links > 1 || !isAlike))
                return false;
            File.Move(complete, _path, overwrite: true);
            return true;
        }
        catch (Exception error) when (now is not null && IsRefusal(error))
        {
            return false;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            throw new UnusableOutputException($"{Name} could not be made ({error.Message}); all of its content is in {complete}", error);
        }
    }

    /// <summary>Gives a new file the owner and the mode of the one it replaces. Returns false if the owner may not be given.</summary>
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

    /// <summary>Overwrites the target. The tail is cut off last, so that a copy that fails for want of room does not shrink the file first.</summary>
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
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        // Nobody reads from the file that grows what he may not read from the one that it replaces.
        if (OperatingSystem.IsLinux() && (_status is not null || IsInPlace))
            options.UnixCreateMode = Own | (IsInPlace ? default : _status!.Mode & Permissions);
        return new FileStream(Path.Combine(folder, $"{GrowingPrefix}{Guid.NewGuid():N}{GrowingSuffix}"), options);
    }

    private SafeFileHandle OpenHandle()
    {
        if (IsStandardOutput)
            return new SafeFileHandle(1, ownsHandle: false);
        var handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        // A descriptor of a file: what its file holds stays, as with the shell's >>.
        if (_status?.Kind == PathKind.File)
            _ = Posix.Seek(handle, 0, 2);
        return handle;
    }

    private static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException;

    private static UnusableOutputException Refused(string name, Exception error) => error switch
    {
        UnusableOutputException unusable => unusable,
        UnauthorizedAccessException => new($"{name} may not be written; name another file, or change its permissions", error),
        _ => new($"{name} cannot be written: {error.Message}", error),
    };
}
