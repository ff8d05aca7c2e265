// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sim.Validation.RealDaemons;

/// <summary>Collects rows from the lines that kernel-patch/daemons/run.sh prints: a comment with the settings and the number of pairs of nodes
/// that should reach each other, then the claim that they do.
/// <code>
///   # packets: gateway link-local strict 12/12
///   ok - babel-bird-star: after the hold time of Babel's routes every packet passes
/// </code></summary>
public sealed partial class DaemonMatrix
{
    private readonly List<Figure> _figures = [];
    private Match _settings = Match.Empty;

    /// <summary>The rows of the claims that held, in the order of the lines. A claim is about both families.</summary>
    public IReadOnlyList<Figure> Figures => _figures;

    public void Take(string line)
    {
        if (Settings.Match(line) is { Success: true } settings)
            _settings = settings;
        if (!_settings.Success || Claim.Match(line) is not { Success: true } claim)
            return;
        if (claim.Groups["held"].Value == "ok")
        {
            string Of(string group) => _settings.Groups[group].Value;
            double Count(string group) => int.Parse(Of(group), CultureInfo.InvariantCulture);
            foreach (var family in (int[])[4, 6])
            {
                _figures.Add(Metrics.PairsPassed.Row(
                    Figure.At(Experiment.DaemonMatrix, family) with
                    {
                        Structure = claim.Groups["scene"].Value, Scheme = Of("mode"), Item = $"multicast {Of("flag")}, source check {Of("check")}",
                    },
                    Count("passed") / Count("all")));
            }
        }

        _settings = Match.Empty;
    }

    [GeneratedRegex(@"^# packets: (?<mode>\S+) (?<flag>\S+) (?<check>\S+) (?<passed>[0-9]{1,6})/(?<all>[1-9][0-9]{0,5})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Settings { get; }

    [GeneratedRegex(@"^(?<held>ok|not ok) - (?<scene>[^:]+): ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Claim { get; }
}
