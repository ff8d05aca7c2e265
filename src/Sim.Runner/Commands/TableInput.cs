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
internal sealed record LoadedTable(RouteTable Table, DamageLog Damage)
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
            Console.Error.WriteLine($"Damaged input: {damage.Count:N0} places in all; what was valid was used");
        return damage.Count == 0 ? ExitCode.Success : ExitCode.Damaged;
    }

    /// <summary>The first places of damage, and how many there are.</summary>
    public IReadOnlyList<string> Warnings()
    {
        if (Damage.Count == 0)
            return [];
        var lines = Damage.First.Take(Shown).Select(damage => $"Damaged input: {damage}").ToList();
        lines.Add($"Damaged input: {Damage.Count:N0} places in all; the {Table.Routes.Length:N0} valid IPv{(int)Table.Family} prefixes were used");
        return lines;
    }
}

/// <summary>Reads what <c>--table</c> names, whatever it is; without it, the embedded table.</summary>
internal static class TableInput
{
    public static LoadedTable Load(FileInfo? file, Family family, BestPathRule rule, IWorkProgress progress, CancellationToken cancel)
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
            var table = content.IsText
                ? PrefixListReader.Read(content, file.ToString(), family, damage)
                : MrtTable.Load(content, file.ToString(), family, rule, damage);
            if (content.IsText && content.ContainerDamage is { } container)
                damage.Add(file.ToString(), 0, container.CompressedOffset, container.Message);
            return new LoadedTable(table, damage);
        }
        catch (InvalidDataException error)
        {
            throw new UserException(error.Message);
        }
    }
}

/// <summary>
/// The content of a file: decompressed, with progress, and with its first bytes looked at to tell text from MRT.
/// Where the container is damaged, text ends (its reader knows nothing of containers) and the damage is kept; the MRT
/// reader gets the exception and logs it with the record.
/// </summary>
internal sealed class TableContent : ForwardStream
{
    private const int HeadBytes = 4096;
    private const double Megabyte = 1e6;

    private readonly CompressedInput _input;
    private readonly IWorkProgress _progress;
    private readonly CancellationToken _cancel;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly int _headLength;
    private int _headTaken;

    /// <exception cref="UserException">No such file, a folder, or an empty file.</exception>
    public TableContent(FileInfo file, IWorkProgress progress, CancellationToken cancel)
    {
        if (Directory.Exists(file.FullName))
            throw new UserException($"{file} is a folder; name a file");
        if (!file.Exists)
            throw new UserException($"{file}: no such file; 'table download' fetches a dump, and without --table the embedded table is used");
        (_progress, _cancel) = (progress, cancel);
        _input = CompressedInput.Open(file.FullName);
        progress.Step($"read {file.Name}", Math.Max(_input.CompressedLength, 0) / Megabyte, "MB");
        try
        {
            for (var read = -1; read != 0 && _headLength < HeadBytes; _headLength += read)
                read = _input.Read(_head.AsSpan(_headLength));
        }
        catch (ContainerDamageException damage)
        {
            ContainerDamage = damage;
        }

        if (_headLength == 0 && ContainerDamage is null)
            throw new UserException($"{file} is empty");
        IsText = PrefixListReader.LooksLikeText(_head.AsSpan(0, _headLength));
    }

    /// <summary>Whether the content is a prefix list; otherwise it is taken for MRT.</summary>
    public bool IsText { get; }

    public ContainerFormat Container => _input.Format;

    public ContainerDamageException? ContainerDamage { get; private set; }

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

    private int ReadInput(Span<byte> buffer)
    {
        _cancel.ThrowIfCancellationRequested();
        if (ContainerDamage is not null)
            return IsText ? 0 : throw ContainerDamage;
        try
        {
            var read = _input.Read(buffer);
            _progress.Done(_input.CompressedPosition / Megabyte);
            return read;
        }
        catch (ContainerDamageException damage)
        {
            ContainerDamage = damage;
            if (IsText)
                return 0;
            throw;
        }
    }
}
