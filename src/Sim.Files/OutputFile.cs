// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;

namespace Sim.Files;

/// <summary>A file that a command writes. <see cref="Complete"/> puts it in its place (<see cref="OutputTarget"/>). If the
/// object is disposed of before that, the old file stays. Pipes, devices and standard output get the bytes at once.</summary>
public sealed class OutputFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private static readonly ConcurrentDictionary<string, bool> s_growing = new();

    private readonly CancellationToken _cancel;
    private readonly FileStream? _growing;
    private readonly InPlaceStream? _inPlace;
    private bool _isKept;

    /// <summary>Makes the growing file. It opens nothing that could block; <paramref name="cancel"/> ends the wait for
    /// a pipe's reader. The name <c>-</c> is standard output.</summary>
    /// <exception cref="UnusableOutputException">The file cannot be written. The message says why and what to do.</exception>
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

    /// <summary>Takes the content. It may be closed before <see cref="Complete"/>.</summary>
    public Stream Stream { get; }

    /// <summary>Bytes of the content; known when it is complete.</summary>
    public long Length { get; private set; }

    /// <summary>Puts the complete content in its place.</summary>
    /// <exception cref="IOException">There is no room for the rest of the content, or
    /// <see cref="OutputTarget.Publish"/> failed.</exception>
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

    /// <summary>Removes the growing parts of all incomplete files, for a process that ends at once.</summary>
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
