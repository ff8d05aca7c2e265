// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Validation.Comparison;

/// <summary>Reads the figures of a table from /proc/net/fib_triestat.</summary>
public static class TrieStatText
{
    /// <summary>
    /// Returns the figures by name: <c>Aver depth</c>, <c>Leaves</c>, and so on. The number of tnodes with 3 bits has the name <c>tnodes of
    /// 3 bits</c>. The counters that CONFIG_IP_FIB_TRIE_STATS adds at the end are left out, because they do not describe the shape.
    /// </summary>
    public static IReadOnlyDictionary<string, double> Figures(string text)
    {
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("Counters", StringComparison.Ordinal))
                break;
            if (char.IsAsciiDigit(line[0]))
                AddSizes(figures, line);
            else if (line.Split(':', StringSplitOptions.TrimEntries) is [var name, var value])
                Add(figures, name, value.Split(' ')[0]);
        }

        return figures;
    }

    /// <summary>Reads pairs of a number of bits and a number of tnodes, such as <c>1: 30 2: 7</c>.</summary>
    private static void AddSizes(Dictionary<string, double> figures, string line)
    {
        var words = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 1 < words.Length; i += 2)
            Add(figures, $"tnodes of {words[i]} bits", words[i + 1]);
    }

    private static void Add(Dictionary<string, double> figures, string name, string value)
    {
        if (double.TryParse(value, CultureInfo.InvariantCulture, out var number))
            figures[name] = number;
    }
}
