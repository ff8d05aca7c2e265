// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Figures;

/// <summary>Writes the words of a command line so that a POSIX shell reads them back.</summary>
public static class ShellWords
{
    /// <summary>The beginning of a command line in a checkout, as the README writes it.</summary>
    private const string Program = "dotnet run --project src/Sim.Runner -- ";

    /// <summary>Joins the words with blanks, and quotes each word if necessary.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>Returns the whole command line that runs <paramref name="command"/>, which <see cref="Join"/> made.</summary>
    public static string WithProgram(string command) => Program + command;

    /// <summary>Returns the word unchanged if a shell reads each of its characters literally, otherwise in single quotes. Control
    /// characters, which a page or a terminal would not show, become escapes in <c>$'...'</c> (POSIX 2024, 2.2.4).</summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word[0] != '=' && word.All(IsPlain))
            return word;
        return word.Any(IsInvisible) ? Escape(word) : $"'{word.Replace("'", "'\\''")}'";
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "_@%+=:,./-".Contains(c);

    /// <summary>Returns whether a character is a control character, or a Unicode separator of lines or paragraphs.</summary>
    private static bool IsInvisible(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static string Escape(string word)
    {
        var quoted = new StringBuilder("$'");
        foreach (var c in word)
        {
            if (c is '\'' or '\\')
                quoted.Append('\\').Append(c);
            else if (c == '\n')
                quoted.Append("\\n");
            else if (c == '\t')
                quoted.Append("\\t");
            else if (!IsInvisible(c))
                quoted.Append(c);
            else
                foreach (var octet in Encoding.UTF8.GetBytes([c]))
                    quoted.Append('\\').Append(Convert.ToString(octet, 8).PadLeft(3, '0'));
        }

        return quoted.Append('\'').ToString();
    }
}
