// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

/// <summary>Options whose values are read strictly: digits, at most one point, and nothing else. <c>0,001</c>, <c>1e3</c>, <c>+5</c>,
/// <c>0x10</c> and digits of other scripts are refused, because other programs read them differently. Each error is one line that says
/// which values the option takes.</summary>
internal static class StrictOptions
{
    public static Option<int> Between(this Option<int> option, int least, int most) => option.Read(
        $"a whole number from {least} to {most}", (string word, out int number) => IsWhole(word, out number) && number >= least && number <= most);

    public static Option<ulong> OfDigits(this Option<ulong> option) => option.Read(
        $"a whole number from 0 to {ulong.MaxValue}", (string word, out ulong number) => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number));

    /// <summary>Reads a number with or without a decimal point. <paramref name="range"/> names the allowed numbers in words.</summary>
    public static Option<double> Decimal(this Option<double> option, string range, Func<double, bool> isIn) =>
        option.Read(range, (string word, out double number) => IsDecimal(word, out number) && isIn(number));

    public static Option<double?> Decimal(this Option<double?> option, string range, Func<double, bool> isIn) =>
        option.Read(range, (string word, out double? number) => ((number = IsDecimal(word, out var value) ? value : null) is not null) && isIn(value));

    public static Option<T> OneOf<T>(this Option<T> option, IReadOnlyCollection<string> words)
    {
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value)))
                result.AddError(Takes(option.Name, $"{string.Join(", ", words.SkipLast(1))} or {words.Last()}", token.Value));
        });
        return option;
    }

    /// <summary>Returns an option for whole numbers, separated by commas or blanks.</summary>
    public static Option<int[]> Numbers(string name, string description, int[] usual, int least, int most, string help)
    {
        var range = $"whole numbers from {least} to {most}, with commas between";
        return List(name, description, usual, help, range, (string word, out int number) => IsWhole(word, out number) && number >= least && number <= most);
    }

    /// <summary>Returns an option for known words, separated by commas or blanks.</summary>
    public static Option<string[]> Words(string name, string description, string[] usual, string help) => List(
        name, description, usual, help, $"{string.Join(", ", usual)}, with commas between", (string word, out string found) => usual.Contains(found = word));

    private delegate bool Reader<T>(string word, out T value);

    private static Option<T> Read<T>(this Option<T> option, string range, Reader<T> read)
    {
        option.CustomParser = result =>
        {
            var value = default(T)!;
            foreach (var token in result.Tokens)
            {
                if (!read(token.Value, out value))
                    result.AddError(Takes(option.Name, range, token.Value));
            }

            return value;
        };
        return option;
    }

    private static Option<T[]> List<T>(string name, string description, T[] usual, string help, string range, Reader<T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var values = new List<T>();
            foreach (var word in result.Tokens.SelectMany(token => token.Value.Split(',')))
            {
                if (!read(word, out var value))
                    result.AddError(word.Length == 0 ? $"{name} takes {range}; one side of a comma is empty." : Takes(name, range, word));
                else if (!values.Contains(value))
                    values.Add(value);
            }

            return [.. values];
        },
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static string Takes(string name, string range, string word) => $"{name} takes {range}, not '{word}'.";

    private static bool IsWhole(string word, out int number) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool IsDecimal(string word, out double number)
    {
        number = 0;
        return word.Length > 0 && char.IsAsciiDigit(word[^1])
            && double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
