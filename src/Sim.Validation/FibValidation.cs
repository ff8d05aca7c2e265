// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Globalization;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Validation.Comparison;
using Sim.Validation.Inputs;
using Sim.Validation.Ports;
using Sim.Validation.Session;
using Sim.Workloads.Tables;

namespace Sim.Validation;

/// <summary>
/// Takes a routing table and the FIB port through the same steps as <see cref="AllowedIpsValidation"/>. A kernel without the
/// route attribute has one nexthop object per peer; the other shapes are tried on a sample.
/// </summary>
public sealed class FibValidation(
    ValidationContext context, RoutePort port, RouteStream stream, int oif, RouteScheme scheme)
{
    private readonly KernelUnderTest _kernel = context.Machine;
    private readonly TableComparison _table = new(context, port.Fib);

    public void Run(FamilyInput input)
    {
        _table.RememberBaseline();
        foreach (var load in input.RouteLoads)
            Load(input, load);
        var at = At(input, Orders.File, Steps.Load);
        AllAnswers(input, at);
        Dump(at, scheme.Shape);
        Change(input, input.Third.Routes);
        Churn(input);
        Change(input, input.Move.Routes);
        Change(input, input.Replace.Routes);
        RemovePeer(input);
        AllAnswers(input, At(input, Orders.File, Steps.RemovePeer));
        Flush(At(input, Orders.File, Steps.Flush), input);
        _table.Compare(At(input, Orders.File, Steps.Flush));
    }

    /// <summary>
    /// Loads the table in file order with routes that name peers, then changes it: deletions that name another peer, which are
    /// refused; deletions of a third; a mix; moves; deletions of half a peer's set; deletions of all remaining routes.
    /// </summary>
    public void RunPeers(FamilyInput input)
    {
        _table.RememberBaseline();
        if (scheme.UsesObjects)
            AddNexthops(At(input, Orders.File, Steps.Nexthops), input);
        var at = At(input, Orders.File, Steps.Load);
        context.Progress.Step($"{Name(input)}, load", 1, "tables");
        Send(at, input.RouteLoads.Single(load => load.Name == Orders.File), "run", ValidationPlan.Batch, scheme.Shape);
        _table.Compare(at);
        AllAnswers(input, at);
        Dump(at, scheme.Shape);
        foreach (var step in new[] { input.Single.Foreign, input.Third.Routes })
            Change(input, step);
        Churn(input);
        foreach (var step in new[] { input.Move.Routes, input.Replace.Routes })
            Change(input, step);
        AllAnswers(input, At(input, Orders.File, Steps.Replace));
        Change(input, input.Rest);
        Flush(At(input, Orders.File, Steps.Flush), input);
    }

    /// <summary>Loads the table in file order again, for timing.</summary>
    public void LoadOnly(FamilyInput input)
    {
        Flush(At(input, Orders.File, Steps.Reload), input);
        AddNexthops(At(input, Orders.File, Steps.Reload), input);
        Send(At(input, Orders.File, Steps.Reload), input.RouteLoads.Single(load => load.Name == Orders.File), "run", ValidationPlan.Batch, scheme.Shape);
    }

    /// <summary>Empties the table and deletes the nexthop objects, so that the other family can use their numbers.</summary>
    public void Unload(FamilyInput input) => Flush(At(input, Orders.File, Steps.Unload), input);

    /// <summary>Compares bytes, answers and dump of a sample in a shape that needs no nexthop objects.</summary>
    public void RunShape(FamilyInput input, RouteShape shape)
    {
        var name = shape.ToString().ToLowerInvariant();
        context.Progress.Step($"{Name(input)}, routes by {name}", 1, "tables");
        var at = At(input, Orders.File, Steps.LoadBy.Of(name));
        var step = Sample(input);
        Send(at, step, "run", ValidationPlan.Batch, shape);
        _table.Compare(at);
        AllAnswers(input, at);
        Dump(at, shape);
        Delete(at with { Operation = Steps.DeleteBy.Of(name) }, input, shape);
    }

    private CheckPoint At(FamilyInput input, string order, string operation) =>
        new(scheme.Structure, input.Family, order, operation, input.Prefixes);

    /// <summary>
    /// Changes several routes by gateways to each prefix of the sample; in IPv6 they are siblings of one multipath route. A
    /// route that is appended again is refused.
    /// </summary>
    public void RunSiblings(FamilyInput input)
    {
        if (input.Siblings.Count == 0)
            return;
        context.Progress.Step($"{Name(input)}, siblings", input.Siblings.Count, "rounds");
        Send(At(input, Orders.File, Steps.LoadSiblings), Sample(input), "run", ValidationPlan.Batch, RouteShape.Gateway);
        foreach (var step in input.Siblings)
        {
            var at = At(input, Orders.File, step.Name);
            Send(at, step, "run", ValidationPlan.Batch, RouteShape.Gateway);
            _table.Compare(at);
            AllAnswers(input, at);
        }
    }

    private string Name(FamilyInput input) => $"{scheme.Structure} IPv{(int)input.Family}";

    /// <summary>Returns the timed prefixes: a random sample, which is a file already.</summary>
    private static Step Sample(FamilyInput input) => input.Timed.Insert;

    private void Load(FamilyInput input, Step load)
    {
        var at = At(input, load.Name, Steps.Load);
        context.Progress.Step($"{Name(input)}, load {load.Name}", 1, "tables");
        Flush(At(input, load.Name, Steps.Flush), input);
        AddNexthops(At(input, load.Name, Steps.Nexthops), input);
        Send(at, load, "run", ValidationPlan.Batch, scheme.Shape);
        _table.Compare(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    /// <summary>Deletes the nexthop objects, if there are any, and with them every route.</summary>
    private void Flush(CheckPoint at, FamilyInput input)
    {
        if (!port.HasNexthops)
            return;
        var left = Enumerable.Range(0, input.Peers).Where(port.HasNexthop).ToList();
        foreach (var peer in left)
        {
            var traffic = _kernel.Traffic($"nexthop delete {peer + 1} 1");
            port.DeleteNexthops(peer + 1, 1);
            _kernel.Barrier();
            context.CompareTraffic(at with { Operation = Steps.FlushNexthop.Of(peer + 1) }, stream.DeleteNexthops((uint)peer + 1, 1), traffic);
        }
    }

    private void AddNexthops(CheckPoint at, FamilyInput input)
    {
        var objects = scheme.Objects;
        var traffic = _kernel.Traffic($"nexthop add 1 {input.Peers} {objects.AgentWord()} {(int)input.Family}");
        port.AddNexthops(1, input.Peers, objects);
        context.CompareTraffic(at, stream.AddNexthops(1, input.Peers, objects, input.Family), traffic);
    }

    private void Send(CheckPoint at, Step step, string command, int batch, RouteShape shape)
    {
        var count = step.Operations.Length;
        var row = _kernel.One(
            $"route {command} {step.File} 0 {count} {shape.AgentWord()} {FibStructure.TableId} {batch}");
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
        var at = At(input, Orders.File, step.Name);
        Send(at, step, "run", ValidationPlan.Batch, scheme.Shape);
        _table.Compare(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    private void Churn(FamilyInput input)
    {
        context.Progress.Step($"{Name(input)}, mix", 1, "rounds");
        var at = At(input, Orders.File, Steps.Mix);
        Send(at, input.Mix.Routes, "churn", ValidationPlan.MixChunk, scheme.Shape);
        _table.Compare(at);
        AllAnswers(input, at);
    }

    private void RemovePeer(FamilyInput input)
    {
        var at = At(input, Orders.File, Steps.RemovePeer);
        var id = input.RemovedPeer + 1;
        var traffic = _kernel.Traffic($"nexthop delete {id} 1");
        var clock = Stopwatch.StartNew();
        port.DeleteNexthops(id, 1);
        var seconds = clock.Elapsed.TotalSeconds;
        _kernel.Barrier();
        context.CompareTraffic(at, stream.DeleteNexthops((uint)id, 1), traffic);
        context.AddTimes(at, Metrics.TimeOfRemoval, seconds, traffic, 1);
        _table.Compare(at);
    }

    private void Delete(CheckPoint at, FamilyInput input, RouteShape shape)
    {
        Send(at, input.Timed.Delete, "run", ValidationPlan.Batch, shape);
        _table.Compare(at);
    }

    private void AllAnswers(FamilyInput input, CheckPoint at)
    {
        foreach (var (name, _, _) in input.Patterns)
            Answers(input, at, name);
    }

    private void Answers(FamilyInput input, CheckPoint at, string pattern)
    {
        var (_, keys, file) = input.Patterns.Single(entry => entry.Name == pattern);
        at = at with { Keys = pattern };
        var (digest, hits) = port.Answers(keys);
        if (context.Machine.HasModule)
            _kernel.GiveKeys(file);
        var row = context.Machine.HasModule
            ? _kernel.One($"module answers {port.Fib.Key} {FibStructure.TableId}")
            : _kernel.One(string.Create(CultureInfo.InvariantCulture, $"route get {file} {keys.Count} {FibStructure.TableId} {ValidationPlan.Batch}"));
        if (context.Machine.HasModule)
            context.Compare(at, Metrics.Keys, keys.Count, row.Long("keys"));
        context.Compare(at, Metrics.Hits, hits, row.Long("hits"));
        // Without the module, RTM_GETROUTE asks the kernel. IPv6 answers with the dst that a nexthop object keeps, which names
        // the route it was made for, not the route found (rt6_get_pcpu_route, inet6_rtm_getroute).
        if (context.Machine.HasModule || input.Family == Family.IPv4 || !port.HasNexthops)
            context.CompareDigest(at, Metrics.AnswerDigest, digest, row.Hex("digest"));
    }

    private void Dump(CheckPoint at, RouteShape shape)
    {
        at = at with { Operation = Steps.DumpAfter.Of(at.Operation) };
        var row = _kernel.One($"route dump {FibStructure.TableId} {ValidationPlan.DumpBuffer} {(int)at.Family}");
        var routes = port.Routes();
        var dump = new RouteDump(shape, oif, NexthopsNamePeers: scheme.Objects != RouteShape.Device);
        var model = dump.Measure(routes, context.DumpSocket);
        context.Compare(at, Metrics.Entries, routes.Length, row.Long("entries"));
        context.CompareDigest(at, Metrics.ListingDigest, dump.Content(routes), row.Hex("content"));
        context.Compare(at, Metrics.ReceivedMessages, model.Messages, row.Long("received-messages"));
        context.Compare(at, Metrics.ReceivedBytes, model.Bytes, row.Long("received-bytes"));
        context.Compare(at, Metrics.ReceivedCalls, model.Calls, row.Long("received-calls"));
    }
}
