// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The change that a step of a waterfall makes. The change decides whether the step needs a new uapi.</summary>
public enum StepKind
{
    /// <summary>The level of today’s AllowedIPs, where no step leads.</summary>
    Today,

    /// <summary>Another structure behind WireGuard’s interface. The uapi stays.</summary>
    Structure,

    /// <summary>A part of the route attribute, which needs a new uapi.</summary>
    Attribute,

    /// <summary>A change inside the kernel on top of the route attribute. It needs no further uapi.</summary>
    Further,
}

/// <summary>A level of a waterfall: a cost, as a sum of rows.</summary>
/// <param name="Step">The change that leads from the level before to this level.</param>
/// <param name="Kind">The kind of this change.</param>
/// <param name="Plus">The rows that are added.</param>
/// <param name="Minus">The rows that are subtracted.</param>
public sealed record Level(string Step, StepKind Kind, IReadOnlyList<Figure> Plus, params IReadOnlyList<Figure> Minus)
{
    public double Value { get; } = Plus.Sum(row => row.Value) - Minus.Sum(row => row.Value);

    public IEnumerable<Figure> Figures => Plus.Concat(Minus);

    /// <summary>The basis of a single row; modelled if several rows make the level.</summary>
    public Basis Basis => Plus is [var only] && Minus.Count == 0 ? only.Basis : Basis.Modelled;

    /// <summary>Returns a level; null if there are no rows.</summary>
    public static Level? Of(string step, StepKind kind, IReadOnlyList<Figure>? plus) => plus is null ? null : new(step, kind, plus);
}

/// <summary>A cost that a waterfall divides into steps: its name in files, its words, the subject of a sentence, and the label of its
/// axis.</summary>
public sealed record WaterfallCost(string Name, string Words, string Subject, string Axis)
{
    public static readonly WaterfallCost
        Sent = new("sent", Operations.Transmit.Words, "Sending a packet", "time of the lookups of a packet that is sent"),
        Received = new("received", Operations.Receive.Words, "Checking a received packet", "time of the lookups of a packet that is received"),
        Change = new("change", "change", "A change", "time per change"),
        Memory = new("memory", "memory", "The table", "kernel memory in pages"),
        Train = new("received-train", "packet received in a train", "Checking a packet of a train", "time to check a packet that is received in a train");

    public static readonly WaterfallCost[] All = [Sent, Received, Change, Memory, Train];

    /// <summary>Whether the cost is an amount and not a time.</summary>
    public bool IsAmount => Name == Memory.Name;

    /// <summary>The words with an article: <c>a packet sent</c>.</summary>
    public string Each => IsAmount ? Words : $"a {Words}";
}

/// <summary>A row that levels are compared with: its name in the plot, and its words.</summary>
public sealed record Floor(string Name, string Words, Figure Row);

/// <summary>The steps by which a cost falls from today’s AllowedIPs to the route attribute, and beyond. Each level is computed from rows
/// alone. The gains of the steps add up to the difference between the first level and the last.</summary>
public sealed record Waterfall(WaterfallCost Cost, IReadOnlyList<Level> Levels)
{
    /// <summary>The A/A noise as a factor in either direction: 1 for counts, null if unknown.</summary>
    public double? Noise { get; init; }

    public Floor? Limit { get; init; }

    /// <summary>The same cost if AllowedIPs need only a default route: today’s cost, and the cost of the better structure. Null if a route
    /// per prefix adds nothing to the cost.</summary>
    public (Level Today, Level? Better)? WithDefaultRoute { get; init; }

    public Level Today => Levels[0];
    public Level? Better => Levels.FirstOrDefault(level => level.Kind == StepKind.Structure);
    public Level Attribute => Levels.Last(level => level.Kind == StepKind.Attribute);

    public string Unit => Today.Plus[0].Unit;
    public Scale Scale => Scale.For(Unit, Levels.Select(level => level.Value));

