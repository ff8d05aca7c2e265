// SPDX-License-Identifier: MIT
using System.Reflection;

namespace Sim.Runner.Commands;

/// <summary>Facts about a result: the command, the versions of this program, and the table.</summary>
internal static class RunOf
{
    /// <summary>Returns the typed words after the program's name, quoted for a shell (<see cref="ShellWords"/>).</summary>
    public static string Command(ParseResult parsed) => ShellWords.Join(Words(parsed));

    /// <summary>Returns the typed words after the program's name.</summary>
    public static List<string> Words(ParseResult parsed)
    {
        var words = new List<string>();
        TokenType? before = null;
        foreach (var token in parsed.Tokens)
        {
            // The parser splits --option=-value in two. Alone, -value would be an option.
            if (before == TokenType.Option && token.Type == TokenType.Argument && token.Value.StartsWith('-'))
                words[^1] += $"={token.Value}";
            else
                words.Add(token.Value);
            before = token.Type;
        }

        return words;
    }

    public static IReadOnlyList<NamedFact> Versions(KernelRelease release) =>
    [
        new("wg-sim", VersionOf(typeof(RunOf))),
        new("ports follow", $"Linux {release.Word()} (allowedips.c{(release == KernelRelease.Linux6_12 ? " with single-prefix removal of 6.16" : "")}, "
            + "fib_trie.c, ip6_fib.c, mm/slub.c)"),
        new("MathNet.Numerics", VersionOf(typeof(MathNet.Numerics.Statistics.Statistics))),
        new("ScottPlot", VersionOf(typeof(ScottPlot.Plot))),
    ];

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";

    public static TableFacts Facts(this RouteTable table) =>
        new(table.Source, (int)table.Family, table.Routes.Length, table.NextHops.Count, table.Digest);
}
