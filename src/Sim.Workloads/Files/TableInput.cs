// SPDX-License-Identifier: MIT
using Sim.Files;

namespace Sim.Workloads.Files;

/// <summary>Loads the table that <c>--table</c> names, in any supported format. Without this option, the embedded table is
/// loaded.</summary>
public static class TableInput
{
    public static LoadedTable Load(FileInfo? file, Family family, BestPathRule rule, IWorkProgress progress, CancellationToken cancel) =>
        Load(file, [family], rule, progress, cancel)[0];

    public static List<LoadedTable> Load(
        FileInfo? file, Family[] families, BestPathRule rule, IWorkProgress progress, CancellationToken cancel)
    {
        var input = file is null ? null : new InputFile(file, again: families.Length > 1, progress, cancel);
        return [.. families.Select(family => Load(input, family, rule, progress, cancel))];
    }

    /// <summary>Loads a table of a file that the caller may read again, or the embedded table.</summary>
    public static LoadedTable Load(InputFile? file, Family family, BestPathRule rule, IWorkProgress progress, CancellationToken cancel)
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

/// <summary>The valid part of a table, the damage found in its file, and the counts of its prefix list. The counts are null if the file is
/// not a prefix list.</summary>
public sealed record LoadedTable(RouteTable Table, DamageLog Damage, PrefixListCounts? List = null)
{
    private const int Shown = 10;

    /// <summary>Returns the remarks on the input: entries of a list that were left out, the first damaged places, and the number of all
    /// damaged places.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var notes = List?.Notes().Select(note => $"{Table.Source}: {note.Count:N0} {note.What} ({note.First})") ?? [];
        if (Damage.Count == 0)
            return [.. notes];
        return [.. notes, .. Places(Damage), $"Damaged input: {Number(Damage)} in all; the {Table.Routes.Length:N0} valid IPv{(int)Table.Family} prefixes were used"];
    }

    public static IEnumerable<string> Places(DamageLog damage) => damage.First.Take(Shown).Select(place => $"Damaged input: {place}");
    public static string Number(DamageLog damage) => damage.Count == 1 ? "1 place" : $"{damage.Count:N0} places";
}

/// <summary>Opens the update files of a trace and reports progress.</summary>
public static class TraceFiles
{
    /// <summary>Returns the trace's files. Each file is checked when it is opened. Error messages name the command-line option.</summary>
    public static IReadOnlyList<TraceFile> Open(FileInfo[] files, string option, bool again, IWorkProgress progress, CancellationToken cancel) =>
    [
        .. files.Select(file => new InputFile(file, again, progress, cancel)).Select(file => new TraceFile(file.Name, () =>
        {
            var content = new TableContent(file, progress, cancel);
            if (!content.IsText)
                return content;
            content.Dispose();
            throw new UserException($"{file.Name} is text; {option} takes MRT files of updates");
        })),
    ];
}
