// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Testing;

/// <summary>Finds the data of the tests: the repository's own (<c>tests/fixtures</c>), and what is only beside the checkout (<c>../shared</c>).</summary>
public static class SharedData
{
    /// <summary>The checkout: the folder that holds Sim.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the repository's own data.</summary>
    public static string Fixtures { get; } = Path.Combine(Root, "tests", "fixtures");

    /// <summary>A file of data. Where it is absent the test is skipped, saying so; in CI it fails.</summary>
    /// <param name="path">Relative to the fixtures or to the shared data folder, such as <c>mrt/haskmrt-rib.bz2</c>.</param>
    public static string File(string path)
    {
        var full = Find(path);
        if (full is null)
        {
            var why = $"the shared data is not beside the checkout: {path}";
            if (InCi)
                Assert.Fail(why);
            Assert.Skip(why);
        }

        return full;
    }

    /// <summary>
    /// The rows of a theory whose files are there; in CI all rows, so that a missing file fails. One test says that rows were left out:
    /// otherwise every such row would be a skipped test.
    /// </summary>
    /// <param name="rows">Any rows.</param>
    /// <param name="path">The file that a row needs.</param>
    public static IEnumerable<TRow> Rows<TRow>(IEnumerable<TRow> rows, Func<TRow, string> path) =>
        rows.Where(row => InCi || Find(path(row)) is not null);

    private static bool InCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    private static string? Find(string path)
    {
        string[] places = [Path.Combine(Fixtures, path), Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", path))];
        return Array.Find(places, System.IO.File.Exists);
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
