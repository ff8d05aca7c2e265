// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports.Runs;
using Sim.Runner.Tests.Reports;
using Sim.Schemes;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Figures;

/// <summary>The catalogue of figures: every name that rows have is declared, once, with words; the sources name no metric beside it.</summary>
public sealed partial class CatalogueTests
{
    /// <summary>Projects whose code makes rows or reads them.</summary>
    private static readonly string[] s_projects = ["Sim.Figures", "Sim.Schemes", "Sim.Experiments", "Sim.Validation", "Sim.Reports", "Sim.Runner"];

    /// <summary>Names of metrics that are also words of other things: axes, columns, options, an agent's fields.</summary>
    private static readonly string[] s_words =
        ["time", "ratio", "peers", "keys", "nodes", "leaves", "routes", "messages", "calls", "entries", "changes", "lookups", "steps", "test", "announcements", "withdrawals",
        "busy", "clock", "unsettled", "received", "readers"];

    /// <summary>Units that a metric's rows have besides its own.</summary>
    private static readonly (Metric Metric, string Unit)[] s_otherUnits =
    [
        (Metrics.Time, Units.Milliseconds), (Metrics.Time, Units.Instructions), (Metrics.TimeWithNetlink, Units.Instructions),
        (Metrics.TimeOfRemoval, Units.Instructions), (Metrics.TimePerChange, Units.Instructions), (Metrics.TrieStat, Units.Kilobytes),
    ];

    public static TheoryData<string> Samples =>
        ["bench", "bench-ipv6", "churn", "churn-ipv6", "patched", "unhashed", .. Sample.Exists("daemons") ? (string[])["daemons"] : []];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_row_of_the_samples_is_in_the_catalogue(string sample)
    {
        var lines = File.ReadAllLines(Path.Combine(SharedData.Root, "reports", sample, "results.csv")).Select(line => Comma.Split(line).Select(cell => cell.Trim('"')).ToArray()).ToList();
        Dictionary<string, int> columns = lines[0].Index().ToDictionary(column => column.Item, column => column.Index);
        foreach (var line in lines.Skip(1))
        {
            Known(Figure.At(line[columns["experiment"]], 4) with
            {
                Metric = Metrics.Of(line[columns["metric"]], line[columns["experiment"]]), Unit = line[columns["unit"]], Operation = line[columns["operation"]], Keys = line[columns["keys"]],
                Chain = line[columns["chain"]], Order = line[columns["order"]], Scheme = line[columns["scheme"]], Side = line[columns["side"]],
            });
        }
    }

    [Fact]
    public void Every_row_of_a_made_run_is_in_the_catalogue() =>
        Assert.All(new FabricatedRun().Build().Figures.Concat(new FabricatedValidation().Build().Figures), Known);

    [Fact]
    public void No_two_metrics_of_an_experiment_share_a_name()
    {
        foreach (var same in Metrics.All.GroupBy(metric => metric.Name).Where(same => same.Count() > 1))
        {
            Assert.All(same, metric => Assert.NotNull(metric.Of));
            Assert.Equal(same.Count(), same.Select(metric => metric.Of).Distinct().Count());
        }
    }

    [Fact]
    public void Every_name_has_words_and_is_found_by_its_name()
    {
        Assert.All(Metrics.All, metric => Assert.Same(metric, Metrics.Of(metric.Name, metric.Of?.Name ?? "any")));
        Assert.All(
            Metrics.All.Concat<Term>(Experiment.All.All).Concat(Operations.All.All).Concat(KeyPatterns.All.All).Concat(Chains.All.All).Concat(Orders.All.All)
                .Concat(Axes.All.All).Concat(Sides.All.All).Concat(Steps.All.All).Concat(SchemeName.All.All).Concat(Failovers.All.All).Concat(Daemons.All.All),
            term => Assert.NotEmpty(term.Words));
    }

    [Fact]
    public void An_unknown_metric_is_refused_where_a_row_is_made_and_shown_by_name_where_one_is_read()
    {
        Assert.Null(Metrics.Find("no-such-metric", Experiment.Lookup));
        Assert.Throws<ArgumentException>(() => Metrics.LinesAdded.Row(Figure.At(Experiment.Trace, 4), 1));
        Assert.Equal("no-such-metric", Metrics.Of("no-such-metric", Experiment.Lookup).Words);
    }

    [Fact]
    public void A_run_of_another_version_is_shown_with_its_unknown_metrics_by_name_and_says_so()
    {
        var run = new FabricatedRun().Build();
        using var first = ReportFolder.Of(run with { Figures = [.. run.Figures, run.Figures[0] with { Metric = Metrics.Of("metric-to-come", "") }] });
        var read = StoredRun.Read(first.Path, File.OpenRead).Result;
        Assert.Equal("This version does not know these metrics of another version, and shows them by name: metric-to-come.", read.Warnings[^1]);
        using var second = ReportFolder.Of(read);
        Assert.Contains("<th scope=\"rowgroup\" colspan=\"6\">metric-to-come</th>", second.Html);
        Assert.Equal(run.Warnings, StoredRun.Read(ReportFolder.Of(run).Path, File.OpenRead).Result.Warnings);
    }

    [Fact]
    public void A_row_has_the_value_and_the_quartiles_that_it_was_made_of_and_none_of_its_place()
    {
        var place = Figure.At(Experiment.Lookup, 6) with { Value = 3, Low = 1, High = 5, N = 9, Scheme = SchemeName.Via };
        var single = Metrics.Time.Row(place, 7);
        Assert.Equal((7, 7, 7, 1, "time", "ns", Basis.Measured, "RTA_VIA"), (single.Value, single.Low, single.High, single.N, single.Metric.Name, single.Unit, single.Basis, single.Scheme));
        var spread = Metrics.Nodes.Row(place, new Spread(4, 2, 8, 11));
        Assert.Equal((4, 2, 8, 11, Basis.Counted), (spread.Value, spread.Low, spread.High, spread.N, spread.Basis));
    }

