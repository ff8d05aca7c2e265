// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>The program's exit codes. docs/files.md lists them.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The program failed: it has a defect, or the machine refused an operation.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file named on it cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The work was done with the valid part of a damaged input.</summary>
    public const int Damaged = 3;

    /// <summary>Stopped with Ctrl-C, SIGTERM or SIGHUP: 128 + SIGINT for each.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of the output closed it early, as <c>head</c> does: 128 + SIGPIPE.</summary>
    public const int ReaderGone = 141;
}
