// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Validation.Session;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;

namespace Sim.Validation.Inputs;

/// <summary>Operations with the name of the file that holds them in the agent's folder.</summary>
public sealed record Step(string Name, BindOperation[] Operations, string File);

/// <summary>
/// All operations of one family, made before the kernel starts. The kernel gets them as files, the ports as arrays.
/// AllowedIPs and routes end every step with the same bindings.
/// </summary>
public sealed class FamilyInput
{
    /// <summary>The structure's word for a step that allowedips and routes share.</summary>
    public const string Both = "both";

    /// <summary>Names of the steps that are timed.</summary>
    public const string TimedInsert = "timed-insert", TimedDelete = "timed-delete", TimedToDummy = "timed-to-dummy";

    private readonly List<(string File, byte[] Content)> _files = [];

    private FamilyInput(RouteTable table, int peers, ValidationPlan plan, ulong seed)
    {
        Family = table.Family;
        Prefixes = table.Routes.Length;
        Peers = peers;
        foreach (var name in LookupKeys.Names)
        {
            if (!LookupKeys.TryParse(name, out var pattern))
                throw new InvalidOperationException($"no such key pattern: {name}");
            var keys = Keys.Of(table.ToPrefixes(), pattern, plan.AnswerKeys, seed);
            var file = KeysFile(name, Family);
            Patterns.Add((name, keys, file));
            AddKeys(file, keys);
            AddPacketPattern(name, keys, file);
        }
    }

    public Family Family { get; }

    public int Prefixes { get; }

    public int Peers { get; }

    /// <summary>The dummy peer, which is none of the peers: it takes the prefixes that are to be removed.</summary>
    public ushort Dummy => (ushort)Peers;

    /// <summary>Key patterns with their keys and files.</summary>
    public List<(string Name, Keys Keys, string File)> Patterns { get; } = [];

    /// <summary>
    /// Key patterns without the keys that no packet is routed to: the kernel sends multicast and the like by other kinds of
    /// routes.
    /// </summary>
    public List<(string Name, Keys Keys, string File)> PacketPatterns { get; } = [];

    /// <summary>The whole table in each order of insertion, one peer after the other as wg(8) sends them.</summary>
    public List<Step> AllowedIpsLoads { get; } = [];

    /// <summary>The whole table in each order of insertion.</summary>
    public List<Step> RouteLoads { get; } = [];

    /// <summary>Every third prefix: as moves to the dummy, and as deletions.</summary>
    public (Step AllowedIps, Step Routes) Third { get; private set; } = default!;

    /// <summary>The seeded mix of insertions, deletions and moves.</summary>
    public (Step AllowedIps, Step Routes) Mix { get; private set; } = default!;

    /// <summary>Moves of every tenth remaining prefix to the next peer.</summary>
    public (Step AllowedIps, Step Routes) Move { get; private set; } = default!;

    /// <summary>Peer 0 keeps every second of its prefixes: the set that it keeps, and the deletions of the others.</summary>
    public (Step AllowedIps, Step Routes) Replace { get; private set; } = default!;

    /// <summary>The peer that is removed at the end.</summary>
    public int RemovedPeer => Peers > 1 ? 1 : 0;

    /// <summary>
    /// Steps for kernels with the series, in file order, one peer after the other: deletions that name another peer; the
    /// deletion of every third prefix and its return; the deletion of the whole table; moves of all prefixes to the next peer
    /// and back.
    /// </summary>
    public (Step Foreign, Step Third, Step Back, Step All, Step MoveAll, Step MoveBack) Single { get; private set; } = default!;

    /// <summary>Makes every peer without a prefix, because a route can name only a peer that exists.</summary>
    public Step PeersAlone { get; private set; } = default!;

    /// <summary>Deletions of all prefixes that remain after the mix, the moves and the replacement.</summary>
    public Step Rest { get; private set; } = default!;

    /// <summary>
    /// Steps with several routes by gateways to each prefix of the timed sample, which has one already. They append a second
    /// route to each prefix and a third to every other, and some again; delete the first from every third; replace all routes
    /// of every fourth by one; and delete the rest.
    /// </summary>
    public IReadOnlyList<Step> Siblings { get; private set; } = [];

    /// <summary>The sample whose single updates are timed: as insertions, as deletions, and as moves to the dummy.</summary>
    public (Step Insert, Step Delete, Step ToDummy) Timed { get; private set; } = default!;

