// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Experiments.Churn;

/// <summary>The lines of code that a scheme's patches change in Linux 7.3. kernel-patch/tests/count-lines.sh counts the lines for
/// kernel-patch/lines.csv, without comments, blank lines, tests and documentation.</summary>
public static class CodeSize
{
    private const string Resource = "lines.csv";

    private static readonly Lazy<Dictionary<string, (int Added, int Removed)>> s_variants = new(Read);

    /// <summary>Adds a scheme's rows. A what-if gets no rows, because nobody has written its code.</summary>
    public static void Add(ChurnContext context, Scheme scheme)
    {
        if (scheme.Kind.IsWhatIf)
            return;
        var (added, removed) = Of(scheme.Kind);
        context.Add(
            scheme, context.At(Experiment.Code), (Metrics.LinesAdded, added), (Metrics.LinesRemoved, removed), (Metrics.NetLines, added - removed));
    }

    public static (int Added, int Removed) Of(SchemeKind kind)
    {
        var lines = kind.Patches.Select(variant => s_variants.Value[variant]).ToList();
        return (lines.Sum(variant => variant.Added), lines.Sum(variant => variant.Removed));
    }

    private static Dictionary<string, (int, int)> Read()
    {
        using var stream = typeof(CodeSize).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))
            .ToDictionary(fields => fields[0], fields => (int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[2], CultureInfo.InvariantCulture)));
    }
}
