// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Testing;

/// <summary>Finds the data beside the checkout (<c>../shared</c>) and the repository's own files.</summary>
public static class SharedData
{
    /// <summary>The checkout: the folder that holds Sim.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of the shared data. Where it is absent the test is skipped, saying so; in CI it fails.</summary>
    /// <param name="path">Relative to the shared data folder, such as <c>mrt/haskmrt-rib.bz2</c>.</param>
    public static string File(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", path));
        if (!System.IO.File.Exists(full))
        {
            var why = $"the shared data is not beside the checkout: {path}";
            if (Environment.GetEnvironmentVariable("CI") is "true" or "1")
                Assert.Fail(why);
            Assert.Skip(why);
        }

        return full;
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (System.IO.File.Exists(Path.Combine(folder, "Sim.sln")))
                return folder;
        }

        throw new InvalidOperationException("Sim.sln is in no folder above the tests");
    }
}
