// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>The program's exit codes, as in docs/files.md.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The program failed: it has a defect, or the machine refused an operation.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file named on it cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The work was done with the valid part of a damaged input.</summary>
    public const int Damaged = 3;

    /// <summary>The program was stopped with Ctrl-C, SIGTERM or SIGHUP. The code is 128 + SIGINT for all three signals.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of the output, such as head, closed the output early: 128 + SIGPIPE.</summary>
    public const int ReaderGone = 141;
}
