// SPDX-License-Identifier: MIT
using System.Globalization;
using Sim.Figures;
using Sim.Figures.Measuring;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Validation.Comparison;
using Sim.Validation.Inputs;
using Sim.Validation.Ports;
using Sim.Validation.Session;

namespace Sim.Validation.Patched;

/// <summary>
/// Runs AllowedIPs and the route attribute side by side in one kernel, with the same table in the same order. For every way in
/// which the kernel finds a packet's peer, sent or received, it compares the answers with the allowedips port's. It also
/// measures loads, moves, deletions and lookups. Routes are in the main table, which packets use.
/// </summary>
public sealed class PeerPaths(ValidationContext context, AllowedIpsPort port, WireGuardStream stream, RouteStream routes)
{
    /// <summary>The experiment of the kernel's own figures, which are compared with no port.</summary>
    private const uint MainTable = 254;

    /// <summary>The module's ways to find a packet's peer by the route attribute.</summary>
    private static readonly (string Way, StepForm After)[] s_routeWays =
        [(Steps.Send, Steps.ThenSend), (Steps.SendByRoute, Steps.ThenSendByRoute), (Steps.Receive, Steps.ThenReceive)];

    /// <summary>Routes that name only the device: AllowedIPs needs them too, and the attribute is added to them.</summary>
    private static readonly RouteScheme s_plain = new(Names.RoutePlain, RouteShape.Device, RouteShape.Device);

    private readonly KernelUnderTest _kernel = context.Machine;

    /// <summary>Pairs of ways: AllowedIPs' way to a peer, and the route attribute's way that replaces it.</summary>
    private static readonly (string Before, string After)[] s_replacements = [(Steps.Destination, Steps.Send), (Steps.Destination, Steps.SendByRoute), (Steps.Source, Steps.Receive)];

    public void Run(FamilyInput input, ValidationParts parts)
    {
        var costs = parts.HasFlag(ValidationParts.Costs);
        LoadAllowedIps(input);
        Load(input, s_plain);
        Unload(input, s_plain);
        foreach (var scheme in RouteScheme.Patched)
        {
            // RTA_WGPEER makes the same state as RTA_ENCAP, so packets meet the same.
            var isOtherInput = scheme.Shape == RouteShape.PeerKey || scheme.Objects == RouteShape.PeerKey;
            Load(input, scheme);
            Answers(input, scheme, Steps.Load);
            if (costs && !isOtherInput)
                TimeLookups(input, scheme);
            if (costs && input.Family == Family.IPv4 && scheme.Objects != RouteShape.PeerKey)
                TimeUpdates(input, scheme);
            Move(input, scheme);
            if (scheme.UsesObjects)
                MoveObject(input, scheme);
            Unload(input, scheme);
        }

        UnloadAllowedIps(input);
    }

    private static CheckPoint At(FamilyInput input, string structure, string operation) =>
        new(structure, input.Family, Orders.File, operation, input.Prefixes);

    private static Step FileLoad(FamilyInput input) => input.AllowedIpsLoads.Single(load => load.Name == Orders.File);

    private void LoadAllowedIps(FamilyInput input)
    {
        context.Progress.Step($"allowedips IPv{(int)input.Family}, load and answer", 1, "tables");
        MakePeers(input);
        var before = Memory();
        Configure(input, FileLoad(input), Steps.Load);
        AddMemory(At(input, Names.AllowedIps, Steps.Load), before);
        foreach (var (name, keys, file) in input.PacketPatterns)
        {
            var (digest, hits) = port.Answers(keys);
            _kernel.GiveKeys(file);
            foreach (var way in (string[])[Steps.Destination, Steps.Source])
                CompareAnswers(At(input, Names.AllowedIps, way) with { Keys = name }, way, input.Family, digest, hits);
        }

        Configure(input, input.Single.MoveAll, Steps.MoveAll);
        Configure(input, input.Single.MoveBack, Steps.MoveBack);
    }

    /// <summary>Makes every peer, without a prefix.</summary>
    private void MakePeers(FamilyInput input)
    {
        var at = At(input, Names.AllowedIps, Steps.PeersAlone);
        context.CompareTraffic(at, Reset(), _kernel.Traffic("wg reset"));
        Configure(input, input.PeersAlone, at.Operation);
    }

    private NetlinkTraffic Reset()
    {
        port.Structure.RemoveAllPeers();
        return stream.Reset();
    }

