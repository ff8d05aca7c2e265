// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Lab;
using Sim.Netlink;
using Sim.Trie;
using Sim.Validation.Comparison;
using Sim.Validation.Inputs;
using Sim.Validation.Ports;
using Sim.Validation.Session;
using Sim.Workloads.Tables;

namespace Sim.Validation;

/// <summary>
/// Takes wg0 and the allowedips port through the same steps: load the table in every order, delete a third, mix, move,
/// replace a set, remove a peer, flush. After each step it compares every count, and after most of them the answers.
/// </summary>
public sealed class AllowedIpsValidation(ValidationContext context, AllowedIpsPort port, WireGuardStream stream)
{
    private readonly KernelUnderTest _kernel = context.Machine;

    public void Run(FamilyInput input)
    {
        foreach (var load in input.AllowedIpsLoads)
            Load(input, load);
        var at = At(input, "file", "load");
        AllAnswers(input, at);
        Dump(at);
        Delete(input);
        Mix(input);
        Add(input, "move", input.Move.AllowedIps);
        Replace(input);
        Remove(input, "remove-peer", input.RemovedPeer);
        AllAnswers(input, At(input, "file", "remove-peer"));
        Reset(At(input, "file", "flush"), input);
        CompareShape(At(input, "file", "flush"));
    }

    /// <summary>
    /// Removes single prefixes as Linux 6.16 does: first from other peers, which changes nothing; then a third, which is
    /// inserted again; then all.
    /// </summary>
    public void RunRemovals(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, remove single prefixes", 1, "rounds");
        Reset(At(input, "file", "flush"), input);
        Send(At(input, "file", "load"), input.AllowedIpsLoads.Single(load => load.Name == "file"));
        foreach (var step in new[] { input.Single.Foreign, input.Single.Third, input.Single.Back, input.Single.All })
        {
            var at = At(input, "file", step.Name);
            Send(at, step);
            CompareShape(at);
            AllAnswers(input, at);
        }
    }

    /// <summary>Loads the table in file order again, for timing.</summary>
    public void LoadOnly(FamilyInput input)
    {
        Reset(At(input, "file", "reload"), input);
        var step = input.AllowedIpsLoads.Single(load => load.Name == "file");
        Send(At(input, "file", "reload"), step);
    }

    private static CheckPoint At(FamilyInput input, string order, string operation) =>
        new("allowedips", input.Family, order, operation, input.Prefixes);

    private void Load(FamilyInput input, Step load)
    {
        var at = At(input, load.Name, "load");
        context.Progress.Step($"allowedips IPv{(int)input.Family}, load {load.Name}", 1, "tables");
        Reset(At(input, load.Name, "flush"), input);
        Send(at, load);
        CompareShape(at);
        Answers(input, at, "prefixes");
    }

