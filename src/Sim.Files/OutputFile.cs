// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;

namespace Sim.Files;

/// <summary>A file that a command writes. <see cref="Complete"/> moves the written file to its final path (see <see cref="OutputTarget"/>).
/// If the object is disposed of before <see cref="Complete"/>, the old file stays. Pipes, devices and standard output get the bytes at
/// once.</summary>
public sealed class OutputFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private static readonly ConcurrentDictionary<string, bool> s_growing = new();

    private readonly CancellationToken _cancel;
    private readonly FileStream? _growing;
    private readonly InPlaceStream? _inPlace;
    private bool _isKept;

    /// <summary>Makes the temporary file that takes the content. The constructor opens nothing that could block. <paramref name="cancel"/>
    /// ends a later wait for a pipe's reader. The name <c>-</c> stands for standard output.</summary>
    /// <exception cref="UnusableOutputException">Thrown if the file cannot be written. The message says why and what to do.</exception>
    public OutputFile(string name, CancellationToken cancel = default)
    {
        (Target, _cancel) = (OutputTarget.Of(name), cancel);
        if (Target.IsInPlace)
            _inPlace = Target.OpenInPlace(cancel);
        else
            s_growing[(_growing = Target.CreateGrowing()).Name] = true;
        Stream = new BufferedStream((Stream?)_growing ?? _inPlace!, BufferBytes);
    }

    public string Name => Target.Name;
    public OutputTarget Target { get; }

    /// <summary>The stream that takes the content. This stream may be closed before <see cref="Complete"/>.</summary>
    public Stream Stream { get; }

    /// <summary>The length of the content in bytes, which <see cref="Complete"/> sets.</summary>
    public long Length { get; private set; }

    /// <summary>Moves the complete content to the file's final path.</summary>
    /// <exception cref="IOException">Thrown if there is no room for the rest of the content, or <see cref="OutputTarget.Publish"/>
    /// failed.</exception>
    public void Complete()
    {
        Stream.Dispose();
        if (_inPlace is not null)
        {
            _inPlace.Finish();
            Length = _inPlace.Position;
            return;
        }

        Length = new FileInfo(_growing!.Name).Length;
        try
        {
            Target.Publish(_growing.Name, _cancel);
        }
        catch (UnusableOutputException)
        {
            _isKept = true;
            s_growing.TryRemove(_growing.Name, out _);
            throw;
        }
    }

    /// <summary>Removes the temporary files of all incomplete outputs. Call this method if the process must end at once.</summary>
    public static void RemoveGrowing()
    {
        foreach (var name in s_growing.Keys)
            OutputTarget.TryDelete(new FileInfo(name));
    }

    public void Dispose()
    {
        // Buffered bytes are dropped: nobody wants them, and a full disk could not take them.
        _inPlace?.Dispose();
        _growing?.Dispose();
        if (_growing is null || _isKept)
            return;
        File.Delete(_growing.Name);
        s_growing.TryRemove(_growing.Name, out _);
    }
}
