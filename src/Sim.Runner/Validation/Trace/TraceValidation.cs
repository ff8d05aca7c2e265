// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Runner.Experiments.Churn;
using Sim.Runner.Schemes.Binding;

namespace Sim.Runner.Validation.Trace;

/// <summary>
/// One scheme of <c>churn</c> and the kernel through the same life. After each phase: the messages, bytes, calls and every
/// byte sent; after those that end with another binding also the tries node for node, the memory, and the binding as the
/// kernel dumps it, against the one that the trace implies.
/// </summary>
internal sealed class TraceValidation(
    ValidationContext context, TraceInput input, BindingKind kind, BindingHost host, RecordingSockets sockets, TraceTimes times)
{
    public const string Structure = "trace";

    private readonly KernelUnderTest _kernel = context.Machine;

    public void Run()
    {
        var before = context.ComparesSlabs ? _kernel.Slabs() : new Dictionary<string, SlabLine>();
        using var scheme = kind.Create(input.Family, input.Peers, host);
        var memory = scheme.Routes is { Fib: KernelFib4 fib } routes
            ? new FibMemoryComparison(context, fib.Memory, fib.Caches) { Before = before, Held = MostRoutesOfCall(routes) }
            : null;
        foreach (var phase in new TracePhases(input, scheme, sockets, host.NamesPeers, context.Cancel).All())
        {
            var at = At(phase);
            context.Progress.Step($"trace IPv{(int)input.Family}, {kind.Name}, {Reports.Words.Step(at.Operation)}", 1, "phases");
            Send(at, phase);
            if (phase.Operation == "setup" || phase.IsTimed)
                continue;
            var binding = phase is { Operation: "replay", Window: { } window } ? window.End : input.Start;
            binding.Require(scheme, Reports.Words.Step(at.Operation));
            CompareShape(at, scheme, memory);
            CompareBinding(at, scheme, binding);
        }
    }

    private static int MostRoutesOfCall(RoutePart routes) =>
        BindingScheme.CallBytes / RouteMessages.Bytes(Prefix.OfV4(0, 8), new RouteForm(routes.Shape, DaemonSockets.TableId, 1));

    private CheckPoint At(TracePhase phase)
    {
        var operation = phase.Window is { } window ? $"{phase.Operation}-{window.Milliseconds}" : phase.Operation;
        return new CheckPoint(Structure, input.Family, "", operation, input.Load.Length) { Scheme = kind.Name };
    }

    private void Send(CheckPoint at, TracePhase phase)
    {
        var row = _kernel.One($"trace {phase.Recording.Script} {(phase.IsTimed ? 0 : 1)}");
        _kernel.Barrier();
        var sent = phase.Sent;
        context.CompareTraffic(at, new NetlinkTraffic(sent.Messages, sent.Bytes, sent.Calls, phase.Recording.Digest, sent.Calls), KernelUnderTest.Traffic(row));
        context.Compare(at, "refused", "count", 0, row.Long("refused"));
        times.Add(context, at, phase, row.Long("ns"));
    }

    private void CompareShape(CheckPoint at, BindingScheme scheme, FibMemoryComparison? memory)
    {
        if (scheme.AllowedIps is { } allowedIps)
        {
            var family = scheme.Routes?.Shape == RouteShape.Via ? Family.IPv6 : input.Family;
            ShapeComparison.AllowedIps(context, at, allowedIps.Table, family);
            SlabComparison.Compare(context, at, [allowedIps.Table.NodeCache]);
        }

        // Of IPv6 there is the default route alone.
        if (scheme.Routes is not { Fib: KernelFib4 fib })
            return;
        ShapeComparison.Fib(context, at, fib.Table, DaemonSockets.TableId);
        memory?.Compare(at);
    }

    /// <summary>AllowedIPs in any order, routes in that of the table; the port's side of these rows is the trace's own binding.</summary>
    private void CompareBinding(CheckPoint at, BindingScheme scheme, ExpectedBinding binding)
    {
        if (scheme.AllowedIps is not null)
        {
            var expected = scheme.Routes?.Shape == RouteShape.Via ? Gateways() : binding.AsDumped;
            var row = _kernel.One($"wg dump {ValidationPlan.DumpBuffer}");
            context.Compare(at, "entries", "count", expected.Count, row.Long("entries"), item: "allowedips");
            context.CompareDigest(at, "listing-digest", WireGuardDump.Set(expected), row.Hex("set"), item: "allowedips");
        }

        if (scheme.Routes is not { Fib: KernelFib4 } routes)
            return;
        DumpedRoute[] listed = routes.Count == 1 && routes.Shape == RouteShape.Device && binding.Count != 1
            ? [new DumpedRoute(Prefix.OfV4(0, 0), 0)]
            : [.. binding.AsDumped.Select(entry => new DumpedRoute(entry.Key, (ushort)entry.Value))];
        var dump = _kernel.One($"route dump {DaemonSockets.TableId} {ValidationPlan.DumpBuffer} {(int)input.Family}");
        context.Compare(at, "entries", "count", listed.Length, dump.Long("entries"), item: "routes");
        context.CompareDigest(
            at, "listing-digest", new RouteDump(routes.Shape, host.Sockets.Interface).Content(listed), dump.Hex("content"), item: "routes");
    }

    /// <summary>What each peer has by RTA_VIA: its gateway.</summary>
    private List<KeyValuePair<Prefix, int>> Gateways() =>
    [
        .. Enumerable.Range(0, input.Peers).Select(peer =>
            KeyValuePair.Create(Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, (ushort)peer), 128), peer)),
    ];
}