    private void Reset(CheckPoint at, FamilyInput input)
    {
        var traffic = _kernel.Traffic("wg reset");
        port.Structure.RemoveAllPeers();
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Reset(), traffic);
    }

    private void Send(CheckPoint at, Step step)
    {
        var count = step.Operations.Length;
        var traffic = _kernel.Traffic($"wg add {step.File} 0 {count} {ValidationPlan.MessageBytes}");
        var clock = Stopwatch.StartNew();
        port.Add(step.Operations);
        port.GracePeriod();
        var seconds = clock.Elapsed.TotalSeconds;
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Add(step.Operations, ValidationPlan.MessageBytes), traffic);
        context.AddTimes(at, "time-with-netlink", seconds, traffic, count);
    }

    private void Delete(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, delete, mix, move, remove", 1, "rounds");
        var at = At(input, "file", input.Third.AllowedIps.Name);
        Send(at, input.Third.AllowedIps);
        Remove(input, input.Third.AllowedIps.Name + "-dummy", input.Dummy);
        AllAnswers(input, At(input, "file", input.Third.AllowedIps.Name));
    }

    private void Add(FamilyInput input, string operation, Step step)
    {
        var at = At(input, "file", operation);
        Send(at, step);
        CompareShape(at);
        Answers(input, at, "prefixes");
    }

    /// <summary>Does the mix in chunks with a grace period after each, so both sides reuse memory at the same points.</summary>
    private void Mix(FamilyInput input)
    {
        var at = At(input, "file", "mix");
        var step = input.Mix.AllowedIps;
        var count = step.Operations.Length;
        var traffic = _kernel.Traffic(
            $"wg churn {step.File} 0 {count} {ValidationPlan.MessageBytes} {ValidationPlan.MixChunk} {input.Dummy}");
        for (var from = 0; from < count; from += ValidationPlan.MixChunk)
        {
            port.Add(step.Operations.AsSpan(from, Math.Min(ValidationPlan.MixChunk, count - from)));
            port.Structure.RemovePeer(input.Dummy);
            port.GracePeriod();
        }

        _kernel.Barrier();
        context.CompareTraffic(
            at, stream.Churn(step.Operations, ValidationPlan.MessageBytes, ValidationPlan.MixChunk, input.Dummy), traffic);
        CompareShape(at);
        AllAnswers(input, at);
    }

    /// <summary>
    /// Replaces a peer's set. The first message drops the old set and begins the new one. A grace period follows it, so that
    /// the next messages do not meet memory that only one side has freed.
    /// </summary>
    private void Replace(FamilyInput input)
    {
        var step = input.Replace.AllowedIps;
        if (step.Operations.Length == 0)
            return;
        var at = At(input, "file", "replace");
        var first = Math.Min(100, step.Operations.Length);
        var traffic = _kernel.Traffic($"wg replace {step.File} 0 {first} {ValidationPlan.MessageBytes}");
        port.Replace(step.Operations.AsSpan(0, first));
        port.GracePeriod();
        _kernel.Barrier();
        context.CompareTraffic(at with { Operation = "replace-first" }, stream.Replace(step.Operations.AsSpan(0, first), ValidationPlan.MessageBytes), traffic);
        traffic = _kernel.Traffic($"wg add {step.File} {first} {step.Operations.Length - first} {ValidationPlan.MessageBytes}");
        port.Add(step.Operations.AsSpan(first));
        port.GracePeriod();
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Add(step.Operations.AsSpan(first), ValidationPlan.MessageBytes), traffic);
        CompareShape(at);
        Answers(input, at, "prefixes");
    }

    private void Remove(FamilyInput input, string operation, int peer)
    {
        var at = At(input, "file", operation);
        var traffic = _kernel.Traffic($"wg remove {peer}");
        var clock = Stopwatch.StartNew();
        port.Structure.RemovePeer(peer);
        var seconds = clock.Elapsed.TotalSeconds;
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Remove((ushort)peer), traffic);
        context.AddTimes(at, "time-of-removal", seconds, traffic, 1);
        CompareShape(at);
        Answers(input, at, "prefixes");
    }

    /// <summary>Compares nodes, depths and slabs. A digest stands for every node's prefix, depth and owner.</summary>
    private void CompareShape(CheckPoint at)
    {
        ShapeComparison.AllowedIps(context, at, port.Table, at.Family);
        SlabComparison.Compare(context, at, [port.Table.NodeCache]);
    }

    private void AllAnswers(FamilyInput input, CheckPoint at)
    {
        foreach (var (name, _, _) in input.Patterns)
            Answers(input, at, name);
    }

    private void Answers(FamilyInput input, CheckPoint at, string pattern)
    {
        if (!context.Machine.HasModule)
            return;
        var (_, keys, file) = input.Patterns.Single(entry => entry.Name == pattern);
        _kernel.GiveKeys(file);
        var row = _kernel.One($"module answers wg {(int)input.Family}");
        var (digest, hits) = port.Answers(keys);
        at = at with { Keys = pattern };
        context.Compare(at, "keys", "count", keys.Count, row.Long("keys"));
        context.Compare(at, "hits", "count", hits, row.Long("hits"));
        context.CompareDigest(at, "answer-digest", digest, row.Hex("digest"));
    }

    private void Dump(CheckPoint at)
    {
        at = at with { Operation = "dump" };
        var row = _kernel.One($"wg dump {ValidationPlan.DumpBuffer}");
        var listing = port.Listing();
        context.Compare(at, "peers", "count", listing.Count, row.Long("peers"));
        context.Compare(at, "entries", "count", listing.Sum(peer => peer.AllowedIps.Count), row.Long("entries"));
        context.CompareDigest(at, "listing-digest", WireGuardDump.Content(listing), row.Hex("content"));
        var model = new WireGuardDump(HasRouteMode: context.Machine.Vm.Lane.IsPatched()).Measure(listing, context.DumpSocket);
        context.Compare(at, "received-messages", "count", model.Messages, row.Long("received-messages"));
        context.Compare(at, "received-bytes", "bytes", model.Bytes, row.Long("received-bytes"));
        context.Compare(at, "received-calls", "count", model.Calls, row.Long("received-calls"));
    }
}
