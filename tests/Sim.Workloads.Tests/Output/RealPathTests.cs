// SPDX-License-Identifier: MIT
using Sim.Files;
using Xunit;

namespace Sim.Workloads.Tests.Output;

public sealed class RealPathTests : IDisposable
{
    private readonly string _folder = RealPath.Of(Directory.CreateTempSubdirectory("sim-path-").FullName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a//./b/", "a/b")]
    [InlineData("a/../a/b", "a/b")]
    [InlineData("up/c", "a/c")]
    [InlineData("up/..", "")]
    [InlineData("deep/..", "a")]
    [InlineData("absolute/x", "a/b/x")]
    [InlineData("chain/x", "a/b/x")]
    [InlineData("a/out", "a/b")]
    [InlineData("dangling", "nowhere/at/all")]
    [InlineData("dangling/../x", "nowhere/at/x")]
    [InlineData("not/there/../yet", "not/yet")]
    public void Links_and_dots_lead_where_the_kernel_goes(string path, string real)
    {
        Directory.CreateDirectory(At("a/b"));
        Link("up", "a");
        Link("deep", "a/b");
        Link("absolute", At("a/b"));
        Link("chain", "./up/../deep/.");
        Link("a/out", "../deep");
        Link("dangling", "nowhere/at/all");
        Assert.Equal(Path.TrimEndingDirectorySeparator(At(real)), RealPath.Of(At(path)));
    }

    [Fact]
    public void A_relative_path_begins_in_the_current_folder() =>
        Assert.Equal(Path.Combine(RealPath.Of(Environment.CurrentDirectory), "x"), RealPath.Of("./y/../x"));

    [Fact]
    public void Forty_links_in_a_row_are_followed_and_a_circle_is_not()
    {
        File.WriteAllText(At("0"), "");
        for (var i = 1; i <= 40; i++)
            Link($"{i}", $"{i - 1}");
        Assert.Equal(At("0"), RealPath.Of(At("40")));
        Link("circle", "circle");
        Assert.Contains("circle", Assert.Throws<IOException>(() => RealPath.Of(At("circle"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_descriptor_stays_one_whatever_it_is_open_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc");
        Assert.Equal($"/proc/{Environment.ProcessId}/fd/1", RealPath.Of("/dev/stdout"));
        Assert.Equal($"/proc/{Environment.ProcessId}/fd/63", RealPath.Of("/dev/fd/63"));
        Assert.True(RealPath.IsDescriptor(RealPath.Of("/proc/self/fd/0")));
        Assert.False(RealPath.IsDescriptor(At("fd/0")));
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(At(name), target);

    private string At(string name) => Path.Combine(_folder, name);
}
