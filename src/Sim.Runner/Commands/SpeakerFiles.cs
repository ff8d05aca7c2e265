// SPDX-License-Identifier: MIT
using Sim.Workloads.Bgp;

namespace Sim.Runner.Commands;

/// <summary>Writes a table, and a trace if there is one, as the messages of BGP speakers for kernel-patch/daemons/full-table.sh, and is the command
/// <c>table updates</c>.</summary>
internal static class SpeakerFiles
{
    public static Command Create()
    {
        var output = new Argument<DirectoryInfo>("DIR") { Description = "Folder to write; it must be new or empty." };
        var (table, family, seed, best, prefixes) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Seed(), CommonOptions.BestPath(), Prefixes());
        var updates = ReplayOptions.Updates("MRT files of updates, which become messages with times.");
        return new Command(
            "updates",
            """
            Writes a table, and a trace, as BGP UPDATEs of eight speakers, which full-table.sh gives to real daemons.
            The path attributes are those of the dump. The README of kernel-patch/daemons describes the files.

            Examples:
              table updates messages --table latest-bview.gz --prefixes 100000
              table updates messages --family 6 --updates updates.20260222.1530.bz2
            """)
        {
            output, table, family, prefixes, updates, seed, best.Best, best.Peer,
        }.Does((parsed, progress, cancel) =>
        {
            var input = Input(parsed.GetValue(table), progress, cancel);
            var trace = TraceFiles.Open(parsed.GetValue(updates)!, "--updates", again: true, progress, cancel);
            var damage = new DamageLog();
            var folder = parsed.GetValue(output)!.ToString();
            var (loaded, made) = Write(
                input, parsed.GetValue(family).ToFamily(), best.Rule(parsed), parsed.GetValue(prefixes), parsed.GetValue(seed), trace, folder, damage, progress, cancel);
            Terminal.Announce($"the messages are in {folder}", () => Console.Out.WriteLine(
                $"{folder}: {made.Prefixes:N0} IPv{(int)made.Family} prefixes, {made.WithAttributes:N0} of them with the attributes of {loaded.Table.Source}"));
            return Math.Max(loaded.ReportDamage(), InputDamage.Report(damage));
        });
    }

    public static Option<int> Prefixes() =>
        CommonOptions.Of("--prefixes", "N", "Prefixes of each family: a random sample, or all if the table has fewer.", 100_000).Between(8, 9_999_999);

    public static InputFile? Input(FileInfo? table, IWorkProgress progress, CancellationToken cancel) => table is null ? null : new InputFile(table, again: true, progress, cancel);

    /// <summary>Writes the messages of one family into a folder.</summary>
    /// <exception cref="UserException">The table has less than eight usable prefixes, the trace has no change, or the folder has
    /// content.</exception>
    public static (LoadedTable Loaded, TableUpdates Made) Write(
        InputFile? input, Family family, BestPathRule rule, int prefixes, ulong seed, IReadOnlyList<TraceFile> trace, string folder, DamageLog damage,
        IWorkProgress progress, CancellationToken cancel)
    {
        var loaded = TableInput.Load(input, family, rule, progress, cancel);
        if (loaded.Table.Routes.Length == 0)
            throw new UserException($"{loaded.Table.Source} holds no IPv{(int)family} prefix; --family chooses the other");
        Make(folder);
        var table = new TableUpdates(loaded.Table, prefixes, seed, folder);
        if (table.Prefixes < SpeakerLab.Spokes)
            throw new UserException($"{loaded.Table.Source}: {table.Prefixes} IPv{(int)family} prefixes that a daemon takes, and eight speakers need one each");
        try
        {
            Func<Stream>? dump = input is not null && loaded.List is null ? () => new TableContent(input, progress, cancel) : null;
            table.Write(dump, loaded.Table.Source, rule, cancel);
            if (trace.Count > 0)
                new TraceUpdates(table).Write(trace, damage);
        }
        catch (InvalidDataException error)
        {
            throw new UserException(error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && error is not UserException)
        {
            throw new UserException($"{folder}: {error.Message}");
        }

        return (loaded, table);
    }

    private static void Make(string folder)
    {
        try
        {
            if (Directory.CreateDirectory(folder).EnumerateFileSystemInfos().Any())
                throw new UserException($"{folder} is not empty; name a new folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: {error.Message}");
        }
    }
}