    [Theory]
    [InlineData("replay-0", "replay, each change alone")]
    [InlineData("replay-500", "replay in windows of 500 ms")]
    [InlineData("back-500", "back to the start of the replay in windows of 500 ms")]
    [InlineData("dump-load-by-device", "dump after: load a sample of routes by device")]
    [InlineData("main-move-object-back-compat-1", "main table: give the object its old peer back, each route announced")]
    [InlineData("move-object-compat-0-rx", "give a nexthop object another peer (nexthop_compat_mode=0); receive: the route back to the source")]
    [InlineData("flush-nexthop-17", "delete nexthop object 17")]
    [InlineData("of-another-version", "of-another-version")]
    public void A_composed_step_is_read_as_it_was_made(string step, string words) => Assert.Equal(words, Steps.Words(step));

    [Fact]
    public void A_form_of_steps_reads_its_own_names_and_no_others()
    {
        Assert.All(Steps.Forms, form => Assert.Equal("load", form.PartOf(form.Of("load"))));
        Assert.All(Steps.Forms, form => Assert.Null(form.PartOf(form.Before + form.After)));
        Assert.All(Steps.Forms, form => Assert.Single(Steps.Forms, other => other.PartOf(form.Of("x")) is not null));
    }

    [Fact]
    public void A_scheme_is_a_what_if_and_has_routes_where_its_name_says_so()
    {
        Assert.All(SchemeKind.For(Family.IPv6).Concat(SchemeKind.AllowedIpsForms), kind => Assert.Equal(kind.IsWhatIf, kind.Name.IsWhatIf));
        Assert.Equal(SchemeKind.All.Select(kind => kind.Name.Name), SchemeKind.All.Select(kind => SchemeName.All.Find(kind.Name)?.Name));
        Assert.All(SchemeKind.All.Where(kind => kind.Name.HasFullRoutes), kind => Assert.Contains(SchemeKind.All, plain => plain.Word == kind.Word && plain.Name == kind.Name.Plain));
    }

    [Fact]
    public void A_compared_metric_is_read_as_it_was_made()
    {
        var row = Figure.At(Experiment.Validate, 4) with { Metric = Metrics.Nodes, Side = Sides.Port };
        Assert.Equal(("validate", "port", "nodes"), Metrics.Compared.Read(Metrics.Compared.Of(row).Name));
        Assert.Equal(("lookup", "", "time"), Metrics.Compared.Read(Metrics.Compared.Of(Figure.At(Experiment.Lookup, 4) with { Metric = Metrics.Time }).Name));
        Assert.Equal(Metrics.Compared.Of(row), Metrics.Of("validate/port/nodes", Experiment.Compare));
    }

    [Fact]
    public void The_sources_name_nothing_that_the_catalogue_names()
    {
        var names = Metrics.All.Select(metric => metric.Name).Except(s_words)
            .Concat(Experiment.All.All.Concat<Term>(Operations.All.All).Concat(Steps.All.All).Select(term => term.Name).Where(name => name.Contains('-'))).ToHashSet();
        var found = s_projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(SharedData.Root, "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains(Path.Combine("Sim.Figures", "Catalogue")))
            .SelectMany(file => File.ReadLines(file).Index().SelectMany(line => Literal.Matches(line.Item).Where(match => names.Contains(match.Groups["name"].Value))
                .Select(match => $"{Path.GetFileName(file)}:{line.Index + 1} {match.Value}")));
        Assert.Equal([], found);
    }

    private static void Known(Figure row)
    {
        Assert.NotNull(Experiment.All.Find(row.Experiment));
        var metric = Metrics.Find(row.Metric.Name, row.Experiment);
        Assert.NotNull(metric);
        Assert.True(row.Unit == metric.Unit || s_otherUnits.Contains((metric, row.Unit)), $"{row.Metric} in {row.Unit}");
        Assert.True(row.Operation.Length == 0 || Operations.All.Find(row.Operation) is not null || Steps.All.Find(row.Operation) is not null || Steps.Words(row.Operation) != row.Operation, row.Operation);
        Assert.True(row.Keys.Length == 0 || KeyPatterns.All.Find(row.Keys) is not null, row.Keys);
        Assert.True(row.Chain.Length == 0 || Chains.All.Find(row.Chain) is not null, row.Chain);
        Assert.True(row.Order.Length == 0 || Orders.All.Find(row.Order) is not null || FittedRange.IsMatch(row.Order), row.Order);
        Assert.True(row.Scheme.Length == 0 || SchemeName.All.Find(row.Scheme) is not null, row.Scheme);
        Assert.True(row.Side.Length == 0 || Sides.All.Find(row.Side) is not null, row.Side);
    }

    /// <summary>The range of points that a line was fitted to, which stands in place of an order.</summary>
    [GeneratedRegex("^[0-9]+ to [0-9]+$", RegexOptions.None, 60_000)]
    private static partial Regex FittedRange { get; }

    /// <summary>A comma outside quotes.</summary>
    [GeneratedRegex(""",(?=(?:[^"]*"[^"]*")*[^"]*$)""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Comma { get; }

    /// <summary>A literal of lower case, where it is no field that an agent's answer or a JSON object is asked for.</summary>
    [GeneratedRegex("""(?<!Long\(|Hex\(|\[|//.*)"(?<name>[a-z0-9-]+)"(?!\])""", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Literal { get; }
}
