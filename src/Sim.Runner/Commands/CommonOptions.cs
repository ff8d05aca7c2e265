// SPDX-License-Identifier: MIT
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sim.Runner.Commands;

/// <summary>The two options that choose among the paths of a dump.</summary>
internal sealed record BestPathOptions(Option<string> Best, Option<string?> Peer)
{
    /// <exception cref="UserException">An option has none of its forms.</exception>
    public BestPathRule Rule(ParseResult parsed) => CommonOptions.Checked(() => BestPathRule.Parse(parsed.GetValue(Best), parsed.GetValue(Peer)));
}

/// <summary>Options that several commands have in common: one name and one meaning everywhere.</summary>
internal static class CommonOptions
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Option<T> Of<T>(string name, string help, string description) => new(name) { Description = description, HelpName = help };

    /// <summary>The same with the value that it has if it is not given.</summary>
    public static Option<T> Of<T>(string name, string help, string description, T usual) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => usual };

    public static Option<T[]> Many<T>(string name, string help, string description) => new(name)
    {
        Description = description, HelpName = help, AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Makes something of values that the user gave.</summary>
    /// <exception cref="UserException">They are not in their range, or not in their form.</exception>
    public static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new UserException(error.Message);
        }
    }

    public static Option<FileInfo?> Table() =>
        Of<FileInfo?>("--table", "FILE", "MRT dump or prefix list, plain or compressed; - is standard input. Without it: the embedded table.");

    /// <summary>The release of Linux; <paramref name="whose"/> says of which things.</summary>
    public static Option<string> Release(string whose = "the ports") => Of(
        "--release", string.Join('|', KernelReleases.Words), $"Linux release of {whose}.", KernelReleases.Default.Word()).OneOf(KernelReleases.Words);

    public static Option<int> Family() => Of("--family", "4|6", "Address family: 4 or 6.", 4).OneOf(["4", "6"]);

    public static Option<string> Order() =>
        Of("--order", "ORDER", "Order of insertion: file, sorted (by address), by-length, shuffled.", "file").OneOf([.. TableOrder.Names]);

    public static Option<ulong> Seed() => Of("--seed", "N", "Seed of all random choices.", 1ul).OfDigits();

    /// <summary>The folder of a report; <paramref name="usual"/> names that in reports/.</summary>
    public static Option<DirectoryInfo> Out(string usual = "latest") => new("--out")
    {
        Description = "Folder of the report.", DefaultValueFactory = _ => new DirectoryInfo(ReportFolders.At(usual)),
        HelpName = "DIR",
    };

    /// <summary>The size of the last-level cache, for systems that hide or misstate it; 0 without the option.</summary>
    public static Option<long> CacheSize() => new("--cache-size")
    {
        Description = "Size of the last-level cache, if the system misstates it: 260M, 32768K, 1G, or bytes.",
        HelpName = "SIZE",
        CustomParser = static result =>
        {
            var text = result.Tokens[0].Value;
            if (Sim.Figures.Machine.CacheSize.TryParse(text, out var bytes) && bytes is >= Sim.Figures.Machine.CacheSize.Least and <= Sim.Figures.Machine.CacheSize.Most)
                return bytes;
            result.AddError($"--cache-size takes a size from 64K to 16G, such as 260M or 32768K, not {text}.");
            return 0;
        },
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };

    public static BestPathOptions BestPath() => new(
        Of("--best", "RULE", "Best path of a dump: path (shortest AS path) or preference (RFC 4271).", "path"),
        Of<string?>("--bgp-peer", "PEER", "One BGP peer's paths, by index, address or ASn; without it, the best over all peers."));

    public static string Indented(this JsonNode json) => json.ToJsonString(s_indented);

    public static Family ToFamily(this int number) => number == 6 ? Kernel.Family.IPv6 : Kernel.Family.IPv4;
}
