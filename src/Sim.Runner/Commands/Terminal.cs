// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Spectre.Console.Rendering;

namespace Sim.Runner.Commands;

/// <summary>
/// Shows progress on standard error: a bar, the rate and the time left. Nothing is shown if standard error is no terminal. The bar is drawn
/// only when the work reports progress. No thread draws the bar, because nothing else may run while a figure is measured.
/// </summary>
internal static class Terminal
{
    /// <summary>Sets the work of a command. The work reports progress and returns the exit code.</summary>
    public static Command Does(this Command command, Func<ParseResult, IWorkProgress, CancellationToken, int> work)
    {
        command.SetAction((parsed, cancel) => Task.FromResult(WithProgress(progress => work(parsed, progress, cancel))));
        return command;
    }

    private static int WithProgress(Func<IWorkProgress, int> work)
    {
        if (Console.IsErrorRedirected)
            return work(Silent.Instance);
        // Standard error is a terminal, so it can be drawn on even if standard input is a pipe.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
        var units = new Dictionary<int, string>();
        return console.Progress()
            .AutoRefresh(false)
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new WithTotal(new ProgressBarColumn()),
                new WithTotal(new PercentageColumn()), new RateColumn(units), new WithTotal(new RemainingTimeColumn()))
            .Start(context => work(new Drawn(context, units)));
    }

    /// <summary>Prints a table on standard output. Without a terminal the table is at most <paramref name="width"/> columns wide.</summary>
    public static void Print(string title, string[] columns, IEnumerable<string[]> rows, int width = 120)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)) };
        table.AddColumns(columns);
        foreach (var row in rows)
            table.AddRow(Array.ConvertAll(row, Markup.Escape));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = width;
        console.Write(table);
    }

    /// <summary>Prints a remark on a finished file. If standard output fails, the error names that file.</summary>
    /// <param name="made">A clause on the finished file, such as <c>the report is in reports/latest</c>.</param>
    /// <param name="say">Writes the remark to standard output.</param>
    public static void Announce(string made, Action say)
    {
        try
        {
            say();
        }
        catch (StandardOutputException error)
        {
            throw new StandardOutputException($"{error.Message}; {made}", error);
        }
    }

    /// <summary>Prints a remark on a complete file. If the file itself went to standard output, the remark goes to standard
    /// error.</summary>
    public static void Announce(OutputFile output, string line) => Announce($"{output.Name} is complete", () =>
        (output.Target.IsStandardOutput ? Console.Error : Console.Out).WriteLine($"{output.Name}: {line}, {output.Length:N0} bytes"));

    private sealed class Silent : IWorkProgress
    {
        public static readonly Silent Instance = new();

        public void Step(string name, double total, string unit) { }
        public void Done(double amount) { }
    }

    private sealed class Drawn(ProgressContext context, Dictionary<int, string> units) : IWorkProgress
    {
        private readonly Stopwatch _sinceDrawn = Stopwatch.StartNew();
        private ProgressTask? _task;

        public void Step(string name, double total, string unit)
        {
            if (_task is not null)
            {
                if (!_task.IsIndeterminate)
                    _task.Value = _task.MaxValue;
                _task.StopTask();
            }

            _task = context.AddTask(Markup.Escape(name), maxValue: total > 0 ? total : double.MaxValue);
            _task.IsIndeterminate = total <= 0;
            units[_task.Id] = unit;
            context.Refresh();
        }

        public void Done(double amount)
        {
            if (_task is null)
                return;
            _task.Value = amount;
            if (_sinceDrawn.ElapsedMilliseconds < 200)
                return;
            context.Refresh();
            _sinceDrawn.Restart();
        }
    }

    /// <summary>A column that stays empty if the amount of work is unknown.</summary>
    private sealed class WithTotal(ProgressColumn column) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsIndeterminate ? Text.Empty : column.Render(options, task, deltaTime);

        public override int? GetColumnWidth(RenderOptions options) => column.GetColumnWidth(options);
    }

    private sealed class RateColumn(Dictionary<int, string> units) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
            var rate = seconds > 0.2 ? task.Value / seconds : 0;
            var unit = units.GetValueOrDefault(task.Id);
            return new Text(task.IsIndeterminate ? $"{task.Value:N1} {unit}, {rate:N1} {unit}/s" : $"{rate:N1} {unit}/s");
        }
    }
}