    /// <param name="table">The routes.</param>
    /// <param name="peerOf">The peer of each route.</param>
    /// <param name="peers">Number of peers.</param>
    /// <param name="plan">The numbers of keys and operations.</param>
    /// <param name="seed">The seed of shuffles, keys and the mix.</param>
    public static FamilyInput Build(RouteTable table, int[] peerOf, int peers, ValidationPlan plan, ulong seed)
    {
        var input = new FamilyInput(table, peers, plan, seed);
        foreach (var order in TableOrder.Names.OrderBy(name => name == Orders.File))
        {
            var ordered = PeerTable.Of(table, peerOf, order, seed);
            var operations = new BindOperation[ordered.Prefixes.Length];
            for (var i = 0; i < operations.Length; i++)
                operations[i] = new(ordered.Prefixes[i], BindKind.Add, (ushort)ordered.Peers[i]);
            // OrderBy is stable: each peer's prefixes stay in the order.
            input.AllowedIpsLoads.Add(input.Add(order, Names.AllowedIps, [.. operations.OrderBy(operation => operation.Peer)]));
            input.RouteLoads.Add(input.Add(order, "routes", operations));
        }

        var history = new BindingHistory(table, peerOf, seed);
        input.Third = input.AddBoth(Steps.DeleteThird, history.DeleteThird());
        input.Mix = input.AddBoth(Steps.Mix, history.Mix(plan.MixOperations, peers));
        input.Move = input.AddBoth(Steps.Move, history.Move(10, peers));
        var (kept, dropped) = history.Halve(peer: 0);
        input.Replace = (input.Add(Steps.Replace, Names.AllowedIps, kept), input.Add(Steps.Replace, "routes", dropped));
        input.Rest = input.Add(Steps.DeleteRest, "routes", [.. history.Bound.Select(bound => new BindOperation(bound.Prefix, BindKind.Delete, bound.Peer))]);
        input.AddTimed(table, peerOf, Math.Min(plan.TimedUpdates, table.Routes.Length), seed);
        input.AddSiblings();
        input.AddSingle();
        return input;
    }

    /// <summary>Returns the file name of a pattern's keys.</summary>
    public static string KeysFile(string pattern, Family family) => AgentFile.Name($"keys-{pattern}", family);

    /// <summary>Returns the file name of a step's operations, for allowedips, routes or both.</summary>
    public static string StepFile(string structure, string step, Family family) => AgentFile.Name($"{structure}-{step}", family);

    /// <summary>Writes the files to the agent's folder.</summary>
    public void Write(string folder)
    {
        foreach (var (file, content) in _files)
            File.WriteAllBytes(Path.Combine(folder, file), content);
    }

    private void AddKeys(string file, Keys keys) =>
        _files.Add((file, Family == Family.IPv4 ? KeyFile.ToBytes(keys.V4) : KeyFile.ToBytes(keys.V6)));

    private void AddPacketPattern(string name, Keys keys, string file)
    {
        var unicast = new Keys([.. keys.V4.Where(IsUnicast)], [.. keys.V6.Where(IsUnicast)]);
        if (unicast.Count == 0)
            return;
        if (unicast.Count == keys.Count)
        {
            PacketPatterns.Add((name, keys, file));
            return;
        }

        var less = KeysFile(name + "-unicast", Family);
        PacketPatterns.Add((name, unicast, less));
        AddKeys(less, unicast);
    }

    /// <summary>Whether an address is outside this host's 0/8 and 127/8, and 224/3 (multicast, reserved, broadcast).</summary>
    internal static bool IsUnicast(uint address) => address >> 24 is not (0 or 127) && address >> 29 != 7;

    /// <summary>Whether an address is outside ::/8 (unspecified, loopback), link-local fe80::/10 and multicast ff00::/8.</summary>
    internal static bool IsUnicast(UInt128 address) => (byte)(address >> 120) is not (0 or 0xFF) && (uint)(address >> 118) != 0x3FA;

