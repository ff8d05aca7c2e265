// SPDX-License-Identifier: MIT
using System.IO.Compression;

namespace Sim.Runner.Commands;

internal static class TraceCommand
{
    public static Command Create() => new("trace", "Inspects and generates traces of updates.")
    {
        TraceInfoCommand.Create(),
        Generate(),
    };

    private static Command Generate()
    {
        var output = new Argument<FileInfo>("OUT") { Description = "MRT file to write, compressed if its name ends in .gz; - is standard output." };
        var (table, family, seed) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Seed());
        var options = new TraceOptionSet();
        var days = TraceOptionSet.Days("--days", "Length of the trace in days.");
        days.DefaultValueFactory = _ => 1;
        var command = new Command(
            "generate",
            """
            Generates a trace of updates with the statistics of a real one: rate, bursts, flaps, duplicates, shares of the BGP peers.
            The same table, calibration and seed give the same file. An update takes about 100 bytes.

            Examples:
              trace generate week.mrt.gz --days 7 --like updates.20260222.1530.bz2
              trace generate v6.mrt --family 6 --bgp-peers 4 --rate 50
              trace generate year.mrt --days 365 --calibration feed --bgp-peers 1
            """)
        {
            output, days, table, family, seed,
        };
        options.AddTo(command);
        return command.Does((parsed, progress, cancel) =>
        {
            using var file = new OutputFile(parsed.GetValue(output)!.ToString(), cancel);
            var loaded = TableInput.Load(parsed.GetValue(table), parsed.GetValue(family).ToFamily(), BestPathRule.Default, progress, cancel);
            var generator = options.Generator(parsed, loaded.Table, parsed.GetValue(days), parsed.GetValue(seed), loaded.Damage, progress, cancel)();
            Write(generator, file, parsed.GetValue(seed), progress, cancel);
            return InputDamage.Report(loaded.Damage);
        });
    }

    private static void Write(TraceGenerator generator, OutputFile output, ulong seed, IWorkProgress progress, CancellationToken cancel)
    {
        const int often = 0xFFFF;
        WrittenMrt written;
        using (var packed = output.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(output.Stream, CompressionLevel.Fastest, leaveOpen: true) : null)
        using (var writer = new MrtUpdateWriter(packed ?? output.Stream, seed))
        {
            progress.Step($"write {output.Name}", generator.Seconds * generator.EventsPerSecond, "updates");
            for (var events = 0L; generator.TryNext(out var change); events++)
            {
                writer.Write(in change);
                if ((events & often) != 0)
                    continue;
                cancel.ThrowIfCancellationRequested();
                progress.Done(events);
            }

            written = writer.Counts;
        }

        if (written.Records == 0)
            throw new UserException($"{output.Name}: a trace this short has no update, and nothing was written; give more --days");
        output.Complete();
        Terminal.Announce(output, $"{written.Records:N0} updates of {generator.Peers} BGP peers in {generator.Seconds:N0} s");
    }
}
