// SPDX-License-Identifier: MIT
namespace Sim.Validation;

/// <summary>
/// Runs the steps of <see cref="AllowedIpsValidation"/> on a routing table of the kernel and on the FIB port. In a kernel without the route
/// attribute, the routes use one nexthop object per peer. The other shapes of routes are compared only on a sample.
/// </summary>
public sealed class FibValidation(ValidationContext context, RoutePort port, RouteStream stream, int oif, RouteScheme scheme)
{
    private readonly KernelUnderTest _kernel = context.Machine;
    private readonly TableComparison _table = new(context, port.Fib);

    public void Run(FamilyInput input)
    {
        _table.Remember();
        foreach (var load in input.RouteLoads)
            Load(input, load);
        var at = At(input, Steps.Load);
        Answers(input, at);
        Dump(at, scheme.Shape);
        Change(input, input.Third.Routes);
        Mix(input);
        Change(input, input.Move.Routes);
        Change(input, input.Replace.Routes);
        at = At(input, Steps.RemovePeer);
        DeleteNexthop(at, PeerNumber.ToKernel(input.RemovedPeer), Metrics.TimeOfRemoval);
        _table.Compare(at);
        Answers(input, at);
        Flush(At(input, Steps.Flush), input);
        _table.Compare(At(input, Steps.Flush));
    }

    /// <summary>
    /// Loads the table in file order with routes that name peers. Then it tries deletions that name another peer; the kernel
    /// refuses them. Then it deletes a third of the prefixes, applies the mix and the moves, deletes half of a peer's set, and deletes the
    /// rest.
    /// </summary>
    public void RunPeers(FamilyInput input)
    {
        _table.Remember();
        if (scheme.UsesObjects)
            AddNexthops(At(input, Steps.Nexthops), input);
        var at = At(input, Steps.Load);
        context.Progress.Step($"{Name(input)}, load", 1, "tables");
        Send(input, at, input.FileLoad.Routes, scheme.Shape);
        Dump(at, scheme.Shape);
        Change(input, input.Single.Foreign);
        Change(input, input.Third.Routes);
        Mix(input);
        Change(input, input.Move.Routes);
        Change(input, input.Replace.Routes);
        Answers(input, At(input, Steps.Replace));
        Change(input, input.Rest);
        Flush(At(input, Steps.Flush), input);
    }

    public void LoadOnly(FamilyInput input)
    {
        var at = At(input, Steps.Reload);
        Flush(at, input);
        AddNexthops(at, input);
        Send(at, input.FileLoad.Routes, scheme.Shape);
    }

    /// <summary>Empties the table and deletes the nexthop objects, so that the other family can use their numbers.</summary>
    public void Unload(FamilyInput input) => Flush(At(input, Steps.Unload), input);

    /// <summary>Loads a sample of routes in a shape without nexthop objects. Compares the bytes, the answers and the dump.</summary>
    public void RunShape(FamilyInput input, RouteShape shape)
    {
        var name = shape.ToString().ToLowerInvariant();
        context.Progress.Step($"{Name(input)}, routes by {name}", 1, "tables");
        var at = At(input, Steps.LoadBy.Of(name));
        Send(input, at, input.Timed.Insert, shape);
        Dump(at, shape);
        at = at with { Operation = Steps.DeleteBy.Of(name) };
        Send(at, input.Timed.Delete, shape);
        _table.Compare(at);
    }

    private Figure At(FamilyInput input, string operation, string? order = null) =>
        context.At(scheme.Structure, input.Family, order ?? Orders.File, operation, input.Prefixes);

    /// <summary>
    /// Adds, replaces and deletes several routes with gateways to each prefix of the sample. In IPv6, routes to the same prefix are
    /// siblings of one multipath route. The kernel refuses to append a route that already exists.
    /// </summary>
    public void RunSiblings(FamilyInput input)
    {
        if (input.Siblings.Count == 0)
            return;
        context.Progress.Step($"{Name(input)}, siblings", input.Siblings.Count, "rounds");
        Send(At(input, Steps.LoadSiblings), input.Timed.Insert, RouteShape.Gateway);
        foreach (var step in input.Siblings)
            Send(input, At(input, step.Name), step, RouteShape.Gateway);
    }

    private string Name(FamilyInput input) => $"{scheme.Structure} IPv{(int)input.Family}";

    private void Load(FamilyInput input, Step load)
    {
        var at = At(input, Steps.Load, load.Name);
        context.Progress.Step($"{Name(input)}, load {load.Name}", 1, "tables");
        Flush(At(input, Steps.Flush, load.Name), input);
        AddNexthops(At(input, Steps.Nexthops, load.Name), input);
        Send(input, at, load, scheme.Shape, KeyPatterns.Prefixes);
    }

