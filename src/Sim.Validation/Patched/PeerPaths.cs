// SPDX-License-Identifier: MIT
namespace Sim.Validation.Patched;

/// <summary>
/// Compares AllowedIPs, the route attribute and gateways in one kernel, with the same table in the same order. The kernel has several ways
/// to find the peer of a sent or received packet. For each way, this class compares the kernel's answers with the answers of the allowedips
/// port. This class also measures loads, moves, deletions and lookups. The routes are in the main table, because packets use this table.
/// </summary>
public sealed class PeerPaths(ValidationContext context, AllowedIpsPort port, WireGuardStream stream, RouteStream routes)
{
    /// <summary>The ways in which the module finds a packet's peer by a route.</summary>
    private static readonly (string Way, StepForm After)[] s_routeWays =
        [(Steps.Send, Steps.ThenSend), (Steps.SendByRoute, Steps.ThenSendByRoute), (Steps.Receive, Steps.ThenReceive)];

    private readonly KernelUnderTest _kernel = context.Machine;

    /// <summary>Pairs of ways to find a peer. The first way uses AllowedIPs, and the second way uses routes instead.</summary>
    private static readonly (string Before, string After)[] s_replacements =
        [(Steps.Destination, Steps.Send), (Steps.Destination, Steps.SendByRoute), (Steps.Source, Steps.Receive)];

    public void Run(FamilyInput input, ValidationParts parts)
    {
        var costs = parts.HasFlag(ValidationParts.Costs);
        context.SetMode(input.Family, RouteMode.Auto, stream);
        LoadAllowedIps(input);
        Load(input, RouteScheme.Plain);
        Unload(input, RouteScheme.Plain);
        foreach (var scheme in RouteScheme.Patched)
        {
            Load(input, scheme);
            Answers(input, scheme, Steps.Load);
            if (costs && !scheme.IsOtherInput)
                TimeLookups(input, scheme);
            if (costs && !scheme.IsOtherInput && input.Family == Family.IPv4)
                TimeUpdates(input, scheme);
            Move(input, scheme);
            if (scheme.UsesObjects)
                MoveObject(input, scheme);
            Unload(input, scheme);
        }

        Configure(input, input.Single.All, Steps.DeleteAll, port.AddAndFree);
        RunGateways(input, costs);
    }

    /// <summary>
    /// Lets gateways select the peers. The device's AllowedIPs then contain only the gateways. The port still holds the whole table, so
    /// that the kernel's answers can be compared with the port's answers.
    /// </summary>
    private void RunGateways(FamilyInput input, bool costs)
    {
        port.AddAndFree(input.FileLoad.AllowedIps.Operations);
        foreach (var step in input.Gateways)
            Configure(input, step, step.Name);
        context.SetMode(input.Family, RouteMode.Gateway, stream);
        CompareGateways(input);
        foreach (var scheme in RouteScheme.ByGateway(input.Family))
        {
            Load(input, scheme);
            Answers(input, scheme, Steps.Load);
            if (costs)
                TimeLookups(input, scheme);
            Move(input, scheme);
            Unload(input, scheme);
        }

        context.SetMode(input.Family, RouteMode.AllowedIps, stream);
    }

    /// <summary>Compares the hash of gateways slot by slot. The port uses the kernel's random seed.</summary>
    private void CompareGateways(FamilyInput input)
    {
        var row = _kernel.One("module gateways");
        using var device = new AllowedIpsPort(context.Kernel(1));
        foreach (var step in input.Gateways)
            device.Add(step.Operations);
        var (slots, taken, bytes, digest) = device.MakeGateways((uint)row.Long("seed"));
        var at = At(input, Names.Gateways, Steps.LoadGateways);
        context.Compare(at, Metrics.Slots, slots, row.Long("slots"));
        context.Compare(at, Metrics.Gateways, taken, row.Long("taken"));
        context.Compare(at, Metrics.Sizeof, bytes, row.Long("bytes"), item: Names.Gateways);
        context.CompareDigest(at, Metrics.SlotDigest, digest, row.Hex("digest"));
    }

    private Figure At(FamilyInput input, string structure, string operation) =>
        context.At(structure, input.Family, Orders.File, operation, input.Prefixes);

    private void LoadAllowedIps(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, load and answer", 1, "tables");
        context.DoBoth(At(input, Names.AllowedIps, Steps.PeersAlone), "wg reset", port.Structure.RemoveAllPeers, stream.Reset());
        Configure(input, input.PeersAlone, Steps.PeersAlone, port.AddAndFree);
        var before = Memory();
        Configure(input, input.FileLoad.AllowedIps, Steps.Load, port.AddAndFree);
        AddMemory(At(input, Names.AllowedIps, Steps.Load), before);
        foreach (var (name, keys, file) in input.PacketPatterns)
        {
            var answers = port.Answers(keys);
            _kernel.GiveKeys(file);
            foreach (var way in (string[])[Steps.Destination, Steps.Source])
                CompareAnswers(At(input, Names.AllowedIps, way) with { Keys = name }, way, answers);
        }

        Configure(input, input.Single.MoveAll, Steps.MoveAll, port.AddAndFree);
        Configure(input, input.Single.MoveBack, Steps.MoveBack, port.AddAndFree);
    }

