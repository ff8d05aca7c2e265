// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Runner.Validation;

/// <summary>Instructions an operation of a port, in each of several runs; and the line that says so between two processes.</summary>
/// <param name="Structure">allowedips or fib.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="Operation">lookup, or the name of an update.</param>
/// <param name="Keys">Pattern of a lookup's keys, else empty.</param>
/// <param name="Chain">independent or dependent for a lookup, else empty.</param>
/// <param name="Runs">Instructions an operation.</param>
internal sealed record PortCount(string Structure, int Family, string Operation, string Keys, string Chain, double[] Runs)
{
    private const string Mark = "instructions";

    /// <summary>The line: words between tabs.</summary>
    public override string ToString() => string.Join(
        '\t', [Mark, Structure, $"{Family}", Operation, Keys, Chain, .. Runs.Select(run => run.ToString("R", CultureInfo.InvariantCulture))]);

    /// <summary>The count that a line says; null for any other line.</summary>
    public static PortCount? Parse(string line)
    {
        var words = line.Split('\t');
        if (words.Length < 7 || words[0] != Mark || !int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var family))
            return null;
        var runs = new double[words.Length - 6];
        for (var i = 0; i < runs.Length; i++)
        {
            if (!double.TryParse(words[i + 6], NumberStyles.Float, CultureInfo.InvariantCulture, out runs[i]))
                return null;
        }

        return new PortCount(words[1], family, words[3], words[4], words[5], runs);
    }
}
