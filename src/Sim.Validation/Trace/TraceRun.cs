// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>
/// Replays the same short trace under each scheme that the kernel can run. Each scheme runs in a freshly booted kernel, so that no other
/// scheme has used the kernel's memory. First, the commands of all schemes are written for the agent. Then each scheme runs the same
/// operations as its kernel, and counts them.
/// </summary>
public sealed class TraceRun(IReadOnlyList<TraceInput> inputs, IReadOnlyCollection<string> words, LaneKind lane, KernelRelease release)
{
    private readonly TraceTimes _times = new();

    /// <summary>Writes all commands and operations to the agent's folder. Files with equal contents are written only once.</summary>
    public void Write(string folder, IWorkProgress progress, CancellationToken cancel)
    {
        foreach (var (input, kind) in Cases())
        {
            progress.Step($"commands of a trace, {kind.Name}", 1, "schemes");
            var sockets = new RecordingSockets(new KernelConfig(SlubConfig.Uniprocessor with { Release = release }, lane.IsPatched()));
            using var scheme = kind.Create(input.Family, input.Peers, sockets);
            foreach (var (name, content) in new TracePhases(input, scheme, sockets, cancel).All().SelectMany(phase => phase.Recording.Files))
            {
                if (!File.Exists(Path.Combine(folder, name)))
                    File.WriteAllBytes(Path.Combine(folder, name), content);
            }
        }
    }

    public void Run(ValidationContext context, TraceInput input, SchemeKind kind)
    {
        var hello = context.Machine.Hello();
        var family = (ushort)hello.Long("wireguard");
        if (family == 0 && !TraceKinds.IsRoutesAlone(kind, lane))
        {
            context.Warnings.Add($"The trace was not replayed under '{kind.Name}': this kernel has no WireGuard.");
            return;
        }

        var oif = (int)context.Machine.One(kind.Word == SchemeKind.OwnDevices.Word ? $"wg create {input.Peers}" : "wg create").Long("ifindex");
        var sockets = new RecordingSockets(context.Kernel(oif), family);
        new TraceValidation(context, input, kind, sockets, _times).Run();
    }

    /// <summary>Adds the rows that need the results of all schemes, and a remark on the schemes that were not replayed.</summary>
    public void End(ValidationFindings found)
    {
        _times.AddRatios();
        if (TraceKinds.LeftOut(words, lane, release) is { } left)
            found.Warnings.Add(left);
    }

    public IEnumerable<(TraceInput Input, SchemeKind Kind)> Cases() =>
        inputs.SelectMany(input => TraceKinds.Of(words, lane, release).Select(kind => (input, kind)));
}
