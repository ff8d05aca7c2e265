// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using CsCheck;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports;
using Sim.Reports.Plots;
using Sim.Reports.Views;
using Sim.Runner.Commands;
using Sim.Schemes;
using Sim.Testing;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using SkiaSharp;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class PlotTests(FullReport full) : IClassFixture<FullReport>
{
    [Fact]
    public void Every_png_has_text_in_its_title_strip()
    {
        var folder = full.Folder;
        foreach (var name in PlotSet.AllNames)
        {
            using var image = SKBitmap.Decode(folder.At($"plot-{name}.png"));
            Assert.True(DarkPixels(image, 0, 60) > 500, $"{name}: {DarkPixels(image, 0, 60)} dark pixels in the title strip");
            Assert.Equal(SKColors.White, image.GetPixel(1, 1));
        }
    }

    [Fact]
    public void Without_its_text_the_same_strip_is_blank()
    {
        var spec = Specs()[0];
        using var titled = Render(spec, spec.Question);
        using var blank = Render(spec, " ");

        Assert.True(DarkPixels(titled, 0, 30) > 200);
        Assert.Equal(0, DarkPixels(blank, 0, 30));
    }

    [Fact]
    public void The_font_is_the_one_that_is_shipped()
    {
        PlotFont.Install();
        using var stream = typeof(ReportWriter).Assembly.GetManifestResourceStream("DejaVuSans.ttf");
        Assert.NotNull(stream);
        Assert.Equal("DejaVu Sans", ScottPlot.Fonts.Default);
        Assert.Equal("DejaVu Sans", ScottPlot.Fonts.GetTypeface("DejaVu Sans", bold: true, italic: false).FamilyName);
        Assert.All("0123456789/±–µ\u202f", c => Assert.True(ScottPlot.Fonts.GetTypeface("DejaVu Sans", false, false).ContainsGlyph(c)));
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    public void No_text_overlaps_another_or_leaves_the_picture(int width)
    {
        foreach (var spec in Specs())
            AssertReadable(spec.Name, spec.Chart, width, spec.Question);
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    public void Plots_of_a_validation_are_readable(int width)
    {
        FabricatedValidation[] runs = [new() { LookupRatio = (_, keys, _) => keys == "hot" ? 3 : .3 }, new() { Kernel = FabricatedValidation.Qemu }];
        var specs = runs.SelectMany(run => ValidationPlots.For(ValidationView.Of(new Rows(run.Build()))!)).ToList();
        Assert.Equal(ValidationPlots.AllNames, specs.Select(s => s.Name));
        foreach (var spec in specs)
            AssertReadable(spec.Name, spec.Chart, width, spec.Question);
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    [InlineData(340)]
    public void Waterfalls_are_readable(int width)
    {
        foreach (var rows in new[] { WaterfallTests.Bench(4), WaterfallTests.Bench(6), new(new FabricatedRun().Build()) })
        {
            var specs = WaterfallPlots.For(BenchWaterfalls.Of(rows, new Comparisons(rows))).ToList();
            Assert.Equal(WaterfallPlots.AllNames[..4], specs.Select(spec => spec.Name));
            foreach (var spec in specs)
                AssertReadable(spec.Name, spec.Chart, width, spec.Question);
        }
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    public void Curves_over_sizes_are_readable_whatever_they_span(int width)
    {
        foreach (var (names, least, most) in new[] { (12, 1.0, 1e9), (3, 104.0, 104.0), (1, 0.02, 0.05) })
        {
            var curves = Enumerable.Range(0, names).Select(i => new LogCurve(
                i % 3, i, i % 2 == 0, i % 2 == 0 ? "AllowedIPs on a FIB trie + routes" : $"RTA_WGPEER {i}", [(10, least), (1000, Math.Sqrt(least * most)), (4e6, most)]));
            var chart = new LogChart { ValueLabel = "failover, per prefix", Unit = "ns", XLabel = "prefixes, at 32 peers (logarithmic; from 2 000 000 on, made-up tables)", Curves = [.. curves] };
            AssertReadable($"{names} curves", chart, width, "What does the loss of a peer to another cost, for each of its prefixes?");
        }
    }

    [Fact, Property]
    public void Labels_stay_apart_whatever_the_values()
    {
        var value = Gen.Double[-3, 9].Select(e => Math.Pow(10, e));
        var mark = Gen.Select(Gen.Int[0, 2], value, Gen.Double[1, 3]).Select((series, v, spread) =>
            new Mark(series, v, v / spread, v * spread, $"allowedips {Numbers.Digits(v, 3)} ns"));
        Charts(mark, (i, _) => $"case number {i}, dependent chain").Check(
            (c, width) => AssertReadable("random", c, width, "Which of them is it?"), iter: 60, threads: 1, print: Print);
    }

    [Fact, Property]
    public void Names_of_any_length_stay_in_the_picture()
    {
        var mark = Gen.Select(Gen.Double[0.001, 1000], s_name).Select((v, name) => new Mark(0, v, v, v, name));
        Charts(mark, (_, name) => name).Check(
            (c, width) => AssertReadable("random", c, width, "Which?", leastTexts: 1), iter: 40, threads: 1, print: Print);
        var curve = Gen.Select(s_name, Gen.Double[0.001, 1e9].List[1, 30], (name, values) =>
            new Curve(0, name, [.. values.Select((value, i) => ((double)i * values.Count, value))]));
        var curves = Gen.Select(curve.List[1, 3], s_name, (all, name) => (Chart)new CurveChart { Curves = all, ValueLabel = name, XLabel = name });
        var logs = Gen.Select(curve.List[1, 9], s_name, (all, name) => (Chart)new LogChart
        {
            ValueLabel = name,
            XLabel = name,
            Curves = [.. all.Select(one => new LogCurve(one.Series, 1, false, one.Label, [.. one.Points.Select(p => (p.X + 1, p.Y))]))],
        });
        Gen.Select(Gen.OneOf(curves, logs), Gen.Int[340, 900], s_name).Check(
            (c, width, title) => AssertReadable("random", c, width, title, leastTexts: 1), iter: 40, threads: 1);
    }

    // Found by the property above as its case 7WEyhDAuAuf1: the label of the first tick was cut off at the left.
    [Theory]
    [InlineData(340)]
    [InlineData(481)]
    [InlineData(559)]
    public void The_first_tick_of_a_narrow_picture_is_not_cut_off(int width)
    {
        for (var least = 0.003; least < 0.02; least *= 1.01)
        {
            var chart = new MarkChart
            {
                ValueLabel = "time per operation, ns",
                Log = true,
                IsRatio = true,
                Noise = 2,
                Target = 1.15,
                Groups = [new("case number 0, dependent chain", [new(0, least, least, least, "allowedips 0.003 ns"), new(1, 1, .5, 2, "allowedips 1.00 ns")])],
            };
            AssertReadable($"from {least}", chart, width, "Which of them is it?");
        }
    }

    private static readonly Gen<string> s_name = Gen.Select(
        Gen.Char.AlphaNumeric.Array[1, 12].Select(letters => new string(letters)).Array[1, 12], Gen.Bool, (words, split) => string.Join(split ? " " : "", words));

    private static Gen<(MarkChart Chart, int Width)> Charts(Gen<Mark> mark, Func<int, string, string> name) =>
        Gen.Select(Gen.Select(mark.List[1, 3], s_name).List[1, 9], Gen.Bool, Gen.Bool, Gen.Double[1, 2], Gen.Int[340, 900]).Select((groups, log, ratio, noise, width) => (new MarkChart
        {
            ValueLabel = name(0, "time per operation, ns"),
            Log = log || ratio,
            IsRatio = ratio,
            Noise = ratio ? noise : null,
            Target = ratio ? 1.15 : null,
            Groups = [.. groups.Select((one, i) => new MarkGroup(name(i, one.Item2), [.. one.Item1]))],
        }, width));

    private static string Print((MarkChart Chart, int Width) one) => $"{one.Width} px: {JsonSerializer.Serialize(one.Chart)}";

    internal static void AssertReadable(string name, Chart chart, int width, string title, int leastTexts = 4)
    {
        using var drawing = ChartRenderer.Draw(chart, width).WithTitle(title);
        var svg = XDocument.Parse(SvgFile.Inline(drawing, "a", "wide", ""));
        foreach (var text in svg.Descendants("text").Where(IsRotated))
        {
            var length = PlotFont.Width(text.Value, (float)text.Attribute("font-size")!);
            Assert.True(length <= drawing.Height, $"{name} at {width}: '{text.Value}' of {length} pixels, upright in {drawing.Height}");
        }
        var boxes = Boxes(svg);
        Assert.True(boxes.Count >= leastTexts, name);
        foreach (var (text, box) in boxes)
        {
            Assert.True(box.Left >= -1 && box.Right <= width + 1, $"{name} at {width}: '{text}' from {box.Left} to {box.Right}");
            Assert.True(box.Top >= -1 && box.Bottom <= drawing.Height + 1, $"{name} at {width}: '{text}' from {box.Top} to {box.Bottom}");
        }
        for (var i = 0; i < boxes.Count; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.False(boxes[i].Box.IntersectsWith(boxes[j].Box), $"{name} at {width}: '{boxes[i].Text}' over '{boxes[j].Text}'");
        }
    }

    [Fact]
    public void Svg_ink_follows_the_text_colour_and_the_ground_is_clear()
    {
        foreach (var spec in Specs())
        {
            using var drawing = ChartRenderer.Draw(spec.Chart, 820);
            var svg = SvgFile.Inline(drawing, "a", "wide", "label");
            Assert.DoesNotContain("black", svg, StringComparison.Ordinal);
            Assert.DoesNotContain("#010101", svg, StringComparison.Ordinal);
            Assert.DoesNotContain("white", svg, StringComparison.Ordinal);
            Assert.DoesNotContain("#FFFFFF", svg, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("stroke=\"currentColor\"", svg, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Titles_and_axes_say_what_and_in_which_unit()
    {
        foreach (var spec in Specs())
        {
            Assert.EndsWith("?", spec.Question, StringComparison.Ordinal);
            Assert.NotEmpty(spec.Chart.ValueLabel);
            Assert.EndsWith(".", spec.Reading, StringComparison.Ordinal);
        }
        Assert.Contains(Texts(Specs().First(s => s.Name == "memory").Chart), text => text.EndsWith(", MiB", StringComparison.Ordinal));
        Assert.Contains(Texts(Specs().First(s => s.Name == "lookup").Chart), text => text.EndsWith(", ns", StringComparison.Ordinal));
    }

    [Fact]
    public void Readings_follow_the_rows()
    {
        var touched = new FabricatedRun().Build();
        var doubled = touched with { Figures = [.. touched.Figures.Select(f => f.Metric.Name == "cache-lines" ? f with { Value = f.Value * 2 } : f)] };

        Assert.Contains("allowedips touches 30.5 to 35.6 lines", Reading(touched, "touch"), StringComparison.Ordinal);
        Assert.Contains("allowedips touches 61.0 to 71.2 lines", Reading(doubled, "touch"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plot_names_every_way_in_which_its_figures_came_about()
    {
        Figure Update(string scheme, Basis basis) => new()
        {
            Experiment = "replay", Scheme = scheme, Operation = "update", X = 0, Metric = Metrics.TimePerChange, Unit = "ns", Value = 100, Basis = basis, Family = 4,
        };
        Figure[] figures =
        [
            Update("RTA_WGPEER", Basis.Measured), Update("AllowedIPs, REPLACE", Basis.Estimated),
            Update("RTA_WGPEER", Basis.Measured) with { Metric = Metrics.ChangesTaken },
            new() { Experiment = "observer", Scheme = "RTA_WGPEER", Operation = "trace", X = 10, Metric = Metrics.MeanStaleness, Unit = "ms", Value = 1, Basis = Basis.Simulated, Family = 4 },
        ];
        var plots = ChurnPlots.For(ChurnView.Of(new Rows(new FabricatedRun().Build() with { Figures = figures }))!);

        Assert.Equal([Basis.Measured, Basis.Estimated], plots.Single(plot => plot.Name == "churn-update").Bases);
        Assert.Equal([Basis.Simulated], plots.Single(plot => plot.Name == "churn-staleness").Bases);
    }

    [Theory]
    [InlineData(0.2, 0.3, "grows most: with the number of prefixes to the power of 0.25")]
    [InlineData(-0.3, -0.2, "no scheme’s cost grows: the largest exponent is -0.25")]
    public void A_cost_whose_largest_exponent_lies_below_zero_is_not_said_to_grow(double low, double high, string said)
    {
        Figure Point(double x) => new()
        {
            Experiment = Experiment.Scaling, Scheme = "RTA_WGPEER", Item = Axes.Prefixes, X = x, Metric = Metrics.PageBytesPerPrefix, Unit = "bytes",
            Value = 100, Basis = Basis.Counted, Family = 4,
        };
        var fit = Point(1000) with
        {
            Experiment = Experiment.ScalingFit, Metric = Metrics.Exponent.OfCost(Metrics.PageBytesPerPrefix), Unit = "ratio",
            Value = (low + high) / 2, Low = low, High = high,
        };
        var run = new FabricatedRun().Build() with { Figures = [Point(1000), Point(2000), fit] };

        Assert.Contains(said, Assert.Single(ScalingPlots.For(ScalingView.Of(new Rows(run))!)).Reading);
    }

    [Theory]
    [InlineData(0, 1, 5)]
    [InlineData(0, 1234567, 9)]
    [InlineData(17, 17.3, 4)]
    public void Linear_ticks_are_inside_the_range_and_not_too_many(double min, double max, int count)
    {
        var ticks = Ticks.Linear(min, max, count);
        Assert.InRange(ticks.Length, Ticks.Fewest, count);
        Assert.All(ticks, t => Assert.InRange(t, min - 1e-9, max + 1e-9));
    }

    [Theory]
    [InlineData(1, 1e6, 9)]
    [InlineData(20, 700, 6)]
    [InlineData(.9, 1.1, 5)]
    [InlineData(1e-3, 1e12, 4)]
    public void Logarithmic_ticks_are_inside_the_range_and_not_too_many(double min, double max, int count)
    {
        var ticks = Ticks.Logarithmic(min, max, count);
        Assert.InRange(ticks.Length, Ticks.Fewest, count);
        Assert.All(ticks, t => Assert.InRange(t, min * .998, max * 1.002));
    }

    [Fact, Property]
    public void Every_axis_has_three_places_at_least_whatever_its_range()
    {
        Gen.Select(Gen.Double[-9, 12], Gen.Double[1e-3, 1e6], Gen.Int[3, 12]).Check((exponent, width, most) =>
        {
            var min = Math.Pow(10, exponent);
            Assert.True(Ticks.Linear(min, min * (1 + width), most).Length >= Ticks.Fewest);
            Assert.True(Ticks.Logarithmic(min, min * (1 + width), most).Length >= Ticks.Fewest);
            Assert.True(Ticks.Logarithmic(min, min * (1 + width), most, 1024).Length >= Ticks.Fewest);
        }, iter: 2000, threads: 1);
    }

    [Theory]
    [InlineData(820)]
    [InlineData(370)]
    public void Three_places_are_written_on_each_axis_of_a_plot(int width)
    {
        foreach (var spec in Specs())
        {
            using var drawing = ChartRenderer.Draw(spec.Chart, width);
            var boxes = Boxes(XDocument.Parse(SvgFile.Inline(drawing, "a", "wide", "")));
            var below = drawing.Content + drawing.Padding.Top;
            Assert.True(boxes.Count(box => box.Box.Top > below - 2 && box.Box.Bottom < below + 24) >= Ticks.Fewest, $"{spec.Name} at {width}");
        }
    }

    [Fact]
    public void What_is_there_has_a_bar_that_can_be_seen_and_what_is_not_says_none()
    {
        Figure Memory(string structure, double value) => new()
        {
            Experiment = "memory", Structure = structure, Order = "file", Metric = Metrics.PageBytes, Unit = "bytes", Value = value, Basis = Basis.Counted, Family = 4,
        };
        PlotSpec Of(double little) => Specs(new FabricatedRun().Build() with { Figures = [Memory("allowedips", little), Memory("fib", 1e9)] }).Single(spec => spec.Name == "memory");
        Assert.Contains("allowedips none", Texts(Of(0).Chart));
        using var some = Render(Of(4096), " ");
        using var none = Render(Of(0), " ");
        static int Orange(SKBitmap image) => Enumerable.Range(0, image.Height).Sum(y => Enumerable.Range(0, image.Width).Count(x => image.GetPixel(x, y) is { Red: > 180, Blue: < 90 }));
        Assert.InRange(Orange(some), 16, 80);
        Assert.Equal(0, Orange(none));
    }

    [Theory]
    [InlineData("ns", 9999, "9 999 ns")]
    [InlineData("ns", 29_114_000, "29.1 ms")]
    [InlineData("ns", 9_999_700, "10.0 ms")]
    [InlineData("ms", 29_114, "29.1 s")]
    [InlineData("µs", 29_114, "29.1 ms")]
    [InlineData("s", 29_114, "29 114 s")]
    [InlineData("bytes", 9999, "9 999 bytes")]
    [InlineData("bytes", 29_114, "28.43 KiB")]
    [InlineData("bytes", 130_000_000, "124.0 MiB")]
    [InlineData("count", 968_428, "968 428")]
    public void A_unit_leaves_four_digits_before_the_point_at_most(string unit, double value, string shown) =>
        Assert.Equal(shown, Scale.For(unit, [value]).Show(value).Replace('\u202f', ' '));

    [Theory]
    [InlineData("ns", 10_000, "10 µs")]
    [InlineData("ns", 5e6, "5 ms")]
    [InlineData("bytes", 1024 * 100, "100 KiB")]
    [InlineData("bytes", 20, "20 bytes")]
    [InlineData("", 20_000, "20 000")]
    public void A_place_on_a_logarithmic_axis_has_its_own_unit(string unit, double value, string label) =>
        Assert.Equal(label, new MarkChart { ValueLabel = "", Unit = unit, Log = true, Groups = [] }.Place(value).Replace('\u202f', ' '));

    private static List<string> Texts(Chart chart)
    {
        using var drawing = ChartRenderer.Draw(chart, 820);
        return [.. Boxes(XDocument.Parse(SvgFile.Inline(drawing, "a", "wide", ""))).Select(box => box.Text)];
    }

    private static IReadOnlyList<PlotSpec> Specs() => Specs(new FabricatedRun().Build());

    private static IReadOnlyList<PlotSpec> Specs(RunResult run)
    {
        var rows = new Rows(run);
        return [.. PlotSet.For(rows, new Verdict(rows))];
    }

    private static string Reading(RunResult run, string name) => Specs(run).First(s => s.Name == name).Reading;

    private static SKBitmap Render(PlotSpec spec, string title)
    {
        using var drawing = ChartRenderer.Draw(spec.Chart, 820).WithTitle(title);
        drawing.Plot.FigureBackground.Color = ScottPlot.Colors.White;
        return SKBitmap.Decode(drawing.Plot.GetImageBytes(drawing.Width, drawing.Height, ScottPlot.ImageFormat.Png));
    }

    private static int DarkPixels(SKBitmap image, int top, int bottom)
    {
        var count = 0;
        for (var y = top; y < bottom; y++)
        {
            for (var x = 0; x < image.Width; x++)
                count += image.GetPixel(x, y) is { Red: < 128, Green: < 128, Blue: < 128 } ? 1 : 0;
        }
        return count;
    }

    private static bool IsRotated(XElement text) => !((string)text.Attribute("transform")!).Contains("translate", StringComparison.Ordinal);

    /// <summary>Where each text lies, from its anchor; rotated texts (the label of a vertical axis) are left out.</summary>
    private static List<(string Text, SKRect Box)> Boxes(XDocument svg)
    {
        var boxes = new List<(string, SKRect)>();
        foreach (var text in svg.Descendants("text"))
        {
            var transform = (string)text.Attribute("transform")!;
            if (IsRotated(text))
                continue;
            var at = transform["translate(".Length..^1].Split(' ', ',').Select(p => float.Parse(p, CultureInfo.InvariantCulture)).ToArray();
            var size = (float)text.Attribute("font-size")!;
            var width = PlotFont.Width(text.Value, size);
            var x = at[0] + (float)text.Attribute("x")! - (string)text.Attribute("text-anchor")! switch { "middle" => width / 2, "end" => width, _ => 0 };
            var y = (at.Length > 1 ? at[1] : 0) + (float)text.Attribute("y")!;
            // Capitals rise .73 of the size above the baseline, descenders .24 below.
            boxes.Add((text.Value, new SKRect(x, y - size * .73f, x + width, y + size * .2f)));
        }
        return boxes;
    }
}
