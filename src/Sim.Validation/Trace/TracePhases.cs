// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>
/// A phase of a scheme's replay, after which the kernel is compared with the scheme: setup, load, replay or back, of
/// <see cref="Steps"/>, the last two with their window. It has the counts of what is sent, the commands that send it, the number of
/// changes handed over, and the time in the scheme's structures.
/// </summary>
public sealed record TracePhase(string Operation, TraceWindow? Window, Sent Sent, Recording Recording, int Changes, double Seconds)
{
    /// <summary>
    /// Whether the phase is only timed. The others are compared, with a grace period after each call on both sides, so that
    /// both reuse memory at the same points.
    /// </summary>
    public bool IsTimed { get; init; }

    /// <summary>Whether it is a replay, after which the binding is the window's end.</summary>
    public bool IsReplay => Operation == Steps.Replay;

    /// <summary>The operation of the phase's rows: the step, with its window.</summary>
    public string Step => Window is null ? Operation : (IsReplay ? Steps.ReplayIn : Steps.BackFrom).Of(Window.Milliseconds);
}

/// <summary>
/// Runs the phases of a scheme in a validation, one after the other. This is done twice: before the kernel starts, for the
/// files that it needs, and again beside the kernel. Only numbers that the kernel assigns differ in what is sent.
/// </summary>
public sealed class TracePhases(TraceInput input, Scheme scheme, RecordingSockets sockets, CancellationToken cancel)
{
    private const int LoadChunk = 1024;

    public IEnumerable<TracePhase> All()
    {
        yield return Setup();
        yield return Do(Steps.Load, null, input.Load.Chunk(LoadChunk));
        for (var round = 0; round <= input.Rounds; round++)
        {
            foreach (var window in input.Windows)
            {
                yield return Do(Steps.Replay, window, window.Batches) with { IsTimed = round > 0 };
                yield return Do(Steps.Back, window, window.Back.Length > 0 ? [window.Back] : []) with { IsTimed = round > 0 };
            }
        }
    }

    /// <summary>Resets the device, makes the peers if routes name them, and sends what the scheme needs first.</summary>
    private TracePhase Setup()
    {
        var sent = sockets.Reset();
        if (sockets.Kernel.NamesPeers && scheme.Routes?.RouteShape is RouteShape.PeerKey or RouteShape.Nexthop)
            sent += sockets.Add(FamilyInput.MakePeers(input.Family, input.Peers));
        return new TracePhase(Steps.Setup, null, sent + scheme.Setup(), sockets.Take(), 0, 0);
    }

    private TracePhase Do(string operation, TraceWindow? window, IEnumerable<BindingChange[]> batches)
    {
        var (sent, changes, ticks) = (default(Sent), 0, 0L);
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            scheme.Prepare(batch);
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(batch);
            ticks += Stopwatch.GetTimestamp() - clock;
            sent += scheme.Encode(batch);
            changes += batch.Length;
        }

        return new TracePhase(operation, window, sent, sockets.Take(), changes, (double)ticks / Stopwatch.Frequency);
    }
}