    /// <summary>Each step, with the value of the level before and the gain: the amount by which the cost falls.</summary>
    public IEnumerable<(Level Level, double From, double Gain)> Steps =>
        Levels.Zip(Levels.Skip(1), (before, level) => (level, before.Value, before.Value - level.Value));

    /// <summary>Whether all levels are above 0. A level is not if rows are subtracted that were measured at another time.</summary>
    public bool IsPossible => Levels.All(level => level.Value > 0);

    /// <summary>Returns a gain or loss in the unit of the levels, or in a smaller unit if it is small.</summary>
    public string ShowGain(double gain) => (Math.Abs(gain) < Scale.Divisor / 10 ? Scale.For(Unit, [gain]) : Scale).Show(gain);

    /// <summary>The reason why the rows decide nothing; empty if the rows decide.</summary>
    public string Open
    {
        get
        {
            var ratio = Attribute.Value / Today.Value;
            return Levels.SelectMany(level => level.Figures).FirstOrDefault(row => row.Flag.Length > 0) is { } flagged ? Words.FlagReason(flagged.Flag)
                : !IsPossible ? "its rows contradict each other: a level would be 0 or less"
                : Noise is not { } noise ? "the run has no A/A row"
                : noise > 1 && ratio <= noise && ratio >= 1 / noise ? $"the difference is within the noise ({Numbers.Percent(noise)})" : "";
        }
    }

    /// <summary>The share of the route attribute’s gain that a better structure alone brings; null without a verdict, a gain, or a better
    /// structure.</summary>
    public double? Share => Open.Length == 0 && Better is { } better && Attribute.Value < Today.Value
        ? (Today.Value - better.Value) / (Today.Value - Attribute.Value) : null;

    /// <summary>Returns the verdict on the cost: the gain of the route attribute, and the part of it that a better structure alone would
    /// bring.</summary>
    public string Sentence()
    {
        string[] sentences = Open.Length > 0 ? [$"{Words.Capital(Cost.Words)}: no verdict, because {Open}."]
            : [$"With the route attribute, {LowerFirst(Cost.Subject)} {Compared("is", "takes", Attribute, Today, "today")}.", Alone(), Beyond(), Default(),
                Limit is null ? "" : $"The dashed line is {Limit.Words}."];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    private string Alone()
    {
        if (Better is not { } better)
            return "";
        var alone = $"{Words.Capital(better.Step)}, without a new uapi,";
        return Share switch
        {
            null => $"{alone} {Compared("would be", "would take", better, Today, "today")}.",
            >= 1 => $"{alone} would bring at least as much.",
            <= 0 => $"{alone} would bring nothing: the whole gain needs the new uapi.",
            { } share => $"{alone} would bring {Phrases.Percent(share)} of this gain. The rest needs the new uapi.",
        };
    }

    private string Beyond() => Levels[^1] is { Kind: StepKind.Further } last
        ? $"On top of the attribute, {last.Step} {Compared("would be", "would take", last, Attribute, "the attribute alone")}." : "";

    private string Default() => WithDefaultRoute is not var (today, better) ? ""
        : $"If AllowedIPs need only a default route, the cost is {Scale.Show(today.Value)} today{(better is null ? "" : $", {Scale.Show(better.Value)} with {better.Step}")}"
            + $" and {Scale.Show(Attribute.Value)} with the attribute.";

    /// <summary>Returns a level beside another in words: <c>is 1.8 times faster than today</c>, <c>takes 49 % less memory than
    /// today</c>.</summary>
    private string Compared(string time, string amount, Level level, Level other, string name)
    {
        var ratio = level.Value / other.Value;
        return Cost.IsAmount ? $"{amount} {Phrases.Amount(ratio, "memory", name)}"
            : Phrases.Speed(ratio) is var speed && speed.EndsWith("er", StringComparison.Ordinal) ? $"{time} {speed} than {name}" : $"{time} {speed} as {name}";
    }

    private static string LowerFirst(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}
