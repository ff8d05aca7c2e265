// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

internal static class TableCommand
{
    public static Command Create() => new("table", "Inspects, converts and generates tables.")
    {
        TableInfoCommand.Create(),
        Convert(),
        Generate(),
        SpeakerFiles.Create(),
    };

    private static Command Convert()
    {
        var input = new Argument<FileInfo>("FILE") { Description = "Dump or list to read; - is standard input." };
        var output = new Argument<FileInfo>("OUT") { Description = "File to write; - is standard output." };
        var (family, best) = (CommonOptions.Family(), CommonOptions.BestPath());
        var (format, peers, missing, seed) = (Format(), MrtPeers(), Missing(), CommonOptions.Seed());
        return new Command(
            "convert",
            """
            Writes the prefixes of one family, with next hop and origin AS if known, in the order of the file.

            Examples:
              table convert latest-bview.gz prefixes.txt
              table convert prefixes.txt dump.mrt --to mrt --mrt-peers 20
              table convert ris-dump.mrt.bz2 origins.pfx2as --to pfx2as --family 6
            """)
        {
            input, output, format, family, best.Best, best.Peer, peers, missing, seed,
        }.Does((parsed, progress, cancel) =>
        {
            using var file = new OutputFile(parsed.GetValue(output)!.ToString(), cancel);
            var loaded = TableInput.Load(parsed.GetValue(input), parsed.GetValue(family).ToFamily(), best.Rule(parsed), progress, cancel);
            if (loaded.Table.Routes.Length == 0)
            {
                loaded.ReportDamage();
                throw new UserException($"{loaded.Table.Source} holds no IPv{(int)loaded.Table.Family} prefix, and nothing was written (try the other --family)");
            }

            var options = new MrtDumpOptions
            {
                Peers = parsed.GetValue(peers), Missing = parsed.GetValue(missing), Seed = parsed.GetValue(seed),
                NextHopsOfTable = parsed.GetValue(peers) == 1,
            };
            Write(loaded.Table, file, parsed.GetValue(format), options, progress, cancel);
            return loaded.ReportDamage();
        });
    }

    private static Command Generate()
    {
        var output = new Argument<FileInfo>("FILE") { Description = "File to write; - is standard output." };
        var prefixes = CommonOptions.Of("--prefixes", "N", $"Number of prefixes, up to {TableGenerator.Largest:N0}.", 1_000_000)
            .Between(TableGenerator.Smallest, TableGenerator.Largest);
        var family = CommonOptions.Family();
        var (format, peers, missing, seed) = (Format(), MrtPeers(), Missing(), CommonOptions.Seed());
        return new Command(
            "generate",
            """
            Generates a table of any size with the structure of the embedded one: mix of lengths, nesting, clustering.
            The same size, family and seed give the same table.

            Examples:
              table generate 4m.txt --prefixes 4000000
              table generate v6.mrt --family 6 --prefixes 200000 --to mrt
            """)
        {
            output, prefixes, family, format, peers, missing, seed,
        }.Does((parsed, progress, cancel) =>
        {
            using var file = new OutputFile(parsed.GetValue(output)!.ToString(), cancel);
            progress.Step("generate", 1, "tables");
            var table = TableGenerator.Generate(parsed.GetValue(family).ToFamily(), parsed.GetValue(prefixes), parsed.GetValue(seed));
            cancel.ThrowIfCancellationRequested();
            var options = new MrtDumpOptions { Peers = parsed.GetValue(peers), Missing = parsed.GetValue(missing), Seed = parsed.GetValue(seed) };
            Write(table, file, parsed.GetValue(format), options, progress, cancel);
            return ExitCode.Success;
        });
    }

    private static void Write(
        RouteTable table, OutputFile output, string? format, MrtDumpOptions options, IWorkProgress progress, CancellationToken cancel)
    {
        progress.Step($"write {output.Name}", table.Routes.Length, "prefixes");
        try
        {
            if (format == "mrt")
                MrtWriter.WriteDump([table], output.Stream, options, done => progress.Done(done), cancel);
            else if (format == "pfx2as")
                PrefixListWriter.WritePfx2As(table, output.Stream);
            else
                PrefixListWriter.WriteText(table, output.Stream);
        }
        catch (ArgumentException error)
        {
            throw new UserException(error.Message);
        }

        output.Complete();
        Terminal.Announce(output, $"{table.Routes.Length:N0} IPv{(int)table.Family} prefixes");
    }

    private static Option<string?> Format() =>
        CommonOptions.Of<string?>("--to", "FORMAT", "Format: text ('PREFIX NEXTHOP AS'), pfx2as (CAIDA), or mrt (TABLE_DUMP_V2).", "text")
            .OneOf(["text", "pfx2as", "mrt"]);

    private static Option<int> MrtPeers() =>
        CommonOptions.Of("--mrt-peers", "N", "With --to mrt: number of BGP peers; with 1, next hops are the table's.", 1).Between(1, 1000);

    private static Option<double> Missing() =>
        CommonOptions.Of("--mrt-missing", "SHARE", "With --to mrt: share of prefixes to which a peer has no path.", 0.0)
            .Decimal("a number from 0 to below 1", share => share < 1);
}
