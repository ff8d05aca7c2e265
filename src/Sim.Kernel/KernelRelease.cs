// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>The releases of Linux that the ports follow. docs/releases.md lists the places in the code where the releases differ.</summary>
public enum KernelRelease
{
    /// <summary>Linux 6.12, Debian's long-term kernel.</summary>
    Linux6_12,

    /// <summary>Linux 7.3, the default of every command.</summary>
    Linux7_3,
}

/// <summary>Converts releases to words and back.</summary>
public static class KernelReleases
{
    /// <summary>The release that is used if a command names no release.</summary>
    public const KernelRelease Default = KernelRelease.Linux7_3;

    /// <summary>Returns a release's word in commands and in build.sh: the kernel's version without its last number.</summary>
    public static string Word(this KernelRelease release) => release == KernelRelease.Linux6_12 ? "6.12" : "7.3";

    /// <summary>Returns the release that a word names.</summary>
    public static KernelRelease Of(string word) => Enum.GetValues<KernelRelease>().First(release => release.Word() == word);

    /// <summary>The words of all releases. The default's word comes last.</summary>
    public static string[] Words { get; } = [.. Enum.GetValues<KernelRelease>().Select(Word)];
}
