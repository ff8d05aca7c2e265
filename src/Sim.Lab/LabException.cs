// SPDX-License-Identifier: MIT
namespace Sim.Lab;

public enum LabFailure
{
    MissingPackage,
    BuildFailed,

    /// <summary>The machine has too little memory, or too little room where User-Mode Linux keeps its memory.</summary>
    NotEnoughMemory,

    /// <summary>The VM ended, or the boot took too long, before its agent was ready.</summary>
    DidNotBoot,

    /// <summary>The VM ended in the middle of a command: most likely the kernel in it panicked.</summary>
    Died,

    /// <summary>A command was not answered in time; the VM is given up.</summary>
    TimedOut,

    /// <summary>The host lane was asked for without root.</summary>
    NotRoot,

    /// <summary>The agent's answer does not follow kernel-patch/vm/README.md.</summary>
    Protocol,

    /// <summary>The agent answered <c>=err</c>; the VM goes on.</summary>
    Refused,
}

/// <summary>Thrown if the lab cannot go on; the message says why and what to do.</summary>
public sealed class LabException : Exception
{
    internal LabException(LabFailure kind, string message, IReadOnlyList<string>? logTail = null, Exception? inner = null)
        : base(message, inner) => (Kind, LogTail) = (kind, logTail ?? []);

    public LabFailure Kind { get; }

    /// <summary>The last lines of the console or of the build's output, oldest first; empty if there is neither.</summary>
    public IReadOnlyList<string> LogTail { get; }
}
