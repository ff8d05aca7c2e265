// SPDX-License-Identifier: MIT
using Sim.Files;
using Sim.Kernel;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Files;

/// <summary>
/// The content of a file: decompressed, with progress, and with its first bytes looked at to tell text from MRT.
/// Where the container is damaged, the readers get the exception and log it.
/// </summary>
public sealed class TableContent : ForwardStream
{
    private const int HeadBytes = 4096;
    private const double Megabyte = 1e6;

    private readonly string _name;
    private readonly CompressedInput _input;
    private readonly IWorkProgress _progress;
    private readonly CancellationToken _cancel;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly int _headLength;
    private int _headTaken;
    private ContainerDamageException? _damage;

    /// <exception cref="UserException">
    /// No such file, a folder, an empty file, zeros, a container that is not read, or content that is neither MRT nor readable text.
    /// </exception>
    public TableContent(InputFile file, IWorkProgress progress, CancellationToken cancel)
    {
        (_name, _progress, _cancel) = (file.Name, progress, cancel);
        var stream = file.Open();
        try
        {
            _input = CompressedInput.Open(stream, _name);
            progress.Step($"read {file.ShortName}", Math.Max(_input.CompressedLength, 0) / Megabyte, "MB");
            _headLength = ReadHead();
            if (_headLength == 0 && _damage is null)
                throw new UserException($"{_name} is empty");
            if (_headLength > 0 && !_head.AsSpan(0, _headLength).ContainsAnyExcept((byte)0))
                throw new UserException($"{_name} begins with {_headLength:N0} zero bytes: this is no table (a sparse file, or one that was never written to its end?)");
            var kind = ContentRecogniser.Recognise(Head);
            if (kind is not (ContentKind.Text or ContentKind.Mrt))
                throw new UserException($"{_name}: {ContentRecogniser.Refusal(kind, Head)}");
            IsText = kind == ContentKind.Text;
        }
        catch (UnsupportedContainerException unsupported)
        {
            stream.Dispose();
            throw Refused(unsupported);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the content is a prefix list; otherwise it is taken for MRT.</summary>
    public bool IsText { get; }

    public ContainerFormat Container => _input.Format;

    private ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    /// <summary>Refuses text in a format that is not read, and text without a prefix. The error says what the text looks like and what is wrong with its first line.</summary>
    public void RefuseWithoutPrefix(PrefixListCounts counts, DamageLog damage)
    {
        if (counts.Refusal is { } refusal)
            throw new UserException($"{_name}: line {counts.Lines:N0}: {refusal}");
        // A page may show an address on a line of its own; a list never begins with a tag or as JSON does.
        if (!counts.HasNothing && !ContentRecogniser.IsNoList(Head))
            return;
        var advice = ContentRecogniser.Advice(Head);
        if (!counts.HasNothing)
            throw new UserException($"{_name}: {ContentRecogniser.Describe(Head)}, and no list of prefixes{advice}");
        var first = damage.Count > 0 ? $" (line {damage.First[0].Record}: {damage.First[0].What})" : "";
        throw new UserException($"{_name}: {ContentRecogniser.Describe(Head)} without a prefix in {counts.Lines:N0} line{(counts.Lines == 1 ? "" : "s")}{first}{advice}");
    }

    public override int Read(Span<byte> buffer)
    {
        if (_headTaken == _headLength)
            return ReadInput(buffer);
        var count = Math.Min(buffer.Length, _headLength - _headTaken);
        _head.AsSpan(_headTaken, count).CopyTo(buffer);
        _headTaken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private int ReadHead()
    {
        var length = 0;
        try
        {
            for (var read = -1; read != 0 && length < HeadBytes; length += read)
            {
                _cancel.ThrowIfCancellationRequested();
                read = _input.Read(_head.AsSpan(length));
            }
        }
        catch (ContainerDamageException damage)
        {
            _damage = damage;
        }

        return length;
    }

    private UserException Refused(UnsupportedContainerException unsupported)
    {
        var command = unsupported.Command?.Replace("FILE", _name, StringComparison.Ordinal);
        return new UserException($"{_name}: {unsupported.What}" + (command is null ? "" : $"; read its content from a pipe: {command} | ... -"));
    }

    private int ReadInput(Span<byte> buffer)
    {
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
}