    /// <summary>Deletes the existing nexthop objects, which also deletes all routes.</summary>
    private void Flush(Figure at, FamilyInput input)
    {
        foreach (var id in Enumerable.Range(0, input.Peers).Where(port.HasNexthop).Select(PeerNumber.ToKernel).ToList())
            DeleteNexthop(at with { Operation = Steps.FlushNexthop.Of(id) }, id);
    }

    private void DeleteNexthop(Figure at, int id, Metric? timed = null) =>
        context.DoBoth(at, $"nexthop delete {id} 1", () => port.DeleteNexthop(id), stream.DeleteNexthops((uint)id, 1), timed);

    private void AddNexthops(Figure at, FamilyInput input)
    {
        var objects = scheme.Objects;
        var command = $"nexthop add 1 {input.Peers} {objects.AgentWord()} {(int)input.Family}";
        var messages = stream.AddNexthops(1, input.Peers, objects, input.Family);
        context.DoBoth(at, command, () => port.AddNexthops(1, input.Peers, objects), messages);
    }

    /// <summary>Sends a step. Then compares the table, and the answers of one key pattern or of all.</summary>
    private void Send(
        FamilyInput input, Figure at, Step step, RouteShape shape, string? only = null, string command = "run",
        int batch = ValidationPlan.Batch)
    {
        Send(at, step, shape, command, batch);
        _table.Compare(at);
        Answers(input, at, only);
    }

    private void Send(Figure at, Step step, RouteShape shape, string command = "run", int batch = ValidationPlan.Batch)
    {
        var count = step.Operations.Length;
        var row = _kernel.One($"route {command} {step.File} 0 {count} {shape.AgentWord()} {FibStructure.TableId} {batch}");
        var traffic = KernelUnderTest.Traffic(row);
        var (failed, firstError, lost) = (0, 0, 0);
        var clock = Stopwatch.StartNew();
        for (var from = 0; from < count; from += batch)
        {
            var result = port.Run(step.Operations.AsSpan(from, Math.Min(batch, count - from)), shape);
            failed += result.Failed;
            firstError = firstError == 0 ? result.FirstError : firstError;
            lost += port.LastRefused ? 1 : 0;
            port.GracePeriod();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        _kernel.Barrier();
        var sent = stream.Run(step.Operations, shape, FibStructure.TableId, batch);
        context.CompareTraffic(at, sent with { Acks = sent.Acks - lost }, traffic);
        context.Compare(at, Metrics.Refused, failed, row.Long("failed"));
        context.Compare(at, Metrics.FirstError, firstError, row.Long("first-error"));
        context.AddTimes(at, Metrics.TimeWithNetlink, seconds, traffic, count);
    }

    private void Change(FamilyInput input, Step step)
    {
        if (step.Operations.Length == 0)
            return;
        context.Progress.Step($"{Name(input)}, {step.Name}", 1, "rounds");
        Send(input, At(input, step.Name), step, scheme.Shape, KeyPatterns.Prefixes);
    }

    private void Mix(FamilyInput input)
    {
        context.Progress.Step($"{Name(input)}, mix", 1, "rounds");
        Send(input, At(input, Steps.Mix), input.Mix.Routes, scheme.Shape, command: "churn", batch: ValidationPlan.MixChunk);
    }

    private void Answers(FamilyInput input, Figure at, string? only = null)
    {
        foreach (var (name, keys, file) in input.Patterns.Where(pattern => only is null || pattern.Name == only))
        {
            var (here, answers) = (at with { Keys = name }, port.Answers(keys));
            if (_kernel.HasModule)
            {
                _kernel.GiveKeys(file);
                var row = _kernel.One($"module answers {port.Fib.Key} {FibStructure.TableId}");
                context.Compare(here, Metrics.Keys, keys.Count, row.Long("keys"));
                context.CompareAnswers(here, answers, row);
                continue;
            }

            // Without the module, RTM_GETROUTE asks the kernel. With nexthop objects, IPv6 answers with the dst that the object keeps. The
            // dst names the route for which it was made, not the route that was found (rt6_get_pcpu_route, inet6_rtm_getroute).
            var got = _kernel.One($"route get {file} {keys.Count} {FibStructure.TableId} {ValidationPlan.Batch}");
            if (input.Family == Family.IPv4 || !port.Fib.HasNexthops)
                context.CompareAnswers(here, answers, got);
            else
                context.Compare(here, Metrics.Hits, answers.Hits, got.Long("hits"));
        }
    }

    private void Dump(Figure at, RouteShape shape)
    {
        at = at with { Operation = Steps.DumpAfter.Of(at.Operation) };
        var row = _kernel.One($"route dump {FibStructure.TableId} {ValidationPlan.DumpBuffer} {at.Family}");
        var routes = port.Routes();
        var dump = new RouteDump(shape, oif, NexthopsNamePeers: scheme.Objects != RouteShape.Device);
        context.CompareDump(at, routes.Count, dump.Content(routes), dump.Measure(routes, context.DumpSocket), row);
    }
}
