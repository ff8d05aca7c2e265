// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests;

/// <summary>The order of the house, read from its sources. Between projects the build keeps it; within one, these tests do.</summary>
public sealed partial class ArchitectureTests
{
    private const RegexOptions Options = RegexOptions.Multiline | RegexOptions.ExplicitCapture;
    private const int Patience = 60_000;

    public static TheoryData<string> Projects => [.. Directory.EnumerateDirectories(Path.Combine(SharedData.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_namespaces_of_a_project_use_each_other(string project)
    {
        var files = Sources(project);
        var declared = files.SelectMany(file => Declaration.Matches(file.Code).Select(type => (Type: type.Groups["name"].Value, file.Namespace)))
            .ToLookup(pair => pair.Type, pair => pair.Namespace);
        var uses = files.SelectMany(file => TypeName.Matches(file.Code).Select(word => word.Value).Distinct()
                .Where(word => !declared[word].Contains(file.Namespace))
                .SelectMany(word => declared[word].Select(used => (User: file.Namespace, Used: used))))
            .ToLookup(use => use.User, use => use.Used);
        foreach (var start in uses)
            Assert.DoesNotContain(start.Key, Reached(uses, start.Key));
    }

    [Theory]
    [InlineData("Sim.Files")]
    [InlineData("Sim.Kernel")]
    [InlineData("Sim.Figures", "Sim.Files")]
    [InlineData("Sim.Reports", "Sim.Figures")]
    [InlineData("Sim.Runner", "Sim.Experiments", "Sim.Reports", "Sim.Validation")]
    public void A_project_refers_to_these_alone(string project, params string[] expected) => Assert.Equal(
        expected, Reference.Matches(File.ReadAllText(Path.Combine(SharedData.Root, "src", project, $"{project}.csproj"))).Select(match => match.Groups["name"].Value).Order());

    /// <summary>All that a namespace uses, directly or through another; itself only where there is a circle.</summary>
    private static HashSet<string> Reached(ILookup<string, string> uses, string start)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(uses[start]);
        while (open.TryPop(out var next))
        {
            if (!reached.Add(next))
                continue;
            foreach (var more in uses[next])
                open.Push(more);
        }

        return reached;
    }

    private static List<(string Namespace, string Code)> Sources(string project) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SharedData.Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Select(text => (Namespace: NamespaceLine.Match(text).Groups["name"].Value, Code: Comment.Replace(text, ""))),
    ];

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", Options, Patience)]
    private static partial Regex NamespaceLine { get; }

    [GeneratedRegex(@"//.*|^using .*", Options, Patience)]
    private static partial Regex Comment { get; }

    /// <summary>A type of a namespace: nested ones are indented.</summary>
    [GeneratedRegex(@"^(public|internal) ((static|sealed|abstract|readonly|partial|unsafe|ref) )*(class|record struct|record|struct|enum|interface) (?<name>\w+)", Options, Patience)]
    private static partial Regex Declaration { get; }

    /// <summary>A word that may name a type: no member of anything.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+", Options, Patience)]
    private static partial Regex TypeName { get; }

    [GeneratedRegex(@"ProjectReference Include=""[^""]*/(?<name>[\w.]+)\.csproj""", Options, Patience)]
    private static partial Regex Reference { get; }
}
