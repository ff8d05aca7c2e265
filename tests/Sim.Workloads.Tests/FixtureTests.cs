// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Sim.Testing;
using Xunit;

namespace Sim.Workloads.Tests;

public sealed class FixtureTests
{
    [Fact]
    public void Every_fixture_is_the_file_of_the_readme_and_together_they_are_below_6_MB()
    {
        var listed = File.ReadLines(Path.Combine(SharedData.Fixtures, "README.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 6 && cells[1].StartsWith("mrt/", StringComparison.Ordinal))
            .ToDictionary(cells => cells[1], cells => (Bytes: long.Parse(cells[2]), Sha256: cells[3], Licence: cells[4]));
        var there = Directory.EnumerateFiles(SharedData.Fixtures, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(SharedData.Fixtures, file)).Where(file => file != "README.md");
        Assert.Equal(listed.Keys.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        foreach (var (name, (bytes, sha256, licence)) in listed)
        {
            var content = File.ReadAllBytes(Path.Combine(SharedData.Fixtures, name));
            Assert.Equal((bytes, sha256), (content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
            Assert.Contains(licence, (string[])["CC BY 4.0", "Apache-2.0"]);
        }

        Assert.InRange(listed.Values.Sum(file => file.Bytes), 1, 6_000_000);
    }

    /// <summary>Skips for all rows at once: see <see cref="SharedData.Rows"/>.</summary>
    [Fact]
    public void Files_that_may_not_be_in_the_repository_are_read_too_where_they_are()
    {
        foreach (var file in (string[])["mrt/bgpdump-updates.20160811.1600.gz", "mrt/pyasn-rib.20140523.0600_firstMB.bz2", "tables/bart-prefixes.txt.gz"])
            Assert.True(File.Exists(SharedData.File(file)));
    }
}
