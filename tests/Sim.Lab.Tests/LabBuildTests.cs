// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Lab.Tests;

public sealed class LabBuildTests : IDisposable
{
    private readonly string _checkout = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_checkout, recursive: true);

    [Fact]
    public void The_folder_is_the_script_s_last_line_and_its_messages_are_progress()
    {
        Script("""echo "lab: making $1" >&2; echo "$0" | grep -q build.sh; echo gcc says something >&2; mkdir "$here/made"; echo "$here/made" """);
        var lines = new List<string>();
        Assert.Equal(Path.Combine(_checkout, "made"), Build("agent", lines.Add));
        Assert.Equal(["making agent", "gcc says something"], lines);
    }

    [Fact]
    public void The_script_is_told_the_release()
    {
        Script("""mkdir "$here/$1$2$3"; echo "$here/$1$2$3" """);
        Assert.Equal(Path.Combine(_checkout, "uml--release6.12"), Build());
    }

    [Fact]
    public void A_missing_package_is_named_with_the_way_to_install_it()
    {
        Script("""echo "lab: missing packages; install them with: sudo apt-get install bison" >&2; exit 69""");
        var error = Assert.Throws<LabException>(() => Build());
        Assert.Equal(LabFailure.MissingPackage, error.Kind);
        Assert.Contains("sudo apt-get install bison", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_build_shows_the_end_of_its_output()
    {
        Script("""seq 30 >&2; echo "lab: could not make uml-1; the whole log is x.log" >&2; exit 70""");
        var error = Assert.Throws<LabException>(() => Build());
        Assert.Equal(LabFailure.BuildFailed, error.Kind);
        Assert.Contains("x.log", error.Message, StringComparison.Ordinal);
        Assert.Equal(20, error.LogTail.Count);
        Assert.Equal(["30", "could not make uml-1; the whole log is x.log"], error.LogTail.TakeLast(2));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo /nowhere")]
    [InlineData("exit 1")]
    public void A_script_that_names_no_folder_failed(string script)
    {
        Script(script);
        Assert.Equal(LabFailure.BuildFailed, Assert.Throws<LabException>(() => Build()).Kind);
    }

    [Fact]
    public void Cancellation_ends_the_build_and_what_it_started()
    {
        Script("""sleep 600 & echo "$$ $!" >&2; wait""");
        using var cancellation = new CancellationTokenSource();
        int[] processes = [];
        Assert.ThrowsAny<OperationCanceledException>(() => Build("uml", line =>
        {
            processes = [.. line.Split(' ').Select(int.Parse)];
            cancellation.Cancel();
        }, cancellation.Token));
        Assert.Equal(2, processes.Length);
        FakeVm.AssertEnd(processes);
    }

    [Fact]
    public void The_checkout_is_the_nearest_folder_upwards_with_the_script()
    {
        Script("true");
        var inside = Directory.CreateDirectory(Path.Combine(_checkout, "artifacts", "bin")).FullName;
        Assert.Equal(_checkout, LabBuild.FindCheckout([Path.GetTempPath(), inside]));
        File.Delete(Path.Combine(_checkout, "Sim.sln"));
        var error = Assert.Throws<LabException>(() => LabBuild.FindCheckout([inside]));
        Assert.Contains("Run this from a checkout.", error.Message, StringComparison.Ordinal);
    }

    private void Script(string body)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_checkout, "kernel-patch", "vm"));
        File.WriteAllText(Path.Combine(folder.FullName, "build.sh"), $"here='{_checkout}'\n{body}\n");
        File.WriteAllText(Path.Combine(_checkout, "Sim.sln"), "");
    }

    private string Build(string part = "uml", Action<string>? progress = null, CancellationToken? cancellation = null) =>
        LabBuild.Build(_checkout, part, KernelRelease.Linux6_12, progress ?? (_ => { }), cancellation ?? TestContext.Current.CancellationToken);
}
