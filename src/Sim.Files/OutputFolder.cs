// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Files;

/// <summary>A folder that one run holds from its start to its end. A second run is refused, and its message names the process that holds
/// the folder. The kernel releases the lock (flock) when the process ends for any reason. Disposal removes a folder that was made for the
/// run and is still empty.</summary>
public sealed class OutputFolder : IDisposable
{
    /// <summary>The name of the locked file. A killed run may leave this file behind, without a lock.</summary>
    public const string LockName = ".report-lock";

    private readonly List<string> _made;
    private SafeFileHandle? _lock;

    private OutputFolder(string name, string path, List<string> made)
    {
        (Name, RealName, _made) = (name, path, made);
        try
        {
            _lock = OperatingSystem.IsLinux() ? TakeLock() : null;
        }
        catch (UnusableOutputException)
        {
            RemoveMade();
            throw;
        }
    }

    /// <summary>The folder's path as the user wrote it.</summary>
    public string Name { get; }

    /// <summary>The folder's path with all links resolved.</summary>
    public string RealName { get; }

    /// <summary>Makes the folder and its parents if they are missing, and locks the folder.</summary>
    /// <exception cref="UnusableOutputException">Thrown if a file has the folder's path, another run holds the folder, or the folder may
    /// not be written.</exception>
    public static OutputFolder Take(string name)
    {
        var made = new List<string>();
        try
        {
            var path = RealPath.Of(name);
            for (var missing = path; FileStatus.Of(missing) is var status && status?.Kind != PathKind.Folder; missing = Path.GetDirectoryName(missing)!)
            {
                if (status is not null)
                    throw new UnusableOutputException($"{name}: {missing} is a file; name a folder");
                made.Insert(0, missing);
            }

            Directory.CreateDirectory(path);
            return new OutputFolder(name, path, made);
        }
        catch (Exception error) when (OutputTarget.IsRefusal(error))
        {
            throw OutputTarget.Refused(name, error, "folder");
        }
    }

    /// <summary>Checks, before anything is written, that the path still leads to the folder that was taken. The lock belongs to a folder,
    /// but files are written by path: after a rename, the path may lead to another run's folder. A folder that was deleted is made and
    /// locked again.</summary>
    /// <exception cref="UnusableOutputException">Thrown if the path leads to another folder, or the deleted folder may not be made
    /// again.</exception>
    public void Confirm()
    {
        if (HasOwnLock())
            return;
        if (FileStatus.Of(RealName) is not null)
            throw new UnusableOutputException($"{Name} is no longer the folder that this run began with: it was moved or replaced");
        Directory.CreateDirectory(RealName);
        using var gone = _lock;
        _lock = TakeLock();
    }

    public void Dispose()
    {
        if (!HasOwnLock())
        {
            _lock!.Dispose();
            return;
        }

        // The file is deleted while it is locked. TakeLock handles another run that has opened it meanwhile.
        if (_lock is not null)
            OutputTarget.TryDelete(new FileInfo(LockPath));
        _lock?.Dispose();
        RemoveMade();
    }

    private string LockPath => Path.Combine(RealName, LockName);

    /// <summary>Returns whether the lock file is still at its path; always true on systems without locks.</summary>
    private bool HasOwnLock()
    {
        try
        {
            return _lock is null || FileStatus.Of(_lock).IsSameFile(FileStatus.Of(LockPath));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Opens the lock file and locks it. On a file system without locks the lock file is only kept open, so that the folder can be
    /// recognised later.</summary>
    private SafeFileHandle TakeLock()
    {
        var path = LockPath;
        while (true)
        {
            var handle = Open(path);
            if (Posix.Lock(handle, Posix.LockExclusive | Posix.LockNonBlocking) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Posix.TryAgain)
                    return handle;
                using (handle)
                    throw new UnusableOutputException($"{Name}: {Holder(handle)} writes a report there; wait for its end, or name another folder");
            }

            // The run that held the lock may have deleted the file between the opening and the locking.
            if (FileStatus.Of(handle).IsSameFile(FileStatus.Of(path)))
            {
                WriteHolder(handle);
                return handle;
            }

            handle.Dispose();
        }
    }

    private SafeFileHandle Open(string path)
    {
        var descriptor = Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.CloseOnExec, 0x1B6);
        var error = Marshal.GetLastPInvokeError();
        // Another user's run left the file behind. Opening it for reading is enough to lock it.
        if (descriptor < 0 && error == Posix.NoAccess && File.Exists(path))
            descriptor = Posix.Open(path, Posix.ReadOnly | Posix.CloseOnExec, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new UnusableOutputException($"{Name} cannot be written ({Marshal.GetPInvokeErrorMessage(error)}); name another folder, or change its permissions");
    }

    private static string Holder(SafeFileHandle handle)
    {
        var bytes = new byte[32];
        var count = RandomAccess.Read(handle, bytes, 0);
        return int.TryParse(Encoding.ASCII.GetString(bytes, 0, count).Trim(), out var process) ? $"process {process}" : "another run";
    }

    private static void WriteHolder(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        }
        catch (Exception error) when (OutputTarget.IsRefusal(error))
        {
            // The number is only for a message: the lock works without it.
        }
    }

    private void RemoveMade()
    {
        foreach (var folder in _made.AsEnumerable().Reverse())
        {
            if (!OutputTarget.TryDelete(new DirectoryInfo(folder)))
                return;
        }
    }
}
