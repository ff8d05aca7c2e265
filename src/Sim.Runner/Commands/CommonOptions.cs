// SPDX-License-Identifier: MIT
using System.Text.Json;

namespace Sim.Runner.Commands;

/// <summary>The two options that choose among the paths of a dump.</summary>
internal sealed record BestPathOptions(Option<string> Best, Option<string?> Peer)
{
    /// <exception cref="UserException">Thrown if an option's value has a wrong form.</exception>
    public BestPathRule Rule(ParseResult parsed) => CommonOptions.Checked(() => BestPathRule.Parse(parsed.GetValue(Best), parsed.GetValue(Peer)));
}

/// <summary>Options that several commands share. An option has the same name and meaning in all of these commands.</summary>
internal static class CommonOptions
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Option<T> Of<T>(string name, string help, string description) => new(name) { Description = description, HelpName = help };

    public static Option<T> Of<T>(string name, string help, string description, T usual) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => usual };

    public static Option<T[]> Many<T>(string name, string help, string description) => new(name)
    {
        Description = description, HelpName = help, AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Runs code that checks values given by the user.</summary>
    /// <exception cref="UserException">Thrown if a value is out of its range, or has a wrong form.</exception>
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

    public static Option<string> Release(string whose = "the ports") => Of(
        "--release", string.Join('|', KernelReleases.Words), $"Linux release of {whose}.", KernelReleases.Default.Word()).OneOf(KernelReleases.Words);

    public static Option<int> Family() => Of("--family", "4|6", "Address family: 4 or 6.", 4).OneOf(["4", "6"]);

    public static Option<string> Order() =>
        Of("--order", "ORDER", "Order of insertion: file, sorted (by address), by-length, shuffled.", "file").OneOf([.. TableOrder.Names]);

    public static Option<ulong> Seed() => Of("--seed", "N", "Seed of all random choices.", 1ul).OfDigits();

    /// <summary>Returns the option for the report's folder. <paramref name="usual"/> names the default folder in reports/.</summary>
    public static Option<DirectoryInfo> Out(string usual = "latest") => new("--out")
    {
        Description = "Folder of the report.", DefaultValueFactory = _ => new DirectoryInfo(ReportFolder(usual)),
        HelpName = "DIR",
    };

    /// <summary>Returns the path of a folder in the checkout's reports/, relative to the current folder. Outside a checkout, reports/ is in
    /// the current folder.</summary>
    public static string ReportFolder(string name)
    {
        var here = Environment.CurrentDirectory;
        for (var folder = here; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Sim.sln")))
                return Path.GetRelativePath(here, Path.Combine(folder, "reports", name));
        }

        return Path.Combine("reports", name);
    }

    /// <summary>Returns the option for the bytes of the last-level cache, which some systems misstate. The option's default is 0.</summary>
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
