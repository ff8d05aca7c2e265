// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>
/// A phase of a scheme's replay. After the phase, the kernel is compared with the scheme. The phase's operation is one of four
/// <see cref="Steps"/>: setup, load, replay or back. Only replay and back have a window. The phase holds the counts of the sent messages,
/// the commands that send them, the number of changes, and the time in the scheme's structures.
/// </summary>
public sealed record TracePhase(string Operation, TraceWindow? Window, Sent Sent, Recording Recording, int Changes, double Seconds)
{
    /// <summary>
    /// Whether the phase is timed and not compared. In a compared phase, a grace period ends on both sides after each call. So both sides
    /// reuse memory at the same points.
    /// </summary>
    public bool IsTimed { get; init; }

    /// <summary>Whether the phase is a replay. After a replay, the binding is the window's <see cref="TraceWindow.End"/>.</summary>
    public bool IsReplay => Operation == Steps.Replay;

    /// <summary>The operation in the phase's rows: the step and its window.</summary>
    public string Step => Window is null ? Operation : (IsReplay ? Steps.ReplayIn : Steps.BackFrom).Of(Window.Milliseconds);
}

/// <summary>
/// Runs the phases of a scheme in a validation, one after the other. The phases run twice. The first run, before the kernel starts, writes
/// the kernel's files. The second run happens while the kernel runs the same phases. Both runs send the same messages, except for numbers
/// that the kernel assigns.
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

    /// <summary>Resets the device, creates the peers if routes name peers, and sends the scheme's setup.</summary>
    private TracePhase Setup()
    {
        var sent = sockets.Reset();
        if (sockets.Kernel.NamesPeers && scheme.Routes.RouteShape is RouteShape.PeerKey or RouteShape.Nexthop)
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
