// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Runner.Commands;

/// <summary>A table and what was wrong with the file it came from.</summary>
/// <param name="Table">What was valid.</param>
/// <param name="Damage">What was not.</param>
/// <param name="List">What was counted, if it came from a list.</param>
internal sealed record LoadedTable(RouteTable Table, DamageLog Damage, PrefixListCounts? List = null)
{
    private const int Shown = 10;

    /// <summary>Names the damage on standard error; the exit code says whether there was any.</summary>
    public int ReportDamage()
    {
        foreach (var line in Warnings())
            Console.Error.WriteLine(line);
        return Damage.Count == 0 ? ExitCode.Success : ExitCode.Damaged;
    }

    /// <summary>The same for a file that gives no table.</summary>
    public static int Report(DamageLog damage)
    {
        foreach (var place in damage.First.Take(Shown))
            Console.Error.WriteLine($"Damaged input: {place}");
        if (damage.Count > 0)
            Console.Error.WriteLine($"Damaged input: {Places(damage)} in all; what was valid was used");
        return damage.Count == 0 ? ExitCode.Success : ExitCode.Damaged;
    }

    /// <summary>What was left out of a list, the first places of damage, and how many there are.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var notes = List?.Notes().Select(note => $"{Table.Source}: {note.Count:N0} {note.What}") ?? [];
        if (Damage.Count == 0)
            return [.. notes];
        var lines = notes.Concat(Damage.First.Take(Shown).Select(damage => $"Damaged input: {damage}")).ToList();
        lines.Add($"Damaged input: {Places(Damage)} in all; the {Table.Routes.Length:N0} valid IPv{(int)Table.Family} prefixes were used");
        return lines;
    }

    private static string Places(DamageLog damage) => damage.Count == 1 ? "1 place" : $"{damage.Count:N0} places";
}

/// <summary>Reads what <c>--table</c> names, whatever it is; without it, the embedded table.</summary>
internal static class TableInput
{
    public static LoadedTable Load(FileInfo? file, Family family, BestPathRule rule, IWorkProgress progress, CancellationToken cancel) =>
        Load(file, [family], rule, progress, cancel)[0];

    /// <summary>The same for several families: one reading for each.</summary>
    public static List<LoadedTable> Load(
        FileInfo? file, Family[] families, BestPathRule rule, IWorkProgress progress, CancellationToken cancel)
    {
        var input = file is null ? null : new InputFile(file, again: families.Length > 1, progress, cancel);
        return [.. families.Select(family => Load(input, family, rule, progress, cancel))];
    }

    private static LoadedTable Load(InputFile? file, Family family, BestPathRule rule, IWorkProgress progress, CancellationToken cancel)
    {
        if (file is null)
        {
            progress.Step("decode the embedded table", 1, "tables");
            return new LoadedTable(EmbeddedTable.Load(family), new DamageLog());
        }

        using var content = new TableContent(file, progress, cancel);
        var damage = new DamageLog();
        try
        {
            if (!content.IsText)
                return new LoadedTable(MrtTable.Load(content, file.Name, family, rule, damage), damage);
            var table = PrefixListReader.Read(content, file.Name, family, damage, out var counts);
            content.RefuseWithoutPrefix(counts, damage);
            return new LoadedTable(table, damage, counts);
        }
        catch (InvalidDataException error)
        {
            throw new UserException(error.Message);
        }
    }
}

/// <summary>
/// The content of a file: decompressed, with progress, and with its first bytes looked at to tell text from MRT.
/// Where the container is damaged, the readers get the exception and log it.
/// </summary>
internal sealed class TableContent : ForwardStream
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

    /// <summary>Refuses text without a prefix. The error says what the text looks like and what is wrong with its first line.</summary>
    public void RefuseWithoutPrefix(PrefixListCounts counts, DamageLog damage)
    {
        // A page may show an address on a line of its own; a list never begins with a tag.
        if (!counts.HasNothing && !ContentRecogniser.IsMarkup(Head))
            return;
        if (!counts.HasNothing)
            throw new UserException($"{_name}: {ContentRecogniser.Describe(Head)}, and no list of prefixes");
        var first = damage.Count > 0 ? $" (line {damage.First[0].Record}: {damage.First[0].What})" : "";
        throw new UserException($"{_name}: {ContentRecogniser.Describe(Head)} without a prefix in {counts.Lines:N0} line{(counts.Lines == 1 ? "" : "s")}{first}");
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
