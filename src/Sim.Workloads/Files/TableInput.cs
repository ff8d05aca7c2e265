// SPDX-License-Identifier: MIT
using Sim.Files;
using Sim.Kernel;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Files;

/// <summary>Reads what <c>--table</c> names, whatever it is; without it, the embedded table.</summary>
public static class TableInput
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
