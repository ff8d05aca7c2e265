// SPDX-License-Identifier: MIT
using System.Text.Unicode;
using Sim.Lab;

namespace Sim.Runner.Commands;

/// <summary>Runs a command. Every error becomes one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    public static RootCommand Root() => HelpPages.AddTo(new(
        """
        Should WireGuard's AllowedIPs be replaced by an IP route attribute?
        Loads a routing table into ports of the kernel's structures and measures memory, lookups and updates.

        Examples:
          bench
          bench --table ris-dump.mrt.bz2 --quick
          lookup --table ris-dump.mrt 192.0.2.1
        """)
    {
        BenchCommand.Create(),
        ChurnCommand.Create(),
        ScaleCommand.Create(),
        StatCommand.Create(),
        LookupCommand.Create(),
        ValidateCommand.Create(),
        DaemonsCommand.Create(),
        ReportCommand.Create(),
        TableCommand.Create(),
        TraceCommand.Create(),
    });

    /// <summary>Parses a command line. A word that begins with @ is an ordinary word: it does not name a file with further words.</summary>
    internal static ParseResult Parse(string[] args) => Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code (<see cref="ExitCode"/>).</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        using var signals = new Signals(interrupted);
        try
        {
            if (Unusable(args) is { } reason)
                return Say($"Error: {reason}", ExitCode.Usage);
            var parsed = Parse(args);
            if (WrongIn(parsed) is { } wrong)
                return Say($"Error: {wrong}", ExitCode.Usage);
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, interrupted.Token);
        }
        catch (Exception error) when (interrupted.IsCancellationRequested && error is OperationCanceledException or (IOException and not UnusableOutputException))
        {
            // If the terminal was closed, drawing the progress bar fails. This error counts as the same interruption.
            return Say("Interrupted.", ExitCode.Interrupted);
        }
        catch (Exception error)
        {
            return Explain(error);
        }
    }

    /// <summary>Returns the reason, in one line, why the process cannot run any command; null if it can.</summary>
    private static string? Unusable(string[] args)
    {
        if (!Descriptor.IsInherited(1))
            return "standard output is closed; redirect it, to /dev/null if nobody reads it";
        if (WrongInFolder() is { } wrong)
            return wrong;
        // The runtime replaces bytes that are not UTF-8 by U+FFFD, so the word names another file. The raw bytes show whether U+FFFD was
        // typed.
        var changed = args.FirstOrDefault(word => word.Contains('\uFFFD'));
        return changed is not null && OperatingSystem.IsLinux() && !Utf8.IsValid(File.ReadAllBytes("/proc/self/cmdline"))
            ? $"'{changed}' is not UTF-8, and only UTF-8 names can be opened; rename it, or give its content to standard input (-)"
            : null;
    }

    /// <summary>Returns the reason why file names cannot be resolved from the current folder; null if they can be resolved. The runtime
    /// joins the paths of folder and file.</summary>
    private static string? WrongInFolder()
    {
        try
        {
            return FileStatus.Of(".") is { } here && here.IsSameFile(FileStatus.Of(Environment.CurrentDirectory))
                ? null
                : "the current folder was renamed, or its name is not UTF-8; work in another one";
        }
        catch (IOException)
        {
            return "the current folder is no longer there; work in another one";
        }
    }

    /// <summary>Returns a line that names the first error of the command line; null if there is no error.</summary>
    internal static string? WrongIn(ParseResult parsed)
    {
        var name = "";
        foreach (var token in parsed.Tokens)
        {
            // No word of a command may be empty. Most empty words come from a script's variable that was not set.
            if (token.Type == TokenType.Argument && string.IsNullOrWhiteSpace(token.Value))
                return name.Length > 0 ? $"{name} takes a value, not an empty word" : "an empty word names no file, folder or address";
            name = token.Type == TokenType.Option ? token.Value : "";
        }

        if (parsed.Errors.Count == 0)
            return null;
        // An unknown word explains more than the message that a command is missing.
        var message = parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is no command, option or argument" : parsed.Errors[0].Message;
        return $"{message.TrimEnd('.')}; see '{PathOf(parsed.CommandResult)}--help'";
    }

    /// <summary>Returns the names of the commands that lead to this command, each followed by a blank.</summary>
    private static string PathOf(SymbolResult? result) =>
        result is CommandResult { Command: not RootCommand } command ? $"{PathOf(command.Parent)}{command.Command.Name} " : "";

    /// <summary>Explains an error in one line on standard error, and returns the exit code. A defect of the program is shown with its
    /// stack.</summary>
    private static int Explain(Exception error)
    {
        switch (error)
        {
            case ReaderGoneException:
                return ExitCode.ReaderGone;
            case LabException lab:
                Say($"Error: {lab.Message}", ExitCode.Failed);
                foreach (var line in lab.LogTail)
                    Say($"    {line}", ExitCode.Failed);
                return lab.Kind is LabFailure.MissingPackage or LabFailure.NotRoot or LabFailure.NotEnoughMemory ? ExitCode.Usage : ExitCode.Failed;
            case StandardOutputException or UserException or UnusableOutputException:
                return Say($"Error: {error.Message}", ExitCode.Usage);
            case UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException:
                return Say($"Error: {error.Message.TrimEnd('.')}; name another one, or change its permissions", ExitCode.Usage);
            case IOException when IsFull(error.HResult):
                return Say($"Error: {error.Message}; free some space, or write elsewhere", ExitCode.Usage);
            case IOException:
                return Say($"Error: {error.Message}", ExitCode.Failed);
            case ReportException report:
                Say($"Error: {error.Message}", ExitCode.Failed);
                if (!report.IsDefect)
                    return ExitCode.Failed;
                break;
        }

        Say("This is a defect of the program; please report it.", ExitCode.Failed);
        Console.Error.WriteLine(error);
        return ExitCode.Failed;
    }

    /// <summary>Returns whether an error of Linux means that there is no space: ENOSPC, EDQUOT (quota exceeded) or EFBIG (file too
    /// large).</summary>
    private static bool IsFull(int error) => error is 28 or 122 or 27;

    /// <summary>Writes one line to standard error. Control characters of file names are escaped, because they could break the line or
    /// control the terminal.</summary>
    private static int Say(string line, int exitCode)
    {
        Console.Error.WriteLine(string.Concat(line.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString())));
        return exitCode;
    }
}
