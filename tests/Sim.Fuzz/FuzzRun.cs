// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Sim.Fuzz;

/// <summary>
/// Makes inputs and holds the readers to them, one after the other. A failing input is saved, with the command line that
/// makes it again. An input that takes longer than <see cref="Limit"/> ends the process, since nothing else ends a hang.
/// </summary>
/// <param name="seed">The seed of the run.</param>
/// <param name="kinds">The kinds, which the inputs take in rotation.</param>
/// <param name="folder">Where failing inputs are saved.</param>
/// <param name="log">Where failures are named.</param>
internal sealed class FuzzRun(ulong seed, IReadOnlyList<FuzzKind> kinds, string folder, TextWriter log)
{
    /// <summary>The most memory that a run may take, in bytes.</summary>
    public const long MostMemory = 512L << 20;

    /// <summary>How long one input may take: thousands of times what any takes, so that only a hang reaches it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    // Shrinking takes seconds each; where many inputs fail, the first say most.
    private const int MostShrunk = 5;

    private readonly Lock _gate = new();
    private long _started = Stopwatch.GetTimestamp();
    private (FuzzKind Kind, uint Index, byte[] Bytes) _current;

    /// <summary>Inputs done.</summary>
    public int Done { get; private set; }

    public int Failed { get; private set; }

    public string Summary => $"{Done} inputs, {Failed} failed, peak {Peak >> 20} MB, seed {seed}";

    /// <summary>The most memory that the process has held, in bytes.</summary>
    public static long Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Runs inputs <paramref name="first"/> to below <paramref name="first"/> + <paramref name="count"/>.</summary>
    public void Run(uint first, int count, Action progress, CancellationToken cancel)
    {
        using var watchdog = new Timer(_ => EndHang(), null, Limit / 8, Limit / 8);
        var peak = Peak;
        for (var index = first; index < first + count && !cancel.IsCancellationRequested; index++)
        {
            Try(kinds[(int)(index % (uint)kinds.Count)], index);
            var now = Peak;
            if (now > MostMemory && peak <= MostMemory)
                Report($"the process has taken {now >> 20} MB");
            peak = now;
            Done++;
            progress();
        }
    }

    private void Try(FuzzKind kind, uint index)
    {
        var input = kind.Make(new Dice(seed, index));
        lock (_gate)
        {
            _current = (kind, index, input.Bytes);
            _started = Stopwatch.GetTimestamp();
        }

        if (kind.Failure(input) is not { } error)
            return;
        Report(error is FindingException ? error.Message : error.ToString());
        if (Failed <= MostShrunk && input.Promise == Promise.None)
            ShowShrunk(Shrink.Run(kind, input, error));
    }

    private void Report(string what)
    {
        Failed++;
        var (kind, index, bytes) = _current;
        var file = $"fuzz-{kind.Name}-{seed}-{index}.bin";
        File.WriteAllBytes(Path.Combine(folder, file), bytes);
        log.WriteLine(
            $"FAILED {kind.Name}, seed {seed}, input {index}: {what}\n  {bytes.Length} bytes in {file}\n"
            + $"  dotnet run --project tests/Sim.Fuzz -- --kind {kind.Name} --seed {seed} --replay {index}");
    }

    private void ShowShrunk(byte[] bytes)
    {
        const int most = 400;
        var (kind, index, _) = _current;
        var file = $"fuzz-{kind.Name}-{seed}-{index}-small.bin";
        File.WriteAllBytes(Path.Combine(folder, file), bytes);
        log.WriteLine($"  {bytes.Length} bytes that fail likewise in {file}{(bytes.Length <= most ? $": {Convert.ToHexString(bytes)}" : "")}");
    }

    private void EndHang()
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_started) < Limit)
                return;
            Report($"no end after {Limit.TotalSeconds:f0} s");
        }

        Console.WriteLine(Summary);
        Environment.Exit(1);
    }
}