    /// <summary>Runs operations on AllowedIPs in the kernel and, if <paramref name="change"/> is given, in the port. Compares the bytes and
    /// records the time.</summary>
    private void Configure(FamilyInput input, Step step, string operation, Action<ReadOnlySpan<BindingChange>>? change = null)
    {
        var at = At(input, Names.AllowedIps, operation);
        var command = $"wg add {step.File} 0 {step.Operations.Length} {ValidationPlan.MessageBytes}";
        var messages = stream.Add(step.Operations, ValidationPlan.MessageBytes);
        AddCost(at, context.DoBoth(at, command, () => change?.Invoke(step.Operations), messages), step.Operations.Length);
    }

    private void Load(FamilyInput input, RouteScheme scheme)
    {
        context.Progress.Step($"{scheme.Structure} IPv{(int)input.Family}, load and answer", 1, "tables");
        var before = Memory();
        if (scheme.UsesObjects)
        {
            var traffic = _kernel.Traffic($"nexthop add 1 {input.Peers} {scheme.Objects.AgentWord()} {(int)input.Family}");
            context.CompareTraffic(At(input, scheme.Structure, Steps.InMainTable.Of(Steps.Nexthops)), routes.AddNexthops(1, input.Peers, scheme.Objects, input.Family), traffic);
        }

        Send(input, scheme, input.FileLoad.AllowedIps, Steps.Load);
        AddMemory(At(input, scheme.Structure, Steps.Load), before);
    }

    private void Send(FamilyInput input, RouteScheme scheme, Step step, string operation)
    {
        var at = At(input, scheme.Structure, Steps.InMainTable.Of(operation));
        var count = step.Operations.Length;
        var row = _kernel.One($"route run {step.File} 0 {count} {scheme.Shape.AgentWord()} {RouteTableId.Main} {ValidationPlan.Batch}");
        _kernel.Barrier();
        context.CompareTraffic(at, routes.Run(step.Operations, scheme.Shape, RouteTableId.Main, ValidationPlan.Batch), KernelUnderTest.Traffic(row));
        context.Compare(at, Metrics.Refused, 0, row.Long("failed"));
        AddCost(at with { Operation = operation }, KernelUnderTest.Traffic(row), count);
    }

    /// <summary>
    /// Compares the answers of every way to find a packet's peer with the answers of the allowedips port. On the receive path, every peer
    /// is tried as the sender of each key, and the kernel must accept only the right peer.
    /// </summary>
    private void Answers(FamilyInput input, RouteScheme scheme, string operation)
    {
        foreach (var (name, keys, file) in input.PacketPatterns)
        {
            var answers = port.Answers(keys);
            _kernel.GiveKeys(file);
            foreach (var (way, form) in s_routeWays)
                CompareAnswers(At(input, scheme.Structure, form.Of(operation)) with { Keys = name }, way, answers);
        }
    }

    private void CompareAnswers(Figure at, string way, (ulong Digest, long Hits) answers) =>
        context.CompareAnswers(at, answers, _kernel.One($"module answers {way} {at.Family}"));

    /// <summary>Moves all prefixes to the next peer and then back, route by route.</summary>
    private void Move(FamilyInput input, RouteScheme scheme)
    {
        Send(input, scheme, input.Single.MoveAll, Steps.MoveAll);
        port.Add(input.Single.MoveAll.Operations);
        Answers(input, scheme, Steps.MoveAll);
        Send(input, scheme, input.Single.MoveBack, Steps.MoveBack);
        port.AddAndFree(input.Single.MoveBack.Operations);
    }

    /// <summary>
    /// Moves all prefixes of the first peer to the second peer with one message. The message changes the peer of the prefixes' nexthop
    /// object. By default (nexthop_compat_mode), the kernel also announces each route.
    /// </summary>
    private void MoveObject(FamilyInput input, RouteScheme scheme)
    {
        if (input.Peers < 2)
            return;
        var moved = input.FileLoad.AllowedIps.Operations.Where(operation => operation.Peer == 0).ToArray();
        foreach (var compatibility in new[] { 1, 0 })
        {
            _kernel.Rows($"nexthop compat {compatibility}");
            Replace(input, scheme, peer: 1, Steps.MoveObject.Of(compatibility));
            port.Add(Array.ConvertAll(moved, operation => BindingChange.Move(operation.Prefix, 0, 1)));
            Answers(input, scheme, Steps.MoveObject.Of(compatibility));
            Replace(input, scheme, peer: 0, Steps.MoveObjectBack.Of(compatibility));
            port.Add(moved);
        }

        _kernel.Rows("nexthop compat 1");
    }

