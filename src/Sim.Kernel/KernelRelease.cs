// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>
/// The releases of Linux that the ports follow. Each difference is in one place, a table of sizes or a function whose
/// docstring names both: docs/releases.md lists them.
/// </summary>
public enum KernelRelease
{
    /// <summary>Linux 6.12, Debian's long-term kernel.</summary>
    Linux6_12,

    /// <summary>Linux 7.3; the default of every command.</summary>
    Linux7_3,
}

/// <summary>Words of releases.</summary>
public static class KernelReleases
{
    /// <summary>The release that is followed if none is named.</summary>
    public const KernelRelease Default = KernelRelease.Linux7_3;

    /// <summary>The word in commands and in build.sh, which is the kernel's version without its last number.</summary>
    public static string Word(this KernelRelease release) => release == KernelRelease.Linux6_12 ? "6.12" : "7.3";

    /// <summary>Returns the release of a word.</summary>
    public static KernelRelease Of(string word) => Enum.GetValues<KernelRelease>().First(release => release.Word() == word);

    /// <summary>All words, the default's last.</summary>
    public static string[] Words { get; } = [.. Enum.GetValues<KernelRelease>().Select(Word)];
}
