// SPDX-License-Identifier: MIT
using System.CommandLine;
using Sim.Figures.Machine;
using Sim.Files;
using Sim.Kernel;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Runner.Commands;

/// <summary>The two options that choose among the paths of a dump.</summary>
internal sealed record BestPathOptions(Option<string> Best, Option<string?> Peer)
{
    /// <exception cref="UserException">An option has none of its forms.</exception>
    public BestPathRule Rule(ParseResult parsed)
    {
        try
        {
            return BestPathRule.Parse(parsed.GetValue(Best), parsed.GetValue(Peer));
        }
        catch (FormatException error)
        {
            throw new UserException(error.Message);
        }
    }
}

/// <summary>Options that several commands have in common: one name and one meaning everywhere.</summary>
internal static class CommonOptions
{
    public static Option<FileInfo?> Table(string without = "the embedded table") => new("--table")
    {
        Description = $"MRT dump or prefix list, plain or compressed; - is standard input. Without it: {without}.",
        HelpName = "FILE",
    };

    public static Option<int> Family() => new Option<int>("--family")
    {
        Description = "Address family: 4 or 6.",
        DefaultValueFactory = _ => 4,
        HelpName = "4|6",
    }.OneOf(["4", "6"]);

    public static Option<string> Order() => new Option<string>("--order")
    {
        Description = "Order of insertion: file, sorted (by address), by-length, shuffled.",
        DefaultValueFactory = _ => "file",
        HelpName = "ORDER",
    }.OneOf([.. TableOrder.Names]);

    public static Option<ulong> Seed() => new Option<ulong>("--seed")
    {
        Description = "Seed of all random choices.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    }.OfDigits();

    /// <summary>The folder of a report.</summary>
    public static Option<DirectoryInfo> Out() => new("--out")
    {
        Description = "Folder of the report.",
        DefaultValueFactory = _ => new DirectoryInfo(ReportFolders.At("latest")),
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

    /// <summary>The two options that choose among a dump's paths.</summary>
    public static BestPathOptions BestPath() => new(
        new Option<string>("--best")
        {
            Description = "Best path of a dump: path (shortest AS path) or preference (RFC 4271).",
            DefaultValueFactory = _ => "path",
            HelpName = "RULE",
        },
        new Option<string?>("--bgp-peer")
        {
            Description = "One BGP peer's paths, by index, address or ASn; without it, the best over all peers.",
            HelpName = "PEER",
        });

    public static Family ToFamily(this int number) => number == 6 ? Kernel.Family.IPv6 : Kernel.Family.IPv4;
}
