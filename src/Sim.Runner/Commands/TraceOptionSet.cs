// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>The options of generated traces. All commands that generate a trace share them.</summary>
internal sealed class TraceOptionSet
{
    private const int MostDays = 3660;
    private const int MostRate = 1_000_000;

    private readonly Option<FileInfo[]> _like = Like("MRT files of updates whose statistics the trace gets.");
    private readonly Option<string?> _calibration = Calibration();
    private readonly Option<double> _rate = CommonOptions.Of<double>("--rate", "N", "Updates per second; without it, as calibrated.")
        .Decimal($"a number above 0 up to {MostRate}", rate => rate is > 0 and <= MostRate);

    private readonly Option<int> _peers = CommonOptions.Of<int>("--bgp-peers", "N", "Number of BGP peers; without it, as calibrated.")
        .Between(1, TraceGenerator.MostPeers);

    public static Option<FileInfo[]> Like(string description) => CommonOptions.Many<FileInfo>("--like", "FILE", description);

    private static Option<string?> Calibration() => CommonOptions.Of<string?>(
        "--calibration", "NAME", $"Statistics of the trace: {string.Join(", ", TraceCalibrations.All.Select(known => $"{known.Name} ({Families(known)})"))}.")
        .OneOf([.. TraceCalibrations.All.Select(known => known.Name)]);

    private static string Families(KnownCalibration known) => known.V6 is null ? "IPv4" : known.V4 is null ? "IPv6" : "both";

    public static Option<double> Days(string name, string description) =>
        CommonOptions.Of<double>(name, "DAYS", description).Decimal($"a number above 0 up to {MostDays}", days => days is > 0 and <= MostDays);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_like, _calibration, _rate, _peers])
            command.Add(option);
    }

    /// <summary>Returns the name of the first trace option on the command line; null if the command line has no trace option.</summary>
    public string? Given(ParseResult parsed) =>
        ((Option[])[_like, _calibration, _rate, _peers]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>Chooses the calibration. Returns a function that makes generators. All generators make the same trace over the table's
    /// prefixes. Damage of the <c>--like</c> files is logged.</summary>
    /// <exception cref="UserException">Thrown if the options contradict each other, or do not suit the table or the files.</exception>
    public Func<TraceGenerator> Generator(
        ParseResult parsed, RouteTable table, double days, ulong seed, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        var calibration = Choose(parsed.GetValue(_like), parsed.GetValue(_calibration), table.Family, damage, progress, cancel);
        var prefixes = table.Routes.Select(route => route.Prefix).Distinct().ToArray();
        var options = new TraceOptions
        {
            Seconds = days * 86_400, EventsPerSecond = parsed.GetValue(_rate), Peers = parsed.GetValue(_peers),
            Seed = seed,
        };
        return () =>
        {
            progress.Step("rank the prefixes", 1, "tables");
            return CommonOptions.Checked(() => new TraceGenerator(calibration, prefixes, options));
        };
    }

    /// <summary>Returns the trace as a file that is generated while it is read.</summary>
    /// <inheritdoc cref="Generator"/>
    public TraceFile File(
        ParseResult parsed, RouteTable table, double days, ulong seed, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        var generator = Generator(parsed, table, days, seed, damage, progress, cancel);
        return new TraceFile(string.Create(CultureInfo.InvariantCulture, $"{days} generated days, seed {seed}"), () =>
        {
            var made = generator();
            progress.Step("make updates", made.Seconds * made.EventsPerSecond, "updates");
            return new GeneratedTraceStream(made, seed, events =>
            {
                cancel.ThrowIfCancellationRequested();
                progress.Done(events);
            });
        });
    }

    /// <summary>Returns the calibration measured in the files, or the known calibration with the name. Without files and a name, returns
    /// the family's default.</summary>
    private static TraceCalibration Choose(
        FileInfo[]? like, string? name, Family family, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        if (like is { Length: > 0 } && name is not null)
            throw new UserException("--like and --calibration name two sources of statistics; give one");
        if (like is { Length: > 0 })
        {
            var structure = TraceInfoCommand.Measure(like, "--like", family, damage, progress, cancel);
            return CommonOptions.Checked(() => TraceCalibration.Of(structure));
        }

        var ofFamily = TraceCalibrations.All.Where(known => known.Of(family) is not null).ToList();
        var chosen = name is null ? ofFamily[0] : ofFamily.Find(known => known.Name == name);
        return chosen?.Of(family)
            ?? throw new UserException($"the calibration {name} has no IPv{(int)family} statistics; choose {string.Join(" or ", ofFamily.Select(known => known.Name))}");
    }
}
