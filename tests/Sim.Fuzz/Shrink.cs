// SPDX-License-Identifier: MIT
namespace Sim.Fuzz;

/// <summary>Makes a failing input small: takes pieces out, and then sets bytes to zero, for as long as it fails in the same way.</summary>
internal static class Shrink
{
    // Enough for files of some kilobytes; a file that is read slowly must not keep the run.
    private const int MostTries = 4000;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    /// <summary>The smallest input found that fails as this one does, perhaps the input itself.</summary>
    public static byte[] Run(FuzzKind kind, FuzzInput input, Exception failure)
    {
        var wanted = Sort(failure);
        var until = DateTime.UtcNow + s_longest;
        var (bytes, tries) = (input.Bytes, 0);
        for (var size = bytes.Length / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0)
        {
            for (var at = bytes.Length - size; at >= 0; at -= size)
                Try([.. bytes[..at], .. bytes[(at + size)..]]);
        }

        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != 0)
                Try([.. bytes[..at], 0, .. bytes[(at + 1)..]]);
        }

        return bytes;

        void Try(byte[] smaller)
        {
            if (tries++ < MostTries && DateTime.UtcNow < until && kind.Failure(input with { Bytes = smaller }) is { } error && Sort(error) == wanted)
                bytes = smaller;
        }
    }

    /// <summary>What two failures of one sort have in common: the words up to the first number, or the place of the exception.</summary>
    private static string Sort(Exception error) => error is FindingException
        ? string.Concat(error.Message.TakeWhile(letter => !char.IsAsciiDigit(letter) && letter != '\n'))
        : $"{error.GetType()} {error.StackTrace?.Split('\n')[0]}";
}
