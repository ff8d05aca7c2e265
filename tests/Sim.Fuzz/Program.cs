// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Diagnostics;
using Sim.Fuzz;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;

var inputs = new Option<int>("--inputs") { Description = "How many inputs to make and read.", DefaultValueFactory = _ => 2000 };
var seed = new Option<ulong>("--seed") { Description = "The seed that all inputs follow from.", DefaultValueFactory = _ => 1 };
var kind = new Option<string>("--kind") { Description = "The kind of input.", DefaultValueFactory = _ => "all" };
var replay = new Option<uint?>("--replay") { Description = "Makes and reads one input alone, by its number." };
inputs.Validators.Add(result =>
{
    if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var count) && count < 1)
        result.AddError($"--inputs {count}: one at least");
});
kind.AcceptOnlyFromAmong([.. FuzzKind.All.Select(known => known.Name), "all"]);
var root = new RootCommand("Damages inputs of every kind and holds the readers to what no damage excuses.") { inputs, seed, kind, replay };
root.SetAction(parsed =>
{
    using var cancel = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        cancel.Cancel();
    };
    var wanted = parsed.GetValue(kind);
    var run = new FuzzRun(parsed.GetValue(seed), [.. FuzzKind.All.Where(known => wanted == "all" || known.Name == wanted)], ".", Console.Error);
    var one = parsed.GetValue(replay);
    var clock = Stopwatch.StartNew();
    var shown = TimeSpan.Zero;
    run.Run(one ?? 0, one is null ? parsed.GetValue(inputs) : 1, Progress, cancel.Token);
    if (!Console.IsErrorRedirected)
        Console.Error.Write("\r\e[K");
    Console.WriteLine(run.Summary);
    return cancel.IsCancellationRequested ? 130 : run.Failed > 0 ? 1 : 0;

    void Progress()
    {
        if (Console.IsErrorRedirected || clock.Elapsed - shown < TimeSpan.FromSeconds(0.5))
            return;
        shown = clock.Elapsed;
        Console.Error.Write($"\r\e[K{run.Done} inputs, {run.Failed} failed, {run.Done / clock.Elapsed.TotalSeconds:f0} a second");
    }
});
var line = root.Parse(args);
var code = line.Invoke();
return line.Errors.Count > 0 ? 2 : code;
