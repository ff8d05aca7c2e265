// SPDX-License-Identifier: MIT
using System.CommandLine.Parsing;

namespace Sim.Runner.Commands;

/// <summary>Restores the command line so that it can be typed again.</summary>
internal static class TypedCommand
{
    /// <summary>Returns the words after the program, quoted for a shell (<see cref="ShellWords"/>).</summary>
    public static string Of(ParseResult parsed)
    {
        var words = new List<string>();
        TokenType? before = null;
        foreach (var token in parsed.Tokens)
        {
            // The parser takes --option=-value apart; apart, -value would be an option.
            if (before == TokenType.Option && token.Type == TokenType.Argument && token.Value.StartsWith('-'))
                words[^1] += $"={token.Value}";
            else
                words.Add(token.Value);
            before = token.Type;
        }

        return ShellWords.Join(words);
    }
}
