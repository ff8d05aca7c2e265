// SPDX-License-Identifier: MIT
using Sim.Files;
using Xunit;

namespace Sim.Workloads.Tests.Output;

/// <summary>Runs beside no other test: what ends the process at once is of all its files.</summary>
[CollectionDefinition(nameof(EndingTests), DisableParallelization = true)]
[Collection(nameof(EndingTests))]
public sealed class EndingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sim-output-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_grows_is_gone_when_the_process_ends_at_once_and_what_is_complete_stays()
    {
        using var complete = new OutputFile(At("complete"));
        complete.Complete();
        using var left = new OutputFile(At("left"));
        left.Dispose();
        using var growing = new OutputFile(At("growing"));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        OutputFile.RemoveGrowing();
        Assert.Equal([At("complete")], Directory.GetFiles(_folder));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