    private void AddSingle()
    {
        var load = AllowedIpsLoads.Single(step => step.Name == Orders.File).Operations;
        BindOperation[] Of(BindKind kind, int nth, int shift) =>
        [
            .. load.Where((_, i) => i % nth == 0)
                .Select(operation => operation with { Kind = kind, Peer = (ushort)((operation.Peer + shift) % Peers) }),
        ];
        Single = (
            Add(Steps.DeleteForeign, Both, Peers > 1 ? Of(BindKind.Delete, 10, 1) : []), Add(Steps.DeleteSingle, Both, Of(BindKind.Delete, 3, 0)),
            Add(Steps.InsertSingle, Both, Of(BindKind.Add, 3, 0)), Add(Steps.DeleteAll, Both, Of(BindKind.Delete, 1, 0)),
            Add(Steps.MoveAll, Both, Of(BindKind.Move, 1, 1)), Add(Steps.MoveBack, Both, Of(BindKind.Move, 1, 0)));
        PeersAlone = Add(Steps.PeersAlone, Both, MakePeers(Family, Peers));
    }

    /// <summary>Makes each peer by adding a prefix to it, and removes the prefix.</summary>
    internal static BindOperation[] MakePeers(Family family, int peers)
    {
        var host = new Prefix(family, (UInt128)0xC0000201 << 96, (byte)family.Bits());
        return
        [
            .. Enumerable.Range(0, peers).SelectMany(peer => new[] { BindKind.Add, BindKind.Delete }
                .Select(kind => new BindOperation(host, kind, (ushort)peer))),
        ];
    }

    private void AddTimed(RouteTable table, int[] peerOf, int count, ulong seed)
    {
        var places = Enumerable.Range(0, table.Routes.Length).ToArray();
        new Rng(seed + 1).Shuffle(places.AsSpan());
        BindOperation[] Of(BindKind kind, ushort? peer) =>
            [.. places.Take(count).Select(place => new BindOperation(table.Routes[place].Prefix, kind, peer ?? (ushort)peerOf[place]))];
        Timed = (Add(TimedInsert, Both, Of(BindKind.Add, null)), Add(TimedDelete, Both, Of(BindKind.Delete, null)),
            Add(TimedToDummy, Both, Of(BindKind.Add, Dummy)));
    }

    private void AddSiblings()
    {
        if (Peers < 4)
            return;
        var sample = Timed.Insert.Operations;
        // The peers that each prefix has routes through, the sample's own first.
        var hops = sample.Select(operation => new List<ushort> { operation.Peer }).ToArray();
        BindOperation[] Of(BindKind kind, int nth, int shift) => [.. sample.Where((_, i) => i % nth == 0)
            .Select(operation => operation with { Kind = kind, Peer = (ushort)((operation.Peer + shift) % Peers) })];
        BindOperation[] Rest()
        {
            for (var i = 0; i < hops.Length; i++)
            {
                var own = sample[i].Peer;
                hops[i].Add((ushort)((own + 1) % Peers));
                if (i % 2 == 0)
                    hops[i].Add((ushort)((own + 2) % Peers));
                if (i % 3 == 0)
                    hops[i].Remove(own);
                if (i % 4 == 0)
                    hops[i] = [(ushort)((own + 3) % Peers)];
            }

            return [.. hops.SelectMany((peers, i) => peers.Select(peer => sample[i] with { Kind = BindKind.Delete, Peer = peer }))];
        }

        Siblings =
        [
            Add(Steps.AppendSecond, "routes", Of(BindKind.Append, 1, 1)), Add(Steps.AppendThird, "routes", Of(BindKind.Append, 2, 2)),
            Add(Steps.AppendAgain, "routes", Of(BindKind.Append, 5, 1)), Add(Steps.DeleteFirst, "routes", Of(BindKind.Delete, 3, 0)),
            Add(Steps.ReplaceSiblings, "routes", Of(BindKind.Move, 4, 3)), Add(Steps.DeleteSiblings, "routes", Rest()),
        ];
    }

    private (Step AllowedIps, Step Routes) AddBoth(string name, BindOperation[] operations) =>
        (Add(name, Names.AllowedIps, Array.ConvertAll(operations, ToDummy)), Add(name, "routes", operations));

    /// <summary>Turns a deletion into a move to the dummy peer, because 6.12 cannot remove a single prefix.</summary>
    private BindOperation ToDummy(BindOperation operation) => operation.Kind switch
    {
        BindKind.Delete => new(operation.Prefix, BindKind.Add, Dummy),
        BindKind.Move => operation with { Kind = BindKind.Add },
        _ => operation,
    };

    private Step Add(string name, string structure, BindOperation[] operations)
    {
        var step = new Step(name, operations, StepFile(structure, name, Family));
        _files.Add((step.File, BindOperations.ToBytes(operations)));
        return step;
    }
}
