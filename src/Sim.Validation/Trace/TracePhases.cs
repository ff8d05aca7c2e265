// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>
/// A phase of a scheme's replay, after which the kernel is compared with the scheme. Its operation is setup, load, replay or back of
/// <see cref="Steps"/>; replay and back have a window. It holds the counts of the sent messages, the commands that send them, the number
/// of changes handed over, and the time in the scheme's structures.
/// </summary>
public sealed record TracePhase(string Operation, TraceWindow? Window, Sent Sent, Recording Recording, int Changes, double Seconds)
{
    /// <summary>
    /// Whether the phase is timed and not compared. In a compared phase a grace period ends after each call on both sides, so that both
    /// reuse memory at the same points.
    /// </summary>
    public bool IsTimed { get; init; }

    /// <summary>Whether the phase is a replay. After it the binding is the end of the window.</summary>
    public bool IsReplay => Operation == Steps.Replay;

    /// <summary>The operation in the rows of the phase: the step with its window.</summary>
    public string Step => Window is null ? Operation : (IsReplay ? Steps.ReplayIn : Steps.BackFrom).Of(Window.Milliseconds);
}

/// <summary>
/// Runs the phases of a scheme in a validation, one after the other. This is done twice: before the kernel starts, to write its files,
/// and again beside the kernel. The two runs send the same messages, except for numbers that the kernel assigns.
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

    /// <summary>Resets the device, makes the peers if routes name them, and sends the scheme's setup.</summary>
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
