// SPDX-License-Identifier: MIT
using Sim.Runner.Commands;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>What words the options take; nothing is run.</summary>
public sealed class StrictOptionTests
{
    private static readonly string[] s_noNumbers =
        ["0,001", "1e3", "+5", "-5", "0x10", "١", "１", "NaN", "Infinity", "1_000", "1 000", "1.000,5", "1,000.5", "5.", "1.2.3", " 5", "5 ", "\t5", "5\n", "٣", "∞", "--5"];

    private static readonly string[] s_noWholes = ["0.5", "1.0", ".5", "99999999999999999999", "1,2,3"];

    /// <summary>Every option that takes one number: its command, and a number that it takes.</summary>
    public static TheoryData<string, string, string> One => new()
    {
        { "bench", "--peers", "65536" },
        { "bench", "--peers-skew", "0.75" },
        { "bench", "--family", "6" },
        { "bench", "--seed", "18446744073709551615" },
        { "churn", "--peers", "32" },
        { "churn", "--generate-days", "0.25" },
        { "churn", "--rate", ".5" },
        { "churn", "--bgp-peers", "4" },
        { "scale", "--seed", "0" },
        { "validate", "--peers", "1000" },
        { "report a", "--noise", "12.5" },
        { "table generate out", "--prefixes", "4000000" },
        { "table generate out", "--mrt-peers", "1000" },
        { "table generate out", "--mrt-missing", "0.999" },
        { "table convert in out", "--mrt-missing", "0" },
        { "trace generate out", "--days", "3660" },
        { "trace generate out", "--rate", "1000000" },
        { "trace generate out", "--bgp-peers", "2" },
    };

    [Theory]
    [MemberData(nameof(One))]
    public void A_number_is_digits_and_a_point_and_nothing_else(string command, string option, string good)
    {
        Assert.Null(Wrong([.. command.Split(' '), option, good]));
        var isWhole = option is not ("--peers-skew" or "--generate-days" or "--days" or "--rate" or "--noise" or "--mrt-missing");
        foreach (var bad in isWhole ? s_noNumbers.Concat(s_noWholes) : s_noNumbers)
            AssertRefused(option, Wrong([.. command.Split(' '), $"{option}={bad}"]));
    }

    [Theory]
    [InlineData("bench", "--peers", "0", "65537")]
    [InlineData("bench", "--peers-skew", "100.1")]
    [InlineData("bench", "--family", "5", "04", "46")]
    [InlineData("bench", "--seed", "18446744073709551616")]
    [InlineData("scale", "--peers", "0", "10001", "1,0")]
    [InlineData("scale", "--prefixes", "1", "4000001")]
    [InlineData("churn", "--batch", "3600001")]
    [InlineData("churn", "--generate-days", "0", "0.0", "3660.1")]
    [InlineData("report a", "--noise", "1000.1")]
    [InlineData("table generate out", "--prefixes", "0", "4000001")]
    [InlineData("table generate out", "--mrt-missing", "1", "1.5")]
    [InlineData("trace generate out", "--rate", "0", "1000001")]
    public void A_number_out_of_its_range_is_refused_with_the_range(string command, string option, params string[] numbers)
    {
        foreach (var number in numbers)
            AssertRefused(option, Wrong([.. command.Split(' '), option, number]));
    }

    [Theory]
    [InlineData("churn", "--batch", "0", "1000")]
    [InlineData("churn", "--schemes", "remove-me", "route")]
    [InlineData("scale", "--prefixes", "10", "100")]
    [InlineData("scale", "--peers", "1", "10")]
    [InlineData("validate", "--batch", "0", "100")]
    [InlineData("bench", "--keys", "zipf", "hot")]
    [InlineData("bench", "--schemes", "poptrie", "all")]
    public void A_list_takes_commas_or_words_and_no_empty_places(string command, string option, string one, string other)
    {
        Assert.Null(Wrong([command, option, $"{one},{other}"]));
        Assert.Null(Wrong([command, option, one, other]));
        foreach (var bad in (string[])[",", ",,", $"{one},,{other}", $",{one}", $"{one},", $"{one}, {other}", $"{one};{other}", $"{one}\n", "x"])
            AssertRefused(option, Wrong([command, option, bad]));
    }

    [Theory]
    [InlineData("bench", "--table")]
    [InlineData("bench", "--keys")]
    [InlineData("bench", "--out")]
    [InlineData("bench", "--order")]
    [InlineData("bench", "--bgp-peer")]
    [InlineData("churn", "--updates")]
    [InlineData("churn", "--schemes")]
    [InlineData("report a", "--out")]
    [InlineData("report a", "--before")]
    [InlineData("trace generate out", "--like")]
    [InlineData("table generate out", "--to")]
    public void An_empty_word_after_an_option_is_refused(string command, string option)
    {
        foreach (var empty in (string[])["", " ", "\t"])
            AssertRefused(option, Wrong([.. command.Split(' '), option, empty]));
    }

    [Theory]
    [InlineData("table", "info", "")]
    [InlineData("table", "convert", "in", "")]
    [InlineData("table", "generate", "")]
    [InlineData("trace", "generate", "")]
    [InlineData("report", "")]
    [InlineData("report", "a", "")]
    [InlineData("lookup", "")]
    public void An_empty_word_in_the_place_of_a_name_is_refused(params string[] words) => AssertRefused("empty", Wrong(words));

    [Theory]
    [InlineData("+0")]
    [InlineData(" 1")]
    [InlineData("AS+5")]
    [InlineData("AS 5")]
    public void A_peer_of_a_dump_is_named_strictly(string peer) =>
        Assert.Throws<FormatException>(() => Sim.Workloads.Mrt.PeerFilter.Parse(peer));

    [Theory]
    [InlineData("'frob' is no command", "frob")]
    [InlineData("'frob' is no command", "table", "frob")]
    [InlineData("'--frob' is no command", "bench", "--frob")]
    [InlineData("'table convert --help'", "table", "convert", "in")]
    public void What_is_not_understood_is_named_with_the_help_that_lists_what_is(string message, params string[] words) =>
        AssertRefused(message, Wrong(words));

    [Fact]
    public void Names_that_begin_with_an_at_sign_or_a_dash_are_files()
    {
        var parsed = CommandLine.Parse(["table", "convert", "--family", "6", "--", "-in", "@out"]);
        Assert.Null(CommandLine.WrongIn(parsed));
        Assert.Equal("@out", parsed.CommandResult.GetValue<FileInfo>("OUT")!.ToString());
        Assert.Equal("-in", parsed.CommandResult.GetValue<FileInfo>("FILE")!.ToString());
        Assert.Equal("@table", CommandLine.Parse(["bench", "--table", "@table"]).CommandResult.GetValue<FileInfo>("--table")!.ToString());
        Assert.Equal("-table", CommandLine.Parse(["bench", "--table=-table"]).CommandResult.GetValue<FileInfo>("--table")!.ToString());
    }

    private static string? Wrong(string[] words) => CommandLine.WrongIn(CommandLine.Parse(words));

    private static void AssertRefused(string mentions, string? message)
    {
        Assert.NotNull(message);
        Assert.Contains(mentions, message, StringComparison.Ordinal);
    }
}
