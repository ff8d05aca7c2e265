// SPDX-License-Identifier: MIT
namespace Sim.Lab;

public enum LabFailure
{
    MissingPackage,
    BuildFailed,

    /// <summary>The machine has too little memory, or the folder for User-Mode Linux's memory has too little room.</summary>
    NotEnoughMemory,

    /// <summary>The VM ended, or the boot took too long, before its agent was ready.</summary>
    DidNotBoot,

    /// <summary>The VM ended in the middle of a command: most likely the VM's kernel panicked.</summary>
    Died,

    /// <summary>The agent did not answer a command in time, and the VM was ended.</summary>
    TimedOut,

    /// <summary>The user chose the host lane, but is not root.</summary>
    NotRoot,

    /// <summary>The agent's answer does not follow kernel-patch/vm/README.md.</summary>
    Protocol,

    /// <summary>The agent answered <c>=err</c>, and the VM still runs.</summary>
    Refused,
}

/// <summary>Thrown if the lab cannot continue. The message says why, and what to do.</summary>
public sealed class LabException : Exception
{
    internal LabException(LabFailure kind, string message, IReadOnlyList<string>? logTail = null, Exception? inner = null)
        : base(message, inner) => (Kind, LogTail) = (kind, logTail ?? []);

    public LabFailure Kind { get; }

    /// <summary>The last lines of the console or of the build's output, oldest first; empty if there are no such lines.</summary>
    public IReadOnlyList<string> LogTail { get; }
}
