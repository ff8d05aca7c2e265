// SPDX-License-Identifier: MIT
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sim.Runner.Commands;

/// <summary>Shows the help of a command on one screen: its description in paragraphs as wide as the terminal, and the
/// commands below it by their first lines.</summary>
internal sealed class HelpPages(HelpAction pages) : SynchronousCommandLineAction
{
    /// <summary>The columns to use instead of the terminal's.</summary>
    public int Width { set => pages.MaxWidth = value; }

    /// <summary>Puts this help in the place of a program's own.</summary>
    public static RootCommand AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpPages((HelpAction)option.Action!);
        return root;
    }

    /// <summary>Help is shown whatever is missing on the command line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        command.Description = Flow(command.Description ?? "");
        foreach (var below in command.Subcommands)
            below.Description = below.Description?.Split('\n')[0];
        return pages.Invoke(parseResult);
    }

    /// <summary>The text with each paragraph on one line; indented lines, which are examples, keep theirs.</summary>
    private static string Flow(string text) =>
        string.Join("\n\n", text.Split("\n\n").Select(part => part.Contains("\n  ", StringComparison.Ordinal) ? part : part.Replace('\n', ' ')));
}
