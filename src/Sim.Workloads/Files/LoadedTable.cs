// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Files;

/// <summary>A table and what was wrong with the file it came from.</summary>
/// <param name="Table">What was valid.</param>
/// <param name="Damage">What was not.</param>
/// <param name="List">What was counted, if it came from a list.</param>
public sealed record LoadedTable(RouteTable Table, DamageLog Damage, PrefixListCounts? List = null)
{
    private const int Shown = 10;

    /// <summary>Returns the remarks on the input: entries of a list that were left out, the first places of damage, and their number.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var notes = List?.Notes().Select(note => $"{Table.Source}: {note.Count:N0} {note.What} ({note.First})") ?? [];
        if (Damage.Count == 0)
            return [.. notes];
        return [.. notes, .. Places(Damage), $"Damaged input: {Number(Damage)} in all; the {Table.Routes.Length:N0} valid IPv{(int)Table.Family} prefixes were used"];
    }

    /// <summary>The first places of damage.</summary>
    public static IEnumerable<string> Places(DamageLog damage) => damage.First.Take(Shown).Select(place => $"Damaged input: {place}");

    /// <summary>The number of places in words.</summary>
    public static string Number(DamageLog damage) => damage.Count == 1 ? "1 place" : $"{damage.Count:N0} places";
}
