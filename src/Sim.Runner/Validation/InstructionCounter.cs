// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Runner.Validation;

/// <summary>Counts the instructions of a piece of work on the calling thread.</summary>
internal abstract class InstructionCounter : IDisposable
{
    private const long LoopRounds = 1_000_000;

    /// <summary>Instructions that count although they are the counter's own: a few calls, a few hundred instructions.</summary>
    private const long MostOwn = 2_000;

    /// <summary>What counts, as the report names it.</summary>
    public abstract string Name { get; }

    /// <summary>Instructions in user mode from the work's begin to its end.</summary>
    /// <exception cref="InvalidDataException">The counter gave no count.</exception>
    public abstract long Count(Action work);

    /// <summary>Counts the same work several times, once it has been done without counting: by then its code is compiled.</summary>
    public long[] Count(Action work, int times)
    {
        work();
        var counts = new long[times];
        for (var i = 0; i < times; i++)
            counts[i] = Count(work);
        return counts;
    }

    /// <summary>Counts nothing (three instructions) and then a loop of 2,000,001 instructions, which shows whether the counter tells the truth.</summary>
    /// <returns>The two counts.</returns>
    /// <exception cref="InvalidDataException">They are not what they must be.</exception>
    public (long Nothing, long Loop) Check(MachineCode code)
    {
        var nothing = Count(() => code.RunLoop(1), times: 2)[1];
        var loop = Count(() => code.RunLoop(LoopRounds), times: 2)[1];
        if (nothing is < 0 or > MostOwn || Math.Abs(loop - (2 * LoopRounds)) > MostOwn)
            throw new InvalidDataException(
                $"{Name} counted {nothing} instructions of nothing and {loop} of a loop of {2 * LoopRounds}: it cannot be relied on");
        return (nothing, loop);
    }

    public virtual void Dispose()
    {
    }
}

/// <summary>
/// Callgrind counts: the program runs under <c>valgrind --tool=callgrind --instr-atstart=no</c>, which counts nothing until
/// it is asked to, and so runs all that is not counted ten times faster.
/// </summary>
internal sealed unsafe class CallgrindCounter(MachineCode code, string dumps) : InstructionCounter
{
    // valgrind.h, callgrind.h: ('C' << 24 | 'T' << 16) and the place in Vg_CallgrindClientRequest.
    private const uint RunningOnValgrind = 0x1001;
    private const uint ZeroStats = 0x43540001, DumpStatsAt = 0x43540003, StartInstrumentation = 0x43540004, StopInstrumentation = 0x43540005;

    private const string Total = "totals: ";

    private int _dumps;

    public override string Name => "callgrind";

    /// <summary>Whether valgrind runs this program; it tells not which of its tools.</summary>
    public static bool IsThere(MachineCode code) => code.ClientRequest(RunningOnValgrind) != 0;

    public override long Count(Action work)
    {
        code.ClientRequest(StartInstrumentation);
        code.ClientRequest(ZeroStats);
        work();
        fixed (byte* reason = "counted\0"u8)
            code.ClientRequest(DumpStatsAt, (nint)reason);
        code.ClientRequest(StopInstrumentation);
        // A dump at a request goes to the file of --callgrind-out-file with a number, from 1.
        var file = string.Create(CultureInfo.InvariantCulture, $"{dumps}.{++_dumps}");
        if (!File.Exists(file))
            throw new InvalidDataException("callgrind wrote no counts: is the program run by another of valgrind's tools?");
        var total = TotalOf(File.ReadLines(file));
        File.Delete(file);
        return total;
    }

    /// <summary>The sum over all functions and threads in a dump (its only event is Ir, instructions read).</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal static long TotalOf(IEnumerable<string> dump)
    {
        foreach (var line in dump)
        {
            if (line.StartsWith(Total, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(Total.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var total))
                return total;
        }

        throw new InvalidDataException("a dump of callgrind has no total");
    }
}
