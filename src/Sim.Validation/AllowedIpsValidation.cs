// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Figures;
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
        var at = At(input, Orders.File, Steps.Load);
        AllAnswers(input, at);
        Dump(at);
        Delete(input);
        Mix(input);
        Add(input, Steps.Move, input.Move.AllowedIps);
        Replace(input);
        Remove(input, Steps.RemovePeer, input.RemovedPeer);
        AllAnswers(input, At(input, Orders.File, Steps.RemovePeer));
        Reset(At(input, Orders.File, Steps.Flush), input);
        CompareShape(At(input, Orders.File, Steps.Flush));
    }

    /// <summary>
    /// Removes single prefixes as Linux 6.16 does: first from other peers, which changes nothing; then a third, which is
    /// inserted again; then all.
    /// </summary>
    public void RunRemovals(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, remove single prefixes", 1, "rounds");
        Reset(At(input, Orders.File, Steps.Flush), input);
        Send(At(input, Orders.File, Steps.Load), input.AllowedIpsLoads.Single(load => load.Name == Orders.File));
        foreach (var step in new[] { input.Single.Foreign, input.Single.Third, input.Single.Back, input.Single.All })
        {
            var at = At(input, Orders.File, step.Name);
            Send(at, step);
            CompareShape(at);
            AllAnswers(input, at);
        }
    }

    /// <summary>Loads the table in file order again, for timing.</summary>
    public void LoadOnly(FamilyInput input)
    {
        Reset(At(input, Orders.File, Steps.Reload), input);
        var step = input.AllowedIpsLoads.Single(load => load.Name == Orders.File);
        Send(At(input, Orders.File, Steps.Reload), step);
    }

    private static CheckPoint At(FamilyInput input, string order, string operation) =>
        new(Names.AllowedIps, input.Family, order, operation, input.Prefixes);

    private void Load(FamilyInput input, Step load)
    {
        var at = At(input, load.Name, Steps.Load);
        context.Progress.Step($"allowedips IPv{(int)input.Family}, load {load.Name}", 1, "tables");
        Reset(At(input, load.Name, Steps.Flush), input);
        Send(at, load);
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
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
        context.AddTimes(at, Metrics.TimeWithNetlink, seconds, traffic, count);
    }

    private void Delete(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, delete, mix, move, remove", 1, "rounds");
        var at = At(input, Orders.File, input.Third.AllowedIps.Name);
        Send(at, input.Third.AllowedIps);
        Remove(input, Steps.DeleteThirdDummy, input.Dummy);
        AllAnswers(input, At(input, Orders.File, input.Third.AllowedIps.Name));
    }

    private void Add(FamilyInput input, string operation, Step step)
    {
        var at = At(input, Orders.File, operation);
        Send(at, step);
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    /// <summary>Does the mix in chunks with a grace period after each, so both sides reuse memory at the same points.</summary>
    private void Mix(FamilyInput input)
    {
        var at = At(input, Orders.File, Steps.Mix);
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
        var at = At(input, Orders.File, Steps.Replace);
        var first = Math.Min(100, step.Operations.Length);
        var traffic = _kernel.Traffic($"wg replace {step.File} 0 {first} {ValidationPlan.MessageBytes}");
        port.Replace(step.Operations.AsSpan(0, first));
        port.GracePeriod();
        _kernel.Barrier();
        context.CompareTraffic(at with { Operation = Steps.ReplaceFirst }, stream.Replace(step.Operations.AsSpan(0, first), ValidationPlan.MessageBytes), traffic);
        traffic = _kernel.Traffic($"wg add {step.File} {first} {step.Operations.Length - first} {ValidationPlan.MessageBytes}");
        port.Add(step.Operations.AsSpan(first));
        port.GracePeriod();
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Add(step.Operations.AsSpan(first), ValidationPlan.MessageBytes), traffic);
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    private void Remove(FamilyInput input, string operation, int peer)
    {
        var at = At(input, Orders.File, operation);
        var traffic = _kernel.Traffic($"wg remove {peer}");
        var clock = Stopwatch.StartNew();
        port.Structure.RemovePeer(peer);
        var seconds = clock.Elapsed.TotalSeconds;
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Remove((ushort)peer), traffic);
        context.AddTimes(at, Metrics.TimeOfRemoval, seconds, traffic, 1);
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
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
        context.Compare(at, Metrics.Keys, keys.Count, row.Long("keys"));
        context.Compare(at, Metrics.Hits, hits, row.Long("hits"));
        context.CompareDigest(at, Metrics.AnswerDigest, digest, row.Hex("digest"));
    }

    private void Dump(CheckPoint at)
    {
        at = at with { Operation = Steps.Dump };
        var row = _kernel.One($"wg dump {ValidationPlan.DumpBuffer}");
        var listing = port.Listing();
        context.Compare(at, Metrics.Peers, listing.Count, row.Long("peers"));
        context.Compare(at, Metrics.Entries, listing.Sum(peer => peer.AllowedIps.Count), row.Long("entries"));
        context.CompareDigest(at, Metrics.ListingDigest, WireGuardDump.Content(listing), row.Hex("content"));
        var model = new WireGuardDump(HasRouteMode: context.Machine.Vm.Lane.IsPatched()).Measure(listing, context.DumpSocket);
        context.Compare(at, Metrics.ReceivedMessages, model.Messages, row.Long("received-messages"));
        context.Compare(at, Metrics.ReceivedBytes, model.Bytes, row.Long("received-bytes"));
        context.Compare(at, Metrics.ReceivedCalls, model.Calls, row.Long("received-calls"));
    }
}
