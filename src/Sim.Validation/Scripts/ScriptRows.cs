// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Validation.Scripts;

/// <summary>Reads the rows that scripts of kernel-patch write: CSV with a header, a row for each figure and round.</summary>
public static class ScriptRows
{
    /// <summary>The largest number. Sums and products of such numbers are finite.</summary>
    private const double Largest = 1e18;

    /// <summary>Returns the cells of each row, with the row's file and line as the beginning of a message.</summary>
    /// <exception cref="UserException">Thrown if the file is empty or has other columns. The message names file and line.</exception>
    public static IEnumerable<(string[] Cells, string Place)> Read(string file, string header)
    {
        if (new FileInfo(file).Length == 0)
            throw new UserException($"{file}, line 1: the file is empty");
        foreach (var (at, line) in File.ReadLines(file).Index())
        {
            if (at > 0)
                yield return (line.Split(','), $"{file}, line {at + 1}: ");
            else if (line != header)
                throw new UserException($"{file}, line 1: the columns are not {header}");
        }
    }

    /// <summary>Reads a decimal number.</summary>
    public static bool IsNumber(string cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && Math.Abs(number) <= Largest;

    /// <summary>Reads a number of things. It has digits only.</summary>
    public static bool IsCount(string cell, out int count) => int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    /// <summary>Collects the values of each place, in the order of the rows: a value for each round.</summary>
    public static OrderedDictionary<Figure, List<double>> Rounds(IEnumerable<Figure> rows)
    {
        var places = new OrderedDictionary<Figure, List<double>>();
        foreach (var row in rows)
        {
            var place = row.Of(0);
            if (!places.TryGetValue(place, out var values))
                places.Add(place, values = []);
            values.Add(row.Value);
        }

        return places;
    }

    /// <summary>Returns the spread of the ratios of two places, over pairs: the first round with the first, and so on. Returns null if there is no
    /// pair.</summary>
    public static Spread? Ratio(IEnumerable<double> values, IEnumerable<double> baseline) =>
        values.Zip(baseline).Where(pair => pair.Second > 0).Select(pair => pair.First / pair.Second).Where(double.IsFinite).ToList() is { Count: > 0 } ratios ? Spread.Of(ratios) : null;
}
