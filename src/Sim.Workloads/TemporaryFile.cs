// SPDX-License-Identifier: MIT
namespace Sim.Workloads;

/// <summary>Files that nothing is left of, however the program ends.</summary>
public static class TemporaryFile
{
    /// <summary>
    /// Opens an empty file for reading and writing in the system's folder for temporary files. It loses its name at once
    /// where the system allows that, and otherwise when it is closed.
    /// </summary>
    /// <param name="what">The beginning of its name.</param>
    /// <exception cref="IOException">The folder is full or not there.</exception>
    public static FileStream Open(string what)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{what}-{Guid.NewGuid():N}.spool");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
