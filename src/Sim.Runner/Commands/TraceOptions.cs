// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.CommandLine.Parsing;
using Sim.Kernel;
using Sim.Runner.Schemes.Binding;
using Sim.Workloads;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;

namespace Sim.Runner.Commands;

/// <summary>The options of commands that replay a trace of updates, and the trace that comes of them.</summary>
internal static class TraceOptions
{
    /// <summary>Netlink operations name a peer in 16 bits, and one number is the dummy peer's.</summary>
    private const int MostPeers = 65_000;

    public static Option<FileInfo[]> Updates(bool required) => new("--updates")
    {
        Description = "MRT files of updates in order of time; plain or compressed.",
        HelpName = "FILE",
        Required = required,
        DefaultValueFactory = required ? null : _ => [],
        AllowMultipleArgumentsPerToken = true,
        Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
    };

    public static Option<int> Peers(int most = MostPeers) => new Option<int>("--peers")
    {
        Description = "Number of WireGuard peers: next hops of the trace and prefixes of the table are spread over them.",
        DefaultValueFactory = _ => 32,
        HelpName = "N",
    }.AtLeast(1, most);

    public static Option<int[]> Schemes() => Numbers(
        "--schemes", "Schemes by number, with commas or blanks between: "
            + string.Join(", ", BindingKind.All.DistinctBy(kind => kind.Number).Select(kind => $"{kind.Number} {kind.Name}")) + ".",
        [.. BindingKind.Numbers], number => BindingKind.Numbers.Contains(number) ? null : "1 to 8", "N");

    public static Option<int[]> Windows(int[] usual) => Numbers(
        "--batch", "How long the daemon waits for more changes, in ms.", usual, ms => ms is >= 0 and <= 3_600_000 ? null : "0 to 3600000", "MS");

    /// <summary>Reads the files.</summary>
    /// <exception cref="UserException">They hold no update of the family.</exception>
    public static ChurnTrace Compile(
        FileInfo[] files, Family family, BestPathRule rule, int peers, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        var trace = CompileAny(files, family, rule, peers, damage, progress, cancel);
        if (trace.Counts.Events > 0)
            return trace;
        trace.Dispose();
        throw new UserException($"{trace.Source}: no IPv{(int)family} update"
            + (trace.Counts.RibEntries > 0 ? "; this is a dump of a table, which --table takes" : " (try the other --family)"));
    }

    /// <summary>The same; a trace without an event of the family is one, too.</summary>
    public static ChurnTrace CompileAny(
        FileInfo[] files, Family family, BestPathRule rule, int peers, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        var inputs = files.Select(file => new TraceFile(file.ToString(), () =>
        {
            var content = new TableContent(file, progress, cancel);
            if (!content.IsText)
                return content;
            content.Dispose();
            throw new UserException($"{file} is text; --updates takes MRT files of updates");
        })).ToList();
        return ChurnTrace.Compile(inputs, family, rule, new TraceRouter(peers), damage);
    }

    private static Option<int[]> Numbers(string name, string description, int[] usual, Func<int, string?> wrong, string help) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result => ParseNumbers(name, result, wrong),
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static int[] ParseNumbers(string name, ArgumentResult result, Func<int, string?> wrong)
    {
        var numbers = new List<int>();
        foreach (var text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(text, out var number))
                result.AddError($"{name} takes whole numbers, not '{text}'.");
            else if (wrong(number) is { } range)
                result.AddError($"{name} takes {range}, not {number}.");
            else if (!numbers.Contains(number))
                numbers.Add(number);
        }

        return [.. numbers];
    }
}
