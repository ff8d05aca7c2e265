// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>The options of commands that replay a trace of updates.</summary>
internal static class ReplayOptions
{
    /// <summary>The most peers. Netlink operations name a peer in 16 bits, and the dummy peer needs one number.</summary>
    private const int MostPeers = 65_000;

    public static Option<FileInfo[]> Updates(string description = "MRT files of updates in order of time.")
    {
        var option = CommonOptions.Many<FileInfo>("--updates", "FILE", description);
        (option.DefaultValueFactory, option.Arity) = (_ => [], ArgumentArity.ZeroOrMore);
        return option;
    }

    public static Option<int> Peers(int most = MostPeers) => CommonOptions.Of("--peers", "N", "Number of WireGuard peers.", 32).Between(1, most);

    /// <param name="whatIfs">Whether the option offers the what-ifs: schemes that no kernel has.</param>
    public static Option<string[]> Schemes(bool whatIfs = true)
    {
        string[] words = [.. SchemeKind.For(whatIfs ? Family.IPv6 : Family.IPv4).Select(kind => kind.Word).Distinct()];
        string[] named = whatIfs ? [.. SchemeKind.AllowedIpsForms.Select(kind => kind.Word)] : [];
        var more = whatIfs ? $" (the last two: IPv6); what-ifs by name only: {string.Join(", ", named)}" : "";
        var option = StrictOptions.Words("--schemes", $"Schemes; without it, all: {string.Join(", ", words)}{more}.", [.. words, .. named], "NAME");
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>Returns the words of the schemes on the command line. If the command line names no scheme, returns the words of all
    /// schemes.</summary>
    public static string[] Words(ParseResult parsed, Option<string[]> schemes) =>
        parsed.GetValue(schemes) is { Length: > 0 } given ? given : [.. SchemeKind.For(Family.IPv6).Select(kind => kind.Word).Distinct()];

    /// <summary>Returns the schemes to run: the schemes that the user named, or all schemes of the family.</summary>
    /// <exception cref="UserException">Thrown if a named scheme does not exist in the family.</exception>
    public static IReadOnlyList<SchemeKind> Chosen(ParseResult parsed, Option<string[]> schemes, Family family)
    {
        var kinds = SchemeKind.Of(Words(parsed, schemes), family);
        if (parsed.GetValue(schemes)?.FirstOrDefault(word => kinds.All(kind => kind.Word != word)) is { } missing)
        {
            var other = family == Family.IPv4 ? 6 : 4;
            throw new UserException($"scheme {missing} exists in IPv{other} only: leave it out of --schemes, or add --family {other}");
        }

        return kinds;
    }

    public static Option<int[]> Windows(int[] usual) => StrictOptions.Numbers(
        "--batch", "Times that the daemon waits for more changes.", usual, 0, 3_600_000, "MS");

    /// <exception cref="UserException">Thrown if the files hold no update of the family.</exception>
    public static ChurnTrace Compile(IReadOnlyList<TraceFile> files, Family family, BestPathRule rule, int peers, DamageLog damage)
    {
        var trace = ChurnTrace.Compile(files, family, rule, new TraceRouter(peers), damage);
        if (trace.Counts.Events > 0)
            return trace;
        trace.Dispose();
        throw InputDamage.EmptyTrace(trace.Source, family, damage, trace.Counts.RibEntries);
    }
}