    /// <summary>Does operations on AllowedIPs in kernel and port; compares their bytes and records their time.</summary>
    private void Configure(FamilyInput input, Step step, string operation)
    {
        var at = At(input, Names.AllowedIps, operation);
        var traffic = _kernel.Traffic(Text($"wg add {step.File} 0 {step.Operations.Length} {ValidationPlan.MessageBytes}"));
        port.Add(step.Operations);
        port.GracePeriod();
        _kernel.Barrier();
        context.CompareTraffic(at, stream.Add(step.Operations, ValidationPlan.MessageBytes), traffic);
        AddCost(at, traffic, step.Operations.Length);
    }

    private void UnloadAllowedIps(FamilyInput input) => Configure(input, input.Single.All, Steps.DeleteAll);

    private void Load(FamilyInput input, RouteScheme scheme)
    {
        context.Progress.Step($"{scheme.Structure} IPv{(int)input.Family}, load and answer", 1, "tables");
        var before = Memory();
        if (scheme.UsesObjects)
        {
            var traffic = _kernel.Traffic(Text($"nexthop add 1 {input.Peers} {scheme.Objects.AgentWord()} {(int)input.Family}"));
            context.CompareTraffic(At(input, scheme.Structure, Steps.InMainTable.Of(Steps.Nexthops)), routes.AddNexthops(1, input.Peers, scheme.Objects, input.Family), traffic);
        }

        Send(input, scheme, FileLoad(input), Steps.Load);
        AddMemory(At(input, scheme.Structure, Steps.Load), before);
    }

    private void Send(FamilyInput input, RouteScheme scheme, Step step, string operation)
    {
        var at = At(input, scheme.Structure, Steps.InMainTable.Of(operation));
        var count = step.Operations.Length;
        var row = _kernel.One(Text($"route run {step.File} 0 {count} {scheme.Shape.AgentWord()} {MainTable} {ValidationPlan.Batch}"));
        _kernel.Barrier();
        context.CompareTraffic(at, routes.Run(step.Operations, scheme.Shape, MainTable, ValidationPlan.Batch), KernelUnderTest.Traffic(row));
        context.Compare(at, Metrics.Refused, 0, row.Long("failed"));
        AddCost(at with { Operation = operation }, KernelUnderTest.Traffic(row), count);
    }

    /// <summary>
    /// Compares the answers of every way to a packet's peer with the allowedips port's. The receive way tries every peer as
    /// the sender of each key, and must accept that one and no other.
    /// </summary>
    private void Answers(FamilyInput input, RouteScheme scheme, string operation)
    {
        foreach (var (name, keys, file) in input.PacketPatterns)
        {
            var (digest, hits) = port.Answers(keys);
            _kernel.GiveKeys(file);
            foreach (var (way, form) in s_routeWays)
                CompareAnswers(At(input, scheme.Structure, form.Of(operation)) with { Keys = name }, way, input.Family, digest, hits);
        }
    }

    private void CompareAnswers(CheckPoint at, string way, Family family, ulong digest, long hits)
    {
        var row = _kernel.One(Text($"module answers {way} {(int)family}"));
        context.Compare(at, Metrics.Hits, hits, row.Long("hits"));
        context.CompareDigest(at, Metrics.AnswerDigest, digest, row.Hex("digest"));
    }

    /// <summary>Moves all prefixes to the next peer, route by route, and back.</summary>
    private void Move(FamilyInput input, RouteScheme scheme)
    {
        Send(input, scheme, input.Single.MoveAll, Steps.MoveAll);
        port.Add(input.Single.MoveAll.Operations);
        Answers(input, scheme, Steps.MoveAll);
        Send(input, scheme, input.Single.MoveBack, Steps.MoveBack);
        port.Add(input.Single.MoveBack.Operations);
        port.GracePeriod();
    }

    /// <summary>
    /// Moves all prefixes of the first peer by one message, which gives their nexthop object the second peer. By default
    /// (nexthop_compat_mode) the kernel announces each route as well.
    /// </summary>
    private void MoveObject(FamilyInput input, RouteScheme scheme)
    {
        if (input.Peers < 2)
            return;
        var moved = FileLoad(input).Operations.Where(operation => operation.Peer == 0).ToArray();
        foreach (var compatibility in new[] { 1, 0 })
        {
            _kernel.Rows(Text($"nexthop compat {compatibility}"));
            Replace(input, scheme, peer: 1, Steps.MoveObject.Of(compatibility));
            port.Add(Array.ConvertAll(moved, operation => operation with { Kind = BindKind.Move, Peer = 1 }));
            Answers(input, scheme, Steps.MoveObject.Of(compatibility));
            Replace(input, scheme, peer: 0, Steps.MoveObjectBack.Of(compatibility));
            port.Add(moved);
        }

        _kernel.Rows("nexthop compat 1");
    }

