// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports.Plots;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Reports;
using Sim.Testing;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Commands;

public sealed partial class CommandTests
{
    [Fact]
    public void Every_example_in_the_help_the_readme_and_the_docs_is_a_command_line_that_parses()
    {
        var root = Root();
        var examples = AllCommands(root).SelectMany(command => Examples(command.Description ?? ""));
        const string run = "dotnet run --project src/Sim.Runner -- ";
        var pages = Directory.GetFiles(Path.Combine(SharedData.Root, "docs"), "*.md").Append(Path.Combine(SharedData.Root, "README.md"));
        examples = examples.Concat(pages.SelectMany(File.ReadLines)
            .Where(line => line.StartsWith(run, StringComparison.Ordinal)).Select(line => line[run.Length..]));
        var count = 0;
        foreach (var example in examples)
        {
            count++;
            var words = example.Split("   ")[0].Split(" < ")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var errors = root.Parse(words).Errors;
            Assert.True(errors.Count == 0, $"{example}: {string.Join("; ", errors)}");
        }

        Assert.InRange(count, 15, 100);
    }

    [Fact]
    public void The_help_of_every_command_fits_on_a_screen_of_80_columns_with_three_examples_at_most()
    {
        foreach (var words in Paths(Root(), []))
        {
            var root = Root();
            ((HelpPages)root.Options.OfType<HelpOption>().Single().Action!).Width = 80;
            using var text = new StringWriter();
            Assert.Equal(0, root.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = text }));
            var lines = text.ToString().TrimEnd('\n').Split('\n');
            Assert.True(lines.Length is > 5 and <= 45, $"{string.Join(' ', words)}: {lines.Length} lines");
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        }

        Assert.All(AllCommands(Root()), command => Assert.InRange(Examples(command.Description!).Count(), 0, 3));
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(below => Paths(below, [.. path, below.Name])).Prepend(path);

    [Fact]
    public void Every_command_and_option_says_what_it_does()
    {
        foreach (var command in AllCommands(Root()))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            foreach (var option in command.Options)
                Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}");
        }
    }

    [Theory]
    [InlineData("bench", "--table", "no-such-file.mrt")]
    [InlineData("stat", "--table", "/")]
    [InlineData("stat", "--family", "5")]
    [InlineData("bench", "--order", "backwards")]
    [InlineData("bench", "--peers", "0")]
    [InlineData("bench", "--keys", "zipf,cold")]
    [InlineData("bench", "--cache-size", "0,5G")]
    [InlineData("churn", "--cache-size", "1K", "--generate-days", "1")]
    [InlineData("scale", "--cache-size", "large")]
    [InlineData("stat", "--best", "worst")]
    [InlineData("table", "info", "no-such-file.mrt")]
    [InlineData("frobnicate")]
    public void A_command_line_that_cannot_be_used_gets_a_message_and_exit_code_2(params string[] args)
    {
        var ran = Program.Run(args);
        Assert.Equal(2, ran.Code);
        Assert.NotEqual("", ran.Error.Trim());
        Assert.DoesNotContain("   at ", ran.Error);
    }

    [Fact]
    public void An_empty_file_and_binary_rubbish_are_refused_before_anything_is_written()
    {
        using var scratch = new Scratch();
        Assert.Equal(2, Program.Run("stat", "--table", scratch.Write("empty", "")).Code);
        File.WriteAllBytes(scratch["rubbish"], [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 37))]);
        foreach (var ran in (Ran[])[
            Program.Run("table", "info", scratch["rubbish"]),
            Program.Run("bench", "--table", scratch["rubbish"], "--out", scratch["report"])])
        {
            Assert.Equal(2, ran.Code);
            Assert.Contains("rubbish: neither MRT nor text", ran.Error);
        }

        Assert.False(Directory.Exists(scratch["report"]));
    }

    [Fact]
    public void A_table_cut_off_in_its_container_is_used_as_far_as_it_goes()
    {
        var whole = File.ReadAllBytes(SharedData.File("mrt/haskmrt-rib.bz2"));
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["cut.bz2"], whole[..(whole.Length / 2)]);
        var ran = Program.Run("stat", "--table", scratch["cut.bz2"], "--family", "6", "--json");
        Assert.Equal(3, ran.Code);
        Assert.Contains("cut.bz2", ran.Error);
        var prefixes = JsonDocument.Parse(ran.Out).RootElement.GetProperty("table").GetProperty("prefixes").GetInt32();
        Assert.InRange(prefixes, 8_000, 18_000);
    }

    [Fact]
    public void Info_gives_the_counts_of_a_dump_as_json()
    {
        var ran = Program.Run("table", "info", SharedData.File("mrt/haskmrt-update.bz2"), "--json");
        Assert.Equal(0, ran.Code);
        var info = JsonDocument.Parse(ran.Out).RootElement;
        Assert.Equal((23622, 2020, 0, 0), (
            info.GetProperty("announcements").GetInt32(), info.GetProperty("withdrawals").GetInt32(),
            info.GetProperty("state_changes").GetInt32(), info.GetProperty("damage").GetInt32()));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_generated_table_survives_conversion_to_mrt_and_back(int family)
    {
        using var scratch = new Scratch();
        Ok("table", "generate", scratch["made.txt"], "--prefixes", "5000", "--family", $"{family}", "--seed", "7");
        Ok("table", "generate", scratch["again.txt"], "--prefixes", "5000", "--family", $"{family}", "--seed", "7");
        Assert.Equal(File.ReadAllText(scratch["made.txt"]), File.ReadAllText(scratch["again.txt"]));
        Ok("table", "convert", scratch["made.txt"], scratch["made.mrt"], "--to", "mrt", "--mrt-peers", "3", "--family", $"{family}");
        Ok("table", "convert", scratch["made.mrt"], scratch["back.txt"], "--family", $"{family}");
        static IEnumerable<string> Prefixes(string file) => File.ReadLines(file).Where(line => line[0] != '#').Select(line => line.Split(' ')[0]);
        Assert.Equal(Prefixes(scratch["made.txt"]), Prefixes(scratch["back.txt"]));
    }

    [Theory]
    [InlineData("4", "fib", "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.128.0/17 192.0.2.0/24 192.0.2.77/32", "10.1.200.1 10.1.1.1 10.2.0.0 192.0.2.77 192.0.2.78 8.8.8.8")]
    [InlineData("6", "fib6", "::/0 2001:db8::/32 2001:db8:1::/48 2001:db8:1:8000::/49 2001:db8:2::7/128", "2001:db8:1:9::1 2001:db8:1:1::1 2001:db8:2::7 2001:db8:2::8 fe80::1")]
    public void Both_structures_answer_as_the_linear_model_does(string number, string structure, string routes, string keys)
    {
        using var scratch = new Scratch();
        var prefixes = routes.Split(' ');
        var model = new LinearTable<int>();
        for (var i = 0; i < prefixes.Length; i++)
            model.Set(Prefix.Parse(prefixes[i]), i);
        var table = scratch.Write("table.txt", string.Concat(prefixes.Select((prefix, i) => $"{prefix} 198.51.100.{i}\n")));
        var addresses = keys.Split(' ');
        var ran = Program.RunWith(string.Join('\n', addresses), "lookup", "--family", number, "--table", table, "--json");
        Assert.Equal(0, ran.Code);
        var results = JsonDocument.Parse(ran.Out).RootElement.EnumerateArray().ToList();
        Assert.Equal(addresses.Length, results.Count);
        foreach (var result in results)
        {
            Assert.True(AddressText.TryParse(result.GetProperty("address").GetString()!, out var family, out var address));
            var index = model.Lookup(family, address)!.Value;
            var expected = $"198.51.100.{index}";
            Assert.Equal(prefixes[index], result.GetProperty("allowedips").GetProperty("prefix").GetString());
            Assert.Equal(prefixes[index], result.GetProperty(structure).GetProperty("prefix").GetString());
            Assert.Equal(expected, result.GetProperty("allowedips").GetProperty("next_hop").GetString());
            Assert.Equal(expected, result.GetProperty(structure).GetProperty("next_hop").GetString());
        }
    }

    [Fact]
    public void Bench_writes_a_whole_report_and_the_same_counts_each_time()
    {
        using var scratch = new Scratch();
        Ok("table", "generate", scratch["table.txt"], "--prefixes", "2000");
        Ok("bench", "--table", scratch["table.txt"], "--quick", "--out", scratch["one"]);
        Ok("bench", "--table", scratch["table.txt"], "--quick", "--out", scratch["two"]);
        foreach (var file in new[] { "index.html", "results.csv", "results.json" })
            Assert.True(new FileInfo(Path.Combine(scratch["one"], file)).Length > 1000, file);
        static IEnumerable<string> Counted(string folder) =>
            File.ReadLines(Path.Combine(folder, "results.csv")).Where(line => line.Contains(",counted,") && !line.Contains(",process,"));
        Assert.Equal(Counted(scratch["one"]), Counted(scratch["two"]));
        Assert.InRange(Counted(scratch["one"]).Count(), 100, 10_000);
    }

    [Theory]
    [InlineData(Family.IPv4, "10.{0}.{1}.0/24\n")]
    [InlineData(Family.IPv6, "2001:db8:{0}:{1}::/64\n")]
    public void Bench_with_all_what_ifs_shows_the_steps_of_each_cost(Family family, string prefix)
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", string.Concat(Enumerable.Range(0, 400).Select(at => string.Format(CultureInfo.InvariantCulture, prefix, at / 100, at % 100))));
        Ok("bench", "--quick", "--table", table, "--family", $"{(int)family}", "--schemes", "all", "--out", scratch["report"]);
        var rows = ReportFolder.Results(Path.Combine(scratch["report"], "results.json")).Figures;
        Assert.Equal(
            SubjectKind.AllWhatIfs(family).Select(kind => kind.Structure),
            rows.Where(row => row.Experiment == Experiment.Update && row.Metric == Metrics.HeldBytes).Select(row => row.Structure).Distinct());
        Assert.All(WaterfallPlots.AllNames[..4], name => Assert.True(File.Exists(Path.Combine(scratch["report"], $"plot-{name}.png")), name));
        var page = File.ReadAllText(Path.Combine(scratch["report"], "index.html"));
        Assert.Contains("a better structure (", page);
        Assert.DoesNotContain("no what-if was measured", page);
        Assert.Equal(family == Family.IPv6, page.Contains("a better FIB (", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dump_that_was_cut_off_is_counted_up_to_the_cut_and_gets_exit_code_3()
    {
        using var scratch = new Scratch();
        var dump = SharedData.File("mrt/haskmrt-update.bz2");
        File.WriteAllBytes(scratch["cut.bz2"], File.ReadAllBytes(dump)[..^100]);
        var (whole, cut) = (Program.Run("table", "info", dump), Program.Run("table", "info", scratch["cut.bz2"]));
        Assert.Equal((0, 3), (whole.Code, cut.Code));
        Assert.Contains("announcements                               23,622", whole.Out);
        Assert.Contains("cut off", cut.Out);
    }

    [Fact]
    public async Task Ctrl_c_ends_a_run_with_code_130_and_writes_nothing()
    {
        using var scratch = new Scratch();
        var table = Signals.Fifo(scratch["table.txt"]);
        using var process = Signals.Start("bench", "--table", table, "--out", scratch["report"]);
        await Signals.Feed(process, table, "10.0.0.0/8\n192.0.2.0/24\n");
        var (output, _) = await Signals.Interrupt(process);
        Assert.Equal("", output);
        Assert.Equal([table], Directory.EnumerateFiles(scratch.Folder, "*", SearchOption.AllDirectories));
    }

    private static readonly string[] s_commands = ["bench", "churn", "scale", "stat", "lookup", "validate", "report", "table", "trace"];

    /// <summary>Example lines of a help text: indented by two, beginning with a command.</summary>
    private static IEnumerable<string> Examples(string text) =>
        text.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2..].Split(' ')[0] is var word && s_commands.Contains(word))
            .Select(line => line.Trim());

    private static void Ok(params string[] args)
    {
        var ran = Program.Run(args);
        Assert.True(ran.Code == 0, $"{string.Join(' ', args)}: {ran.Error}");
    }

    private static RootCommand Root() => CommandLine.Root();

    private static IEnumerable<Command> AllCommands(Command command) => command.Subcommands.SelectMany(AllCommands).Prepend(command);
}
