// SPDX-License-Identifier: MIT
using System.Net;
using System.Xml.Linq;
using Sim.Figures;
using Sim.Reports.Pages;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class HtmlTests
{
    private const string Hostile = "x\"><script>alert('1')</script>&amp;<!--";

    [Fact]
    public void Every_value_is_encoded_in_text_and_in_attributes_and_reads_back_as_it_was()
    {
        Html html = $"<p title=\"{Hostile}\">{Hostile}</p>";
        var element = XElement.Parse(html.ToString());
        Assert.Equal((Hostile, Hostile), ((string)element.Attribute("title")!, element.Value));
        Assert.Empty(element.Elements());
    }

    [Fact]
    public void Markup_in_markup_stays_markup_and_nothing_is_nothing()
    {
        Html inner = $"<em>{"a<b"}</em>";
        Html? none = null;
        string? text = null;
        Html html = $"<p>{inner}{new[] { inner, inner }}{none}{text}{1.5}{12345L}{new DateTime(2026, 11, 29):yyyy-MM-dd}</p>";
        Assert.Equal("<p><em>a&lt;b</em><em>a&lt;b</em><em>a&lt;b</em>1.5123452026-11-29</p>", html.ToString());
        Assert.Equal("<em>a&lt;b</em>, <em>a&lt;b</em>", Html.Join(", ", [inner, inner]).ToString());
    }

    [Fact]
    public void A_prefix_goes_before_every_anchor_and_nowhere_else_however_deep_it_lies()
    {
        Html link = $"<a href=\"#{new Anchor("plot")}\">#plot id=\"plot\"</a>";
        Html part = $"<div id=\"{new Anchor("plot")}\">{link}{new Html().Append(link)}<a href=\"#row-1\">1</a></div>";
        Assert.Equal(part.ToString().Replace("\"#plot\"", "\"#b-a-plot\"").Replace("<div id=\"plot\"", "<div id=\"b-a-plot\""), part.Under("a-").Under("b-").ToString());
        Assert.Equal(part.ToString(), part.Under("").ToString());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Hostile_names_of_schemes_and_tables_stay_text_on_a_whole_page_of_churn_and_scaling(int family)
    {
        List<Figure> figures = [];
        foreach (var scheme in (string[])[SchemeName.RemoveMe, SchemeName.Attribute, SchemeName.Replace, Hostile])
        {
            Figure Row(string experiment, string metric, string unit = "ns") => new()
            {
                Experiment = experiment, Scheme = scheme, Metric = Metrics.Of(metric, experiment), Unit = unit, Value = 120, Low = 100, High = 140, N = 9, Basis = Basis.Measured, Family = family,
                Flag = Hostile,
            };
            figures.AddRange(
            [
                Row("replay", "changes-taken", "count") with { X = 0 }, Row("replay", "time-per-change") with { X = 0, Operation = "update" },
                Row("replay", "time-per-change") with { X = 0, Operation = "delete" }, Row("replay", "ratio", "ratio") with { Operation = "update", Item = Hostile },
                Row("binding-memory", "page-bytes", "bytes") with { Structure = Names.AllStructures }, Row("binding-memory", "page-bytes", "bytes") with { Structure = Hostile },
                Row("packet", "time") with { Operation = "transmit", Keys = "prefixes" }, Row("packet", "lookups", "count") with { Operation = Hostile, Structure = Hostile },
                Row("observer", "scan-bytes", "bytes"), Row("observer", "staleness-mean", "ms") with { Operation = Hostile, X = 10 },
                Row("convergence", "time") with { Operation = "lose-to-one", Order = Hostile }, Row("reader", "gap-longest") with { Operation = "delete", Keys = Hostile },
                Row(Experiment.Scaling, Metrics.Time) with { Item = Axes.Prefixes, Operation = Operations.Insert, X = 10 },
                Row(Experiment.Scaling, Metrics.Time) with { Item = Axes.Prefixes, Operation = Operations.Insert, X = 1000 },
                Row(Experiment.Bucket, Metrics.Time) with { X = 1 }, Row(Experiment.Bucket, Metrics.Time) with { X = 10 },
            ]);
        }

        var run = new FabricatedRun { Source = Hostile, Warnings = [Hostile] }.Build();
        using var folder = ReportFolder.Of(run with { Figures = figures });
        Assert.DoesNotContain("<script", folder.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<!--", folder.Html, StringComparison.Ordinal);
        Assert.True(WebUtility.HtmlDecode(folder.Html).Split(Hostile).Length > 50);
        Assert.Contains("id=\"churn\"", folder.Html, StringComparison.Ordinal);
        Assert.Contains("id=\"scaling\"", folder.Html, StringComparison.Ordinal);
        Assert.Contains("id=\"reader\"", folder.Html, StringComparison.Ordinal);
        XDocument.Parse(System.Text.RegularExpressions.Regex.Replace(
            folder.Html.Replace("<!DOCTYPE html>", ""), "<(?<tag>meta [^>]*|br)>", "<${tag}/>", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10)));
    }
}
