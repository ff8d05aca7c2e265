// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

/// <summary>
/// Runs the same phases under one scheme of <c>churn</c> and in the kernel. After each phase, it compares the messages, the calls and every
/// byte sent. After the load and after each untimed phase, it also compares the tries node by node, the memory, and the binding. The
/// binding in the kernel's dump must be the binding that the trace implies.
/// </summary>
public sealed class TraceValidation(
    ValidationContext context, TraceInput input, SchemeKind kind, RecordingSockets sockets, TraceTimes times)
{
    private readonly KernelUnderTest _kernel = context.Machine;

    public void Run()
    {
        using var scheme = kind.Create(input.Family, input.Peers, sockets);
        var routes = new TableComparison(context, scheme.Routes, MostRoutesOfCall(scheme.Routes));
        routes.Remember(isNew: true);
        foreach (var phase in new TracePhases(input, scheme, sockets, context.Cancel).All())
        {
            var at = At(phase);
            context.Progress.Step($"trace IPv{(int)input.Family}, {kind.Name}, {Words.Step(at.Operation)}", 1, "phases");
            Send(at, phase);
            if (phase.Operation == Steps.Setup || phase.IsTimed)
                continue;
            var binding = phase is { IsReplay: true, Window: { } window } ? window.End : input.Start;
            binding.Require(scheme, Words.Step(at.Operation));
            CompareShape(at, scheme, routes);
            CompareBinding(at, scheme, binding);
        }
    }

    private Figure At(TracePhase phase) =>
        context.At(Names.Trace, input.Family, "", phase.Step, input.Load.Length) with { Scheme = kind.Name };

    private void Send(Figure at, TracePhase phase)
    {
        var row = _kernel.One($"trace {phase.Recording.Script} {(phase.IsTimed ? 0 : 1)}");
        _kernel.Barrier();
        var sent = phase.Sent;
        context.CompareTraffic(at, new NetlinkTraffic(sent.Messages, sent.Bytes, sent.Calls, phase.Recording.Digest, sent.Calls), KernelUnderTest.Traffic(row));
        context.Compare(at, Metrics.Refused, 0, row.Long("refused"));
        times.Add(context, at, phase, row.Long("ns"));
    }

    private void CompareShape(Figure at, Scheme scheme, TableComparison routes)
    {
        if (scheme.AllowedIps is { } allowedIps)
        {
            ShapeComparison.AllowedIps(context, at, allowedIps.Table);
            SlabComparison.Compare(context, at, [allowedIps.Table.NodeCache]);
        }

        routes.Compare(at);
    }

    /// <summary>
    /// Compares the binding in the kernel's dump with the binding that the trace implies. In the rows, the trace's binding is the port's
    /// side. AllowedIPs may come in any order, but routes must come in the table's order.
    /// </summary>
    private void CompareBinding(Figure at, Scheme scheme, ExpectedBinding binding)
    {
        if (scheme.AllowedIps is not null)
        {
            var expected = BindsGateways(scheme) ? Gateways() : binding.AsDumped;
            var row = _kernel.One($"wg dump {ValidationPlan.DumpBuffer}");
            context.Compare(at, Metrics.Entries, expected.Length, row.Long("entries"), item: Names.AllowedIps);
            context.CompareDigest(at, Metrics.ListingDigest, WireGuardDump.Set(expected), row.Hex("set"), item: Names.AllowedIps);
        }

        var listed = scheme.RoutesEach ? binding.AsDumped : [new(new Prefix(input.Family, 0, 0), 0)];
        var dump = _kernel.One($"route dump {FibStructure.TableId} {ValidationPlan.DumpBuffer} {(int)input.Family}");
        context.Compare(at, Metrics.Entries, listed.Length, dump.Long("entries"), item: "routes");
        context.CompareDigest(
            at, Metrics.ListingDigest, new RouteDump(scheme.Routes.RouteShape, sockets.Kernel.Device).Content(listed), dump.Hex("content"), item: "routes");
    }

    /// <summary>Returns whether the device's AllowedIPs are the gateways that routes name (by RTA_VIA or, in IPv6, by
    /// RTA_GATEWAY).</summary>
    private static bool BindsGateways(Scheme scheme) => scheme.Routes.RouteShape is RouteShape.Via or RouteShape.Gateway;

    /// <summary>Returns the gateway of each peer. Under RTA_VIA, the gateway is the peer's only AllowedIP.</summary>
    private KeyValuePair<Prefix, int>[] Gateways() =>
        [.. Enumerable.Range(0, input.Peers).Select(peer => KeyValuePair.Create(Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, peer), 128), peer))];

    private static int MostRoutesOfCall(FibStructure fib) =>
        Scheme.CallBytes / RouteMessages.Bytes(new Prefix(fib.Family, 0, 8), new RouteForm(fib.RouteShape, FibStructure.TableId, 1));
}
