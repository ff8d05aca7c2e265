// SPDX-License-Identifier: MIT
using Sim.Files;

namespace Sim.Workloads.Files;

/// <summary>Decompresses a file, reports progress, and examines the first bytes to tell text from MRT. If the container is damaged, the
/// readers get the exception and log it.</summary>
public sealed class TableContent : ForwardStream
{
    private const int HeadBytes = 4096;
    private const double Megabyte = 1e6;

    private readonly string _name;
    private readonly CompressedInput _input;
    private readonly IWorkProgress _progress;
    private readonly CancellationToken _cancel;
    private readonly ByteFeed _feed;
    private readonly byte[] _head;
    private ContainerDamageException? _damage;

    /// <exception cref="UserException">Thrown if the file does not exist, is a folder, is empty, begins with only zeros, is in an
    /// unsupported container, or is neither MRT nor readable text.</exception>
    public TableContent(InputFile file, IWorkProgress progress, CancellationToken cancel)
    {
        (_name, _progress, _cancel) = (file.Name, progress, cancel);
        var stream = file.Open();
        try
        {
            _input = CompressedInput.Open(stream);
            progress.Step($"read {file.ShortName}", Math.Max(_input.CompressedLength, 0) / Megabyte, "MB");
            _feed = new ByteFeed(_input);
            _head = ReadHead();
            if (_head.Length == 0 && _damage is null)
                throw new UserException($"{_name} is empty");
            if (_head.Length > 0 && !_head.AsSpan().ContainsAnyExcept((byte)0))
                throw new UserException($"{_name} begins with {_head.Length:N0} zero bytes: this is no table (a sparse file, or one that was never written to its end?)");
            var kind = ContentRecogniser.Recognise(_head);
            if (kind is not (ContentKind.Text or ContentKind.Mrt))
                throw new UserException($"{_name}: {ContentRecogniser.Refusal(kind, _head)}");
            IsText = kind == ContentKind.Text;
        }
        catch (Exception error)
        {
            stream.Dispose();
            if (error is UnsupportedContainerException unsupported)
                throw Refused(unsupported);
            throw;
        }
    }

    /// <summary>Whether the content is a prefix list. Content that is not a prefix list is read as MRT.</summary>
    public bool IsText { get; }

    public ContainerFormat Container => _input.Format;

    /// <summary>Refuses text in an unsupported format, and text without a prefix. The error names the format that the text seems to have,
    /// and the mistake in the first line.</summary>
    public void RefuseWithoutPrefix(PrefixListCounts counts, DamageLog damage)
    {
        if (counts.Refusal is { } refusal)
            throw new UserException($"{_name}: line {counts.Lines:N0}: {refusal}");
        // A web page may show an address on its own line, but no list begins with a tag or like JSON.
        if (!counts.HasNothing && !ContentRecogniser.IsNoList(_head))
            return;
        var (look, advice) = (ContentRecogniser.Describe(_head), ContentRecogniser.Advice(_head));
        if (!counts.HasNothing)
            throw new UserException($"{_name}: {look}, and no list of prefixes{advice}");
        var first = damage.Count > 0 ? $" (line {damage.First[0].Record}: {damage.First[0].What})" : "";
        throw new UserException($"{_name}: {look} without a prefix in {counts.Lines:N0} line{(counts.Lines == 1 ? "" : "s")}{first}{advice}");
    }

    public override int Read(Span<byte> buffer)
    {
        if (!_feed.Buffered.IsEmpty)
            return _feed.Read(buffer);
        _cancel.ThrowIfCancellationRequested();
        if (_damage is not null)
            throw _damage;
        try
        {
            var read = _input.Read(buffer);
            _progress.Done(_input.CompressedPosition / Megabyte);
            return read;
        }
        catch (UnsupportedContainerException unsupported)
        {
            throw Refused(unsupported);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private byte[] ReadHead()
    {
        try
        {
            for (var length = 1; length <= HeadBytes && _feed.Fill(length); length = _feed.Buffered.Length + 1)
                _cancel.ThrowIfCancellationRequested();
        }
        catch (ContainerDamageException damage)
        {
            _damage = damage;
        }

        return _feed.Buffered[..Math.Min(_feed.Buffered.Length, HeadBytes)].ToArray();
    }

    private UserException Refused(UnsupportedContainerException unsupported)
    {
        var command = unsupported.Command?.Replace("FILE", _name, StringComparison.Ordinal);
        return new UserException($"{_name}: {unsupported.What}" + (command is null ? "" : $"; read its content from a pipe: {command} | ... -"));
    }
}
