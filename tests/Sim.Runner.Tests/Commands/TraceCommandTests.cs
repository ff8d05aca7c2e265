// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Text.Json;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Commands;

public sealed class TraceCommandTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Info_of_a_generated_trace_counts_what_was_written_and_gz_holds_the_same(int family)
    {
        using var scratch = new Scratch();
        string[] options = ["--days", "0.002", "--family", $"{family}", "--table", Table(scratch, family), "--bgp-peers", "3", "--seed", "4"];
        var written = Ok(["trace", "generate", scratch["made.mrt"], .. options]);
        Ok(["trace", "generate", scratch["made.mrt.gz"], .. options]);
        var info = JsonDocument.Parse(Ok("trace", "info", scratch["made.mrt"], "--family", $"{family}", "--json").Out).RootElement;
        var events = info.GetProperty("rate").GetProperty("events").GetInt64();
        Assert.Contains($": {events:N0} updates of 3 BGP peers in 173 s", written.Out);
        var counted = JsonDocument.Parse(Ok("table", "info", scratch["made.mrt"], "--json").Out).RootElement;
        Assert.Equal(events, counted.GetProperty("announcements").GetInt64() + counted.GetProperty("withdrawals").GetInt64());
        Assert.True(new FileInfo(scratch["made.mrt.gz"]).Length < new FileInfo(scratch["made.mrt"]).Length / 2);
        var packed = JsonDocument.Parse(Ok("trace", "info", scratch["made.mrt.gz"], "--family", $"{family}", "--json").Out).RootElement;
        Assert.Equal(info.GetProperty("concentration").GetRawText(), packed.GetProperty("concentration").GetRawText());
        Assert.Equal(3, info.GetProperty("peer_shares").GetArrayLength());
    }

    [Fact]
    public void A_trace_is_near_itself_and_a_tenth_of_it_is_not()
    {
        var real = SharedData.File("mrt/morrowc-updates.20260222.1530.bz2");
        var same = Ok("trace", "info", real, "--like", real);
        Assert.Contains("near", same.Out);
        Assert.DoesNotContain("NOT near", same.Out);
        using var scratch = new Scratch();
        Ok("trace", "generate", scratch["other.mrt"], "--days", "0.001", "--table", Table(scratch, 4), "--bgp-peers", "2");
        var other = Program.Run("trace", "info", scratch["other.mrt"], "--like", real);
        Assert.Equal(1, other.Code);
        Assert.Contains("NOT near", other.Out);
    }

    [Fact]
    public void A_time_that_does_not_fit_is_named_with_its_record_and_leaves_the_clock_alone()
    {
        using var scratch = new Scratch();
        Ok("trace", "generate", scratch["made.mrt"], "--days", "0.002", "--table", Table(scratch, 4), "--bgp-peers", "2");
        var bytes = File.ReadAllBytes(scratch["made.mrt"]);
        var clean = JsonDocument.Parse(Ok("trace", "info", scratch["made.mrt"], "--json").Out).RootElement.GetProperty("rate");
        bytes.AsSpan(0, 4).Fill(0xFF);
        var last = 0;
        for (var next = 0; next < bytes.Length; next += 12 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(next + 8)))
            last = next;
        bytes.AsSpan(last, 4).Clear();
        File.WriteAllBytes(scratch["bad.mrt"], bytes);
        var bad = Program.Run("trace", "info", scratch["bad.mrt"], "--json");
        Assert.Equal(3, bad.Code);
        Assert.Contains("record 1 at offset 0: its time, 2106-02-07", bad.Error);
        Assert.Contains($"at offset {last}: its time, 1970-01-01", bad.Error);
        var rate = JsonDocument.Parse(bad.Out).RootElement.GetProperty("rate");
        Assert.Equal(2, rate.GetProperty("times_set_aside").GetInt64());
        Assert.Equal(clean.GetProperty("events").GetInt64(), rate.GetProperty("events").GetInt64());
        Assert.InRange(rate.GetProperty("clock").GetDouble(), clean.GetProperty("clock").GetDouble() - 20, clean.GetProperty("clock").GetDouble());
    }

    [Fact]
    public void A_trace_without_a_valid_update_gets_exit_code_2_and_its_damage_is_named()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["nul.mrt"], [0x65, 0x53, 0xF1, 0, 0, 16, 0, 4, 0, 0, 0, 0]);
        var ran = Program.Run("trace", "info", scratch["nul.mrt"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("record 1 at offset 0", ran.Error);
        Assert.Contains("no IPv4 update that is valid", ran.Error);
    }

    [Theory]
    [InlineData("takes MRT files", "trace", "info", "TEXT")]
    [InlineData("no such file", "trace", "info", "no-such-file.mrt")]
    [InlineData("no such file", "trace", "generate", "OUT", "--like", "no-such-file.mrt")]
    [InlineData("give one", "trace", "generate", "OUT", "--like", "TEXT", "--calibration", "2026")]
    [InlineData("has no IPv6 statistics", "trace", "generate", "OUT", "--family", "6", "--calibration", "2026")]
    [InlineData("above 0", "trace", "generate", "OUT", "--days", "0")]
    [InlineData("above 0", "trace", "generate", "OUT", "--rate", "-1")]
    [InlineData("from 1 to 1000", "trace", "generate", "OUT", "--bgp-peers", "0")]
    [InlineData("--generate-days", "churn")]
    [InlineData("--generate-days", "churn", "--generate-days", "1", "--updates", "TEXT")]
    [InlineData("needs --generate-days", "churn", "--updates", "TEXT", "--rate", "5")]
    public void A_command_line_that_cannot_be_used_gets_a_message_and_exit_code_2(string message, params string[] args)
    {
        using var scratch = new Scratch();
        var ran = Program.Run([.. args.Select(word => word switch
        {
            "TEXT" => scratch.Write("updates.txt", "10.0.0.0/8\n"),
            "OUT" => scratch["out.mrt"],
            _ => word,
        })]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error);
        Assert.False(File.Exists(scratch["out.mrt"]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Churn_replays_a_trace_that_is_made_while_it_is_read_as_it_replays_the_file(int family)
    {
        using var scratch = new Scratch();
        string[] options = ["--table", Table(scratch, family), "--family", $"{family}", "--seed", "2"];
        string[] made = ["--bgp-peers", "4", "--rate", "20"];
        string[] churn = ["--quick", "--peers", "4", "--schemes", "remove-me", "--batch", "0,1000"];
        Ok(["trace", "generate", scratch["made.mrt"], "--days", "0.005", .. options, .. made]);
        Ok(["churn", "--updates", scratch["made.mrt"], .. options, .. churn, "--out", scratch["file"]]);
        Ok(["churn", "--generate-days", "0.005", .. options, .. made, .. churn, "--out", scratch["stream"]]);
        // Without the rows' numbers, and without scaling: how many rows are measured, and how far its ladder reaches, is a matter of time.
        static IEnumerable<string> Counted(string folder) =>
            File.ReadLines(Path.Combine(folder, "results.csv"))
                .Where(line => line.Contains(",counted,") && !line.Contains(",process,") && !line.Contains(",scaling"))
                .Select(line => line[line.IndexOf(',')..]);
        Assert.Equal(Counted(scratch["file"]), Counted(scratch["stream"]));
        Assert.Contains(Counted(scratch["file"]), line => line.Contains(",bindings-checked,"));
    }

    [Fact]
    public async Task Ctrl_c_leaves_no_file_that_looks_whole()
    {
        using var scratch = new Scratch();
        var table = Table(scratch, 4);
        var begun = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(scratch.Folder) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => begun.TrySetResult();
        using var process = Signals.Start("trace", "generate", scratch["year.mrt"], "--days", "365", "--table", table, "--bgp-peers", "2");
        await Task.WhenAny(begun.Task, process.WaitForExitAsync(TestContext.Current.CancellationToken));
        await Signals.Interrupt(process);
        Assert.Equal(["table.txt"], Directory.EnumerateFiles(scratch.Folder).Select(Path.GetFileName));
    }

    private static string Table(Scratch scratch, int family)
    {
        if (!File.Exists(scratch["table.txt"]))
            Ok("table", "generate", scratch["table.txt"], "--prefixes", "3000", "--family", $"{family}");
        return scratch["table.txt"];
    }

    private static Ran Ok(params string[] args)
    {
        var ran = Program.Run(args);
        Assert.True(ran.Code == 0, $"{string.Join(' ', args)}: {ran.Error}");
        return ran;
    }
}
