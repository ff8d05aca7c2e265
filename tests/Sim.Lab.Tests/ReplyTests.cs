// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Lab.Tests;

public sealed class ReplyTests
{
    [Fact]
    public void A_missing_key_is_named_with_the_command_and_the_row()
    {
        var error = Assert.Throws<LabException>(() => new Row("wg dump 32768", "messages 3")["bytes"]);
        Assert.Equal(LabFailure.Protocol, error.Kind);
        Assert.Contains("'wg dump 32768' has no 'bytes': 'messages 3'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12x")]
    [InlineData("9223372036854775808")]
    [InlineData("1.5")]
    public void A_value_that_is_no_decimal_number_is_refused(string value) =>
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => new Row("c", $"ns {value}").Long("ns")).Kind);

    [Theory]
    [InlineData("0x12")]
    [InlineData("10000000000000000")]
    public void A_value_that_is_no_digest_is_refused(string value) =>
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => new Row("c", $"digest {value}").Hex("digest")).Kind);

    [Theory]
    [InlineData("a")]
    [InlineData("a 1 b")]
    [InlineData("a 1 a 2")]
    public void A_row_is_pairs_of_a_key_and_a_value(string text) =>
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => new Row("c", text)).Kind);

    [Fact]
    public void One_is_the_only_row()
    {
        Row first = new("c", "a 1"), second = new("c", "a 2");
        Assert.Same(first, new Reply("c", [first]).One);
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => new Reply("c", []).One).Kind);
        Assert.Equal(LabFailure.Protocol, Assert.Throws<LabException>(() => new Reply("c", [first, second]).One).Kind);
    }
}
