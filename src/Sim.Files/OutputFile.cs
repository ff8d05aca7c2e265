// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;

namespace Sim.Files;

/// <summary>
/// A file that a command writes. <see cref="Complete"/> puts it in its place (<see cref="OutputTarget"/>). Disposed of before that, it
/// leaves the old file as it was. A pipe, a device and standard output get the bytes as they come.
/// </summary>
public sealed class OutputFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private static readonly ConcurrentDictionary<string, bool> s_growing = new();

    private readonly OutputTarget _target;
    private readonly CancellationToken _cancel;
    private readonly FileStream? _growing;
    private readonly InPlaceStream? _inPlace;
    private readonly BufferedStream _stream;
    private bool _isKept;

    /// <summary>Makes the growing file. It opens nothing that could block.</summary>
    /// <param name="name">A path; <c>-</c> is standard output.</param>
    /// <param name="cancel">Ends the wait for a pipe's reader.</param>
    /// <exception cref="UnusableOutputException">It cannot be written; says why and what to do.</exception>
    public OutputFile(string name, CancellationToken cancel = default)
    {
        (_target, _cancel) = (OutputTarget.Of(name), cancel);
        if (_target.IsInPlace)
            _inPlace = _target.OpenInPlace(cancel);
        else
            s_growing[(_growing = _target.CreateGrowing()).Name] = true;
        _stream = new BufferedStream((Stream?)_growing ?? _inPlace!, BufferBytes);
    }

    /// <summary>The file as it was named.</summary>
    public string Name => _target.Name;

    /// <summary>The target of the content.</summary>
    public OutputTarget Target => _target;

    /// <summary>Takes the content. It may be closed before <see cref="Complete"/>.</summary>
    public Stream Stream => _stream;

    /// <summary>Bytes of the content; known when it is complete.</summary>
    public long Length { get; private set; }

    /// <summary>Puts the complete content in its place.</summary>
    /// <exception cref="IOException">No room for the rest of it, or as of <see cref="OutputTarget.Publish"/>.</exception>
    public void Complete()
    {
        _stream.Dispose();
        if (_inPlace is not null)
        {
            _inPlace.Finish();
            Length = _inPlace.Position;
            return;
        }

        Length = new FileInfo(_growing!.Name).Length;
        try
        {
            _target.Publish(_growing.Name, _cancel);
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
        {
            try
            {
                File.Delete(name);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The process ends all the same.
            }
        }
    }

    public void Dispose()
    {
        // Without what is buffered: it is not wanted, and where the disk is full it could not be written.
        _inPlace?.Dispose();
        _growing?.Dispose();
        if (_growing is null || _isKept)
            return;
        File.Delete(_growing.Name);
        s_growing.TryRemove(_growing.Name, out _);
    }
}