    private void Replace(FamilyInput input, RouteScheme scheme, int peer, string operation)
    {
        var at = At(input, scheme.Structure, operation);
        var command = $"nexthop replace 1 {peer} {scheme.Objects.AgentWord()} {(int)input.Family}";
        AddCost(at, context.DoBoth(at, command, () => { }, routes.ReplaceNexthop(1, peer, scheme.Objects, input.Family)), 1);
    }

    private void Unload(FamilyInput input, RouteScheme scheme)
    {
        Send(input, scheme, input.Single.All, Steps.DeleteAll);
        var at = At(input, scheme.Structure, Steps.InMainTable.Of(Steps.Flush));
        if (scheme.UsesObjects)
            context.DoBoth(at, $"nexthop delete 1 {input.Peers}", () => { }, routes.DeleteNexthops(1, input.Peers));
    }

    /// <summary>Times lookups by AllowedIPs and by the route attribute, interleaved, for each pair of ways.</summary>
    private void TimeLookups(FamilyInput input, RouteScheme scheme)
    {
        foreach (var (name, keys, file) in input.PacketPatterns.Where(pattern => pattern.Name == KeyPatterns.Prefixes || pattern.Name == KeyPatterns.Zipf))
        {
            var count = TimeComparison.Timed(keys, context.Plan.TimedKeys).Count;
            _kernel.GiveKeys(file);
            foreach (var dependent in new[] { false, true })
            {
                foreach (var (before, after) in s_replacements)
                {
                    var at = At(input, scheme.Structure, after) with { Keys = name, Chain = Chains.Of(dependent) };
                    context.Progress.Step($"{at.Structure} IPv{at.Family}, time {after}, {name} keys, {at.Chain}", 1, "cases");
                    double Before() => _kernel.TimeLookups(before, (uint)input.Family, count, dependent);
                    double After() => _kernel.TimeLookups(after, (uint)input.Family, count, dependent);
                    Before();
                    After();
                    AddPair(at, Interleaved.Run(context.Plan.LookupGroups, Before, After, context.Cancel));
                }
            }
        }
    }

    /// <summary>Times single updates of the loaded table. The module calls the kernel's functions directly, without netlink.</summary>
    private void TimeUpdates(FamilyInput input, RouteScheme scheme)
    {
        var (insert, delete, _) = input.Timed;
        var count = insert.Operations.Length;
        var structure = $"fib {RouteTableId.Main} {(scheme.UsesObjects ? "nexthop" : "encap")}";
        context.Progress.Step($"{scheme.Structure} IPv{(int)input.Family}, time updates", 1, "rounds");
        var deletes = new List<double>();
        var inserts = new List<double>();
        for (var round = 0; round < context.Plan.UpdateGroups * 2; round++)
        {
            deletes.Add(_kernel.TimeUpdates(structure, delete.File, count));
            inserts.Add(_kernel.TimeUpdates(structure, insert.File, count));
        }

        Add(Metrics.Time.Row(At(input, scheme.Structure, Operations.Delete), Spread.Of([.. deletes])));
        Add(Metrics.Time.Row(At(input, scheme.Structure, Operations.Insert), Spread.Of([.. inserts])));
    }

    private void AddPair(Figure at, InterleavedTimes times)
    {
        Add(Metrics.Time.Row(at with { Structure = Names.AllowedIps }, times.SpreadA) with { Item = at.Structure });
        Add(Metrics.Time.Row(at, times.SpreadB));
        Add(Metrics.Ratio.Row(at, times.Ratio));
    }

    private void AddCost(Figure at, KernelTraffic traffic, int operations)
    {
        if (operations > 0)
            Add(Metrics.TimeWithNetlink.Row(at, traffic.Nanoseconds / (double)operations));
        Add(Metrics.BytesSent.Row(at, traffic.Bytes));
    }

    private void AddMemory(Figure at, (long Slab, long Vmalloc) before)
    {
        var after = Memory();
        Add(Metrics.SlabBytes.Row(at, after.Slab - before.Slab));
        Add(Metrics.VmallocBytes.Row(at, after.Vmalloc - before.Vmalloc));
    }

    /// <summary>Returns the size in bytes of all slab pages, and of the pages in the FIB's vmalloc areas.</summary>
    private (long Slab, long Vmalloc) Memory() => (
        _kernel.Slabs().Values.Sum(line => line.Pages) * KernelMemory.PageSize,
        _kernel.One("vmalloc").Long("pages") * KernelMemory.PageSize);

    private void Add(Figure figure) => context.Figures.Add(figure with { Experiment = Experiment.Peers, Side = Sides.Kernel });
}
