// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static class Units
{
    public const string Nanoseconds = "ns", Milliseconds = "ms", Seconds = "s", Instructions = "instructions";

    public const string Bytes = "bytes", Kilobytes = "kB", Pages = "pages";

    public const string Count = "count", PerOperation = "per operation", Lines = "lines", Ratio = "ratio", Probability = "p";

    /// <summary>The upper 53 bits of a digest. Two digests are equal or different; the numbers have no other meaning.</summary>
    public const string Digest = "digest";

    public const string PerSecond = "per second", GigabytesPerSecond = "GB/s";

    public const string Errno = "errno";
}
