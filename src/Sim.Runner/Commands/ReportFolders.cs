// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>Default folders of reports: under reports/ of the checkout, in whichever of its folders the program runs.</summary>
internal static class ReportFolders
{
    private const string Solution = "Sim.sln";

    /// <summary>Returns the path of a folder in reports/, relative to the current folder. Outside a checkout, reports/
    /// is in the current folder.</summary>
    public static string At(string name)
    {
        var here = Environment.CurrentDirectory;
        for (var folder = here; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, Solution)))
                return Path.GetRelativePath(here, Path.Combine(folder, "reports", name));
        }

        return Path.Combine("reports", name);
    }
}
