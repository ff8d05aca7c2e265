// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>Where reports go that are given no folder: reports/ of the checkout, from whichever of its folders the program is run.</summary>
internal static class ReportFolders
{
    private const string Solution = "Sim.sln";

    /// <summary>A folder of reports/, as it is named from here; outside a checkout, of reports/ here.</summary>
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
