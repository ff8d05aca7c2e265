// SPDX-License-Identifier: MIT
using System.CommandLine;
using Sim.Runner.Validation;

namespace Sim.Runner.Commands;

/// <summary>
/// <c>count-port</c>, which the help does not show: the process in which <see cref="PortInstructions"/> counts. It prints
/// a line of what counts, a line of what that made of known work, and a <see cref="PortCount"/> a line.
/// </summary>
internal static class CountPortCommand
{
    public const string Name = "count-port";

    public const string CounterMark = "counter\t";

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Folder of the operations and keys that 'validate' wrote.", Required = true };
        var dumps = new Option<string>("--dumps") { Description = "What callgrind was given as --callgrind-out-file.", Required = true };
        var keys = new Option<int>("--keys") { Description = "Keys of one pass at most.", Required = true }.Between(1, int.MaxValue);
        var peers = new Option<int>("--peers") { Description = "Number of peers.", Required = true }.Between(1, ushort.MaxValue);
        var runs = new Option<int>("--runs") { Description = "How often each piece is counted.", Required = true }.Between(1, 100);
        var command = new Command(Name, "Counts the instructions of the ports, for 'validate'; under callgrind or with the processor's counter.")
        {
            data, dumps, keys, peers, runs,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using var code = new MachineCode();
            using var counter = Counter(code, parsed.GetValue(dumps)!);
            Console.Out.WriteLine(CounterMark + counter.Name);
            var (nothing, loop) = counter.Check(code);
            Console.Out.WriteLine($"check\t{nothing}\t{loop}");
            var sections = new PortSections(
                counter, parsed.GetValue(data)!.FullName, parsed.GetValue(keys), parsed.GetValue(peers), parsed.GetValue(runs));
            foreach (var count in sections.All())
                Console.Out.WriteLine(count);
            return ExitCode.Success;
        });
        return command;
    }

    private static InstructionCounter Counter(MachineCode code, string dumps)
    {
        if (CallgrindCounter.IsThere(code))
            return new CallgrindCounter(code, dumps);
        return PerfCounter.TryOpen() ?? throw new UserException("neither valgrind nor the processor counts instructions here");
    }
}
