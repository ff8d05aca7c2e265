// SPDX-License-Identifier: MIT
using Sim.Runner.Reports;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class ReportFilesTests
{
    [Fact]
    public void A_report_is_written()
    {
        var dir = Environment.GetEnvironmentVariable("SIM_REPORT_DIR") ?? Directory.CreateTempSubdirectory().FullName;
        var sw = System.Diagnostics.Stopwatch.StartNew();
        ReportWriter.Write(new FabricatedRun().Build(), dir);
        TestContext.Current.TestOutputHelper!.WriteLine($"{sw.Elapsed}");
        File.WriteAllText(dir + "/time", sw.Elapsed.ToString());
    }
}
