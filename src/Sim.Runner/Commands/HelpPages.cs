// SPDX-License-Identifier: MIT
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sim.Runner.Commands;

/// <summary>Shows a command's help on one screen: the paragraphs of the description, as wide as the terminal, and the first line of each
/// subcommand's description.</summary>
internal sealed class HelpPages(HelpAction pages) : SynchronousCommandLineAction
{
    /// <summary>Sets the width in columns, instead of the terminal's width.</summary>
    public int Width { set => pages.MaxWidth = value; }

    /// <summary>Makes a program show this help instead of the default help.</summary>
    public static RootCommand AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpPages((HelpAction)option.Action!);
        return root;
    }

    /// <summary>True, so that help is shown even if the command line is incomplete.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        command.Description = Flow(command.Description ?? "");
        foreach (var below in command.Subcommands)
            below.Description = below.Description?.Split('\n')[0];
        return pages.Invoke(parseResult);
    }

    /// <summary>Joins each paragraph into one line. A paragraph with indented lines keeps its lines, because indented lines are
    /// examples.</summary>
    private static string Flow(string text) =>
        string.Join("\n\n", text.Split("\n\n").Select(part => part.Contains("\n  ", StringComparison.Ordinal) ? part : part.Replace('\n', ' ')));
}
