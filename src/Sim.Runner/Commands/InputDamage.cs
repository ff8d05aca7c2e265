// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>Reports the damage of an input on standard error, and returns the exit code.</summary>
internal static class InputDamage
{
    /// <summary>Reports the damage of a table's file and the entries that were left out.</summary>
    public static int ReportDamage(this LoadedTable loaded)
    {
        foreach (var line in loaded.Warnings())
            Console.Error.WriteLine(line);
        return Code(loaded.Damage);
    }

    /// <summary>Reports the damage of a file that is not a table.</summary>
    public static int Report(DamageLog damage)
    {
        foreach (var place in LoadedTable.Places(damage))
            Console.Error.WriteLine(place);
        if (damage.Count > 0)
            Console.Error.WriteLine($"Damaged input: {LoadedTable.Number(damage)} in all; the valid part was used");
        return Code(damage);
    }

    /// <summary>Reports the damage, and returns the error for a trace without updates. The damage comes first, because it may explain the
    /// error.</summary>
    public static UserException EmptyTrace(string source, Family family, DamageLog damage, long ribEntries = 0)
    {
        Report(damage);
        return new UserException(
            $"{source}: no IPv{(int)family} update"
            + (ribEntries > 0 ? "; this is a dump of a table, which --table takes" : damage.Count > 0 ? " that is valid" : " (try the other --family)"));
    }

    private static int Code(DamageLog damage) => damage.Count == 0 ? ExitCode.Success : ExitCode.Damaged;
}