    private void Replace(FamilyInput input, RouteScheme scheme, ushort peer, string operation)
    {
        var at = At(input, scheme.Structure, operation);
        var traffic = _kernel.Traffic(Text($"nexthop replace 1 {peer} {scheme.Objects.AgentWord()} {(int)input.Family}"));
        _kernel.Barrier();
        context.CompareTraffic(at, routes.ReplaceNexthop(1, peer, scheme.Objects, input.Family), traffic);
        AddCost(at, traffic, 1);
    }

    private void Unload(FamilyInput input, RouteScheme scheme)
    {
        Send(input, scheme, input.Single.All, Steps.DeleteAll);
        if (!scheme.UsesObjects)
            return;
        var traffic = _kernel.Traffic(Text($"nexthop delete 1 {input.Peers}"));
        _kernel.Barrier();
        context.CompareTraffic(At(input, scheme.Structure, Steps.InMainTable.Of(Steps.Flush)), routes.DeleteNexthops(1, input.Peers), traffic);
    }

    /// <summary>Times AllowedIPs and the route attribute, interleaved, for each pair of ways.</summary>
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
                    context.Progress.Step($"{at.Structure} IPv{(int)at.Family}, time {after}, {name} keys, {at.Chain}", 1, "cases");
                    double Before() => _kernel.TimeLookups(before, (uint)input.Family, count, dependent);
                    double After() => _kernel.TimeLookups(after, (uint)input.Family, count, dependent);
                    Before();
                    After();
                    AddPair(at, Interleaved.Run(context.Plan.LookupGroups, Before, After, context.Cancel));
                }
            }
        }
    }

    /// <summary>Times single updates of the loaded table without netlink: the module calls the kernel's functions.</summary>
    private void TimeUpdates(FamilyInput input, RouteScheme scheme)
    {
        var (insert, delete, _) = input.Timed;
        var count = insert.Operations.Length;
        var shape = scheme.UsesObjects ? "nexthop" : "wgpeer";
        context.Progress.Step($"{scheme.Structure} IPv{(int)input.Family}, time updates", 1, "rounds");
        var deletes = new List<double>();
        var inserts = new List<double>();
        for (var round = 0; round < context.Plan.UpdateGroups * 2; round++)
        {
            deletes.Add(Update(delete, count, shape));
            inserts.Add(Update(insert, count, shape));
        }

        Add(context.Row(At(input, scheme.Structure, Operations.Delete), Metrics.Time, Spread.Of([.. deletes])));
        Add(context.Row(At(input, scheme.Structure, Operations.Insert), Metrics.Time, Spread.Of([.. inserts])));
    }

    private double Update(Step step, int count, string shape)
    {
        _kernel.GiveOperations(step.File, count);
        var row = _kernel.One(Text($"module update fib {MainTable} {shape}"));
        if (row.Long("failed") != 0)
            throw new InvalidOperationException($"the kernel refused {row.Long("failed")} of the updates in {step.File}");
        _kernel.Barrier();
        return row.Long("ns") / (double)count;
    }

    private void AddPair(CheckPoint at, InterleavedTimes times)
    {
        Add(context.Row(at with { Structure = Names.AllowedIps }, Metrics.Time, times.SpreadA) with { Item = at.Structure });
        Add(context.Row(at, Metrics.Time, times.SpreadB));
        Add(context.Row(at, Metrics.Ratio, times.Ratio));
    }

    private void AddCost(CheckPoint at, KernelTraffic traffic, int operations)
    {
        if (operations > 0)
            Add(context.Row(at, Metrics.TimeWithNetlink, traffic.Nanoseconds / (double)operations));
        Add(context.Row(at, Metrics.BytesSent, traffic.Bytes));
    }

    private void AddMemory(CheckPoint at, (long Slab, long Vmalloc) before)
    {
        var after = Memory();
        Add(context.Row(at, Metrics.SlabBytes, after.Slab - before.Slab));
        Add(context.Row(at, Metrics.VmallocBytes, after.Vmalloc - before.Vmalloc));
    }

    /// <summary>Returns the bytes in the pages of all slabs, and of the FIB's vmalloc areas.</summary>
    private (long Slab, long Vmalloc) Memory() => (
        _kernel.Slabs().Values.Sum(line => line.Pages) * KernelMemory.PageSize,
        _kernel.One("vmalloc").Long("pages") * KernelMemory.PageSize);

    private void Add(Figure figure) => context.Figures.Add(figure with { Experiment = Experiment.Peers, Side = Sides.Kernel });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
