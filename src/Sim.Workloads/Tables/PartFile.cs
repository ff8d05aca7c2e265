// SPDX-License-Identifier: MIT
using Sim.Files;
using Sim.Workloads.Input;

namespace Sim.Workloads.Tables;

/// <summary>
/// A download while it is incomplete: <c>FILE.part</c>, and beside it <c>FILE.part.tag</c>, which names the address and the
/// version of the file. A <c>.part</c> without such a note is somebody else's and is left alone: the next free name is taken. Where
/// nothing can be kept beside the file (a pipe, a device, a folder that may not be written), the part is a temporary file.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private const string UrlMark = "URL ";
    private const string TagMark = "If-Range ";
    private const int MostNames = 1000;

    private readonly OutputTarget _target;
    private readonly FileStream _file;
    private readonly string? _note;
    private readonly Uri _url;
    private bool _isKept;

    private PartFile(OutputTarget target, FileStream file, string? note, Uri url)
    {
        (_target, _file, _note, _url) = (target, file, note, url);
        if (note is not null && File.ReadLines(note).Skip(1).FirstOrDefault() is { } line && line.StartsWith(TagMark, StringComparison.Ordinal))
            Tag = line[TagMark.Length..];
        // Bytes of an unknown version cannot be continued.
        if (Tag is null || File.ReadLines(note!).First() != UrlMark + url)
            Clear();
    }

    /// <summary>Bytes that have come.</summary>
    public long Length => _file.Length;

    /// <summary>What identifies the version to If-Range; null where the server gave nothing.</summary>
    public string? Tag { get; private set; }

    /// <summary>The end of an advice: whether another run goes on where this one stopped.</summary>
    public string ToResume => Tag is not null && Length > 0 ? " to resume" : "";

    /// <summary>Opens the part of an earlier download of this address into this file, or begins one.</summary>
    /// <exception cref="UnusableOutputException">The file cannot be written, or another process downloads it at this moment.</exception>
    public static PartFile Open(string file, Uri url)
    {
        var target = OutputTarget.Of(file);
        if (!target.IsInPlace)
        {
            try
            {
                return Beside(target, url);
            }
            catch (UnauthorizedAccessException)
            {
                // A temporary file may do; if not, its maker says so.
            }
        }

        return new PartFile(target, target.CreateGrowing(), null, url);
    }

    /// <summary>Forgets the bytes and their version.</summary>
    public void Clear()
    {
        _file.SetLength(0);
        Tag = null;
        WriteNote();
    }

    public void SetTag(string? tag)
    {
        Tag = tag;
        WriteNote();
    }

    /// <summary>Appends bytes. It cannot be cancelled: bytes that have come are not thrown away.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        _file.Seek(0, SeekOrigin.End);
        await _file.WriteAsync(bytes, CancellationToken.None);
    }

    /// <summary>Reads at an offset; 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancel) =>
        RandomAccess.ReadAsync(_file.SafeFileHandle, buffer, offset, cancel);

    /// <summary>The first bytes of the content, decompressed; fewer where it ends, or is damaged, before that.</summary>
    public byte[] ReadHead(int bytes)
    {
        var (head, length) = (new byte[bytes], 0);
        _file.Position = 0;
        try
        {
            using var content = CompressedInput.Open(_file, _file.Name, leaveOpen: true);
            for (var read = -1; read != 0 && length < bytes; length += read)
                read = content.Read(head.AsSpan(length));
        }
        catch (Exception error) when (error is ContainerDamageException or UnsupportedContainerException)
        {
            // What came before it is all that can be looked at.
        }

        return head[..length];
    }

    /// <summary>The part is the file: puts it in its place.</summary>
    /// <exception cref="UnusableOutputException">It cannot be put there; says where it is.</exception>
    public void Complete(CancellationToken cancel)
    {
        _isKept = true;
        _target.Publish(_file.Name, cancel);
        if (_note is not null)
            File.Delete(_note);
    }

    public void Dispose()
    {
        // Deleted while it is still locked: another download may begin a part of the same name right after.
        if (!_isKept && (Length == 0 || Tag is null))
        {
            File.Delete(_file.Name);
            if (_note is not null)
                File.Delete(_note);
        }

        _file.Dispose();
    }

    private static PartFile Beside(OutputTarget target, Uri url)
    {
        for (var number = 1; number < MostNames; number++)
        {
            var path = target.RealName + (number == 1 ? ".part" : $".{number}.part");
            var note = path + ".tag";
            if (IsThere(path) ? !IsNote(note) : IsThere(note) && !IsNote(note))
                continue;
            if (!IsThere(note))
                File.WriteAllText(note, $"{UrlMark}{url}\n");
            try
            {
                return new PartFile(target, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), note, url);
            }
            catch (IOException error) when (Path.Exists(path))
            {
                throw new UnusableOutputException($"{target.Name}: {path} is in use by another download; wait for it, or name another file", error);
            }
        }

        throw new UnusableOutputException($"{target.Name}: all names of a part are taken, from {target.RealName}.part on; move them away");
    }

    /// <summary>Whether the name is taken, be it by a link to nothing.</summary>
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static bool IsNote(string path) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } && File.ReadLines(path).FirstOrDefault()?.StartsWith(UrlMark, StringComparison.Ordinal) == true;

    private void WriteNote()
    {
        if (_note is not null)
            File.WriteAllText(_note, Tag is null ? $"{UrlMark}{_url}\n" : $"{UrlMark}{_url}\n{TagMark}{Tag}\n");
    }
}
