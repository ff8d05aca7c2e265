// SPDX-License-Identifier: MIT
namespace Sim.Validation;

/// <summary>
/// Runs the same steps on wg0 and on the allowedips port: load the table in every order, delete a third, mix, move, replace a set, remove a
/// peer, flush. Compares all counts after each step, and also the answers after most steps.
/// </summary>
public sealed class AllowedIpsValidation(ValidationContext context, AllowedIpsPort port, WireGuardStream stream)
{
    private readonly KernelUnderTest _kernel = context.Machine;

    public void Run(FamilyInput input)
    {
        foreach (var load in input.AllowedIpsLoads)
            Load(input, load);
        var at = At(input, Steps.Load);
        Answers(input, at);
        Dump(at);
        Delete(input);
        Mix(input);
        Change(input, At(input, Steps.Move), input.Move.AllowedIps, KeyPatterns.Prefixes);
        Replace(input);
        Remove(input, Steps.RemovePeer, input.RemovedPeer);
        Answers(input, At(input, Steps.RemovePeer));
        Reset(At(input, Steps.Flush));
        CompareShape(At(input, Steps.Flush));
    }

    /// <summary>
    /// Removes single prefixes, which Linux can do since 6.16. First it removes prefixes from peers that do not have them, which changes
    /// nothing. Then it removes a third of the prefixes, inserts that third again, and removes all prefixes.
    /// </summary>
    public void RunRemovals(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, remove single prefixes", 1, "rounds");
        Reset(At(input, Steps.Flush));
        Send(At(input, Steps.Load), input.FileLoad.AllowedIps);
        foreach (var step in new[] { input.Single.Foreign, input.Single.Third, input.Single.Back, input.Single.All })
            Change(input, At(input, step.Name), step, only: null);
    }

    /// <summary>Loads the table in file order again, so that lookups and updates can be timed.</summary>
    public void LoadOnly(FamilyInput input)
    {
        Reset(At(input, Steps.Reload));
        Send(At(input, Steps.Reload), input.FileLoad.AllowedIps);
    }

    private Figure At(FamilyInput input, string operation, string? order = null) =>
        context.At(Names.AllowedIps, input.Family, order ?? Orders.File, operation, input.Prefixes);

    private void Load(FamilyInput input, Step load)
    {
        var at = At(input, Steps.Load, load.Name);
        context.Progress.Step($"allowedips IPv{(int)input.Family}, load {load.Name}", 1, "tables");
        Reset(At(input, Steps.Flush, load.Name));
        Change(input, at, load, KeyPatterns.Prefixes);
    }

    private void Reset(Figure at) => context.DoBoth(at, "wg reset", port.Structure.RemoveAllPeers, stream.Reset());

    private void Send(Figure at, Step step)
    {
        var count = step.Operations.Length;
        var command = $"wg add {step.File} 0 {count} {ValidationPlan.MessageBytes}";
        var messages = stream.Add(step.Operations, ValidationPlan.MessageBytes);
        context.DoBoth(at, command, () => port.AddAndFree(step.Operations), messages, Metrics.TimeWithNetlink, count);
    }

    private void Delete(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, delete, mix, move, remove", 1, "rounds");
        var at = At(input, input.Third.AllowedIps.Name);
        Send(at, input.Third.AllowedIps);
        Remove(input, Steps.DeleteThirdDummy, input.Dummy);
        Answers(input, at);
    }

    private void Change(FamilyInput input, Figure at, Step step, string? only)
    {
        Send(at, step);
        CompareShape(at);
        Answers(input, at, only);
    }

    /// <summary>Runs the mix in chunks. A grace period ends after each chunk, so that both sides reuse memory at the same points.</summary>
    private void Mix(FamilyInput input)
    {
        var at = At(input, Steps.Mix);
        var step = input.Mix.AllowedIps;
        var count = step.Operations.Length;
        var command = $"wg churn {step.File} 0 {count} {ValidationPlan.MessageBytes} {ValidationPlan.MixChunk} {input.Dummy}";
        var messages = stream.Churn(step.Operations, ValidationPlan.MessageBytes, ValidationPlan.MixChunk, input.Dummy);
        context.DoBoth(at, command, Port, messages);
        CompareShape(at);
        Answers(input, at);

        void Port()
        {
            for (var from = 0; from < count; from += ValidationPlan.MixChunk)
            {
                port.Add(step.Operations.AsSpan(from, Math.Min(ValidationPlan.MixChunk, count - from)));
                port.Structure.RemovePeer(input.Dummy);
                port.GracePeriod();
            }
        }
    }

    /// <summary>
    /// Replaces the set of a peer. The first message drops the old set and begins the new one. A grace period ends after the first message,
    /// so that both sides have freed the same memory before the next messages.
    /// </summary>
    private void Replace(FamilyInput input)
    {
        var step = input.Replace.AllowedIps;
        if (step.Operations.Length == 0)
            return;
        var at = At(input, Steps.Replace);
        const int Bytes = ValidationPlan.MessageBytes;
        var count = Math.Min(100, step.Operations.Length);
        var (first, rest) = (step.Operations[..count], step.Operations[count..]);
        var replace = at with { Operation = Steps.ReplaceFirst };
        context.DoBoth(replace, $"wg replace {step.File} 0 {count} {Bytes}", () => port.Replace(first), stream.Replace(first, Bytes));
        context.DoBoth(at, $"wg add {step.File} {count} {rest.Length} {Bytes}", () => port.AddAndFree(rest), stream.Add(rest, Bytes));
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    private void Remove(FamilyInput input, string operation, int peer)
    {
        var at = At(input, operation);
        context.DoBoth(at, $"wg remove {peer}", () => port.Structure.RemovePeer(peer), stream.Remove(peer), Metrics.TimeOfRemoval);
        CompareShape(at);
        Answers(input, at, KeyPatterns.Prefixes);
    }

    /// <summary>Compares nodes, depths and slabs. A digest covers the prefix, depth and owner of every node.</summary>
    private void CompareShape(Figure at)
    {
        ShapeComparison.AllowedIps(context, at, port.Table);
        SlabComparison.Compare(context, at, [port.Table.NodeCache]);
    }

    private void Answers(FamilyInput input, Figure at, string? only = null)
    {
        foreach (var (name, keys, file) in input.Patterns.Where(pattern => _kernel.HasModule && (only is null || pattern.Name == only)))
        {
            var here = at with { Keys = name };
            _kernel.GiveKeys(file);
            var row = _kernel.One($"module answers wg {(int)input.Family}");
            context.Compare(here, Metrics.Keys, keys.Count, row.Long("keys"));
            context.CompareAnswers(here, port.Answers(keys), row);
        }
    }

    private void Dump(Figure at)
    {
        at = at with { Operation = Steps.Dump };
        var row = _kernel.One($"wg dump {ValidationPlan.DumpBuffer}");
        var listing = port.Listing();
        context.Compare(at, Metrics.Peers, listing.Count, row.Long("peers"));
        var model = new WireGuardDump(HasSeries: context.Machine.Vm.Lane.IsPatched()).Measure(listing, context.DumpSocket);
        context.CompareDump(at, listing.Sum(peer => peer.AllowedIps.Count), WireGuardDump.Content(listing), model, row);
    }
}
