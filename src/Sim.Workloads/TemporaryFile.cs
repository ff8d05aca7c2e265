// SPDX-License-Identifier: MIT
namespace Sim.Workloads;

/// <summary>Opens temporary files that leave nothing behind, even if the program is killed.</summary>
public static class TemporaryFile
{
    /// <summary>Opens an empty file for reading and writing in the system's folder for temporary files. The file is deleted at once if the
    /// system allows this, else when it is closed. The file's name begins with <paramref name="what"/>.</summary>
    /// <exception cref="IOException">Thrown if the folder is full or missing.</exception>
    public static FileStream Open(string what)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{what}-{Guid.NewGuid():N}.spool");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
