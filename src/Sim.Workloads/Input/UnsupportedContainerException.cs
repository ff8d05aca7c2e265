// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// A container is sound as far as it was read, but needs something that is not read here: a filter, a large window, a
/// dictionary, another program. The message says so, and names a command that reads it.
/// </summary>
public sealed class UnsupportedContainerException : IOException
{
    /// <param name="what">What the file is or needs, as a clause: <c>the xz filter delta is not supported</c>.</param>
    /// <param name="command">A command that writes the content to its standard output, with FILE for the file; null if none does.</param>
    /// <param name="compressedOffset">Bytes from the start of the file to where that shows.</param>
    internal UnsupportedContainerException(string what, string? command, long compressedOffset = 0)
        : base(command is null ? what : $"{what}; {command} reads it")
    {
        (What, Command, CompressedOffset) = (what, command, compressedOffset);
    }

    /// <summary>The unsupported feature in words.</summary>
    public string What { get; }

    /// <summary>A command that writes the content to its standard output, with FILE for the file, or null.</summary>
    public string? Command { get; }

    /// <summary>Bytes from the start of the compressed file to where that shows.</summary>
    public long CompressedOffset { get; }
}
