// SPDX-License-Identifier: MIT
namespace Sim.Validation.Inputs;

/// <summary>A step: its operations, and the name of the file with these operations in the agent's folder.</summary>
public sealed record Step(string Name, BindingChange[] Operations, string File)
{
    public void Write(string folder) => System.IO.File.WriteAllBytes(Path.Combine(folder, File), OperationFile.ToBytes(Operations));
}

/// <summary>
/// All operations of one family. All operations are made before the kernel starts. The kernel gets the operations as files, and the ports
/// get them as arrays. After every step, AllowedIPs and routes have the same bindings.
/// </summary>
public sealed class FamilyInput
{
    /// <summary>The word in the file name of a step that allowedips and routes share.</summary>
    public const string Both = "both";

    public const string TimedInsert = "timed-insert", TimedDelete = "timed-delete", TimedToDummy = "timed-to-dummy";

    private readonly List<(string File, byte[] Content)> _files = [];

    private FamilyInput(RouteTable table, int peers, ValidationPlan plan, ulong seed)
    {
        Family = table.Family;
        Prefixes = table.Routes.Length;
        Peers = peers;
        foreach (var name in LookupKeys.Names)
        {
            var keys = Keys.Of(table.ToPrefixes(), LookupKeys.Parse(name), plan.AnswerKeys, seed);
            var file = KeysFile(name, Family);
            Patterns.Add((name, keys, file));
            AddKeys(file, keys);
            AddPacketPattern(name, keys, file);
        }
    }

    public Family Family { get; }

    public int Prefixes { get; }

    public int Peers { get; }

    /// <summary>The number of the dummy peer, which follows the numbers of all peers. Prefixes that will be removed move to the dummy
    /// peer.</summary>
    public int Dummy => Peers;

    public List<(string Name, Keys Keys, string File)> Patterns { get; } = [];

    /// <summary>The key patterns. Addresses for which the kernel uses other kinds of routes, such as multicast addresses, are left
    /// out.</summary>
    public List<(string Name, Keys Keys, string File)> PacketPatterns { get; } = [];

    /// <summary>The whole table in each order of insertion, with the file order last. The prefixes are grouped by peer, as wg(8) sends
    /// them.</summary>
    public List<Step> AllowedIpsLoads { get; } = [];

    /// <summary>The whole table in each order of insertion, with the file order last.</summary>
    public List<Step> RouteLoads { get; } = [];

    public (Step AllowedIps, Step Routes) FileLoad => (AllowedIpsLoads[^1], RouteLoads[^1]);

    /// <summary>Removals of every third prefix: as moves to the dummy peer, and as deletions.</summary>
    public (Step AllowedIps, Step Routes) Third { get; private set; } = default!;

    /// <summary>A random mix of insertions, deletions and moves, which the seed determines.</summary>
    public (Step AllowedIps, Step Routes) Mix { get; private set; } = default!;

    /// <summary>Moves of every tenth remaining prefix to the next peer.</summary>
    public (Step AllowedIps, Step Routes) Move { get; private set; } = default!;

    /// <summary>For peer 0: the set of every second prefix, which the peer keeps, and the deletions of the peer's other prefixes.</summary>
    public (Step AllowedIps, Step Routes) Replace { get; private set; } = default!;

    public int RemovedPeer => Peers > 1 ? 1 : 0;

    /// <summary>
    /// Steps for kernels with the series, in file order and grouped by peer: deletions that name another peer, deletions of every third
    /// prefix, insertions of the same prefixes, deletions of the whole table, moves of all prefixes to the next peer, and the moves back.
    /// </summary>
    public (Step Foreign, Step Third, Step Back, Step All, Step MoveAll, Step MoveBack) Single { get; private set; } = default!;

    /// <summary>Operations that create every peer without prefixes. These operations are needed because a route can name only an existing
    /// peer.</summary>
    public Step PeersAlone { get; private set; } = default!;

    /// <summary>
    /// Operations that give each peer its gateways as AllowedIPs, so that routes with gateways find the peer. Each family of gateways has
    /// one step. IPv4 routes can have gateways of both families.
    /// </summary>
    public IReadOnlyList<Step> Gateways { get; private set; } = [];

    /// <summary>Deletions of all prefixes that remain after the mix, the moves and the replacement.</summary>
    public Step Rest { get; private set; } = default!;

    /// <summary>
    /// Steps that give each prefix of the timed sample several routes with gateways. At the beginning, each prefix has one route. The steps
    /// append a second route to each prefix and a third route to every second prefix, and append some routes again. Then they delete the
    /// first route of every third prefix, replace all routes of every fourth prefix by one route, and delete all remaining routes.
    /// </summary>
    public IReadOnlyList<Step> Siblings { get; private set; } = [];

    /// <summary>The sample for timed updates: as insertions, as deletions, and as moves to the dummy peer.</summary>
    public (Step Insert, Step Delete, Step ToDummy) Timed { get; private set; } = default!;

    /// <summary>Makes the operations for a table. The seed determines the shuffled order, the keys and the mix.</summary>
    public static FamilyInput Build(RouteTable table, int[] peerOf, int peers, ValidationPlan plan, ulong seed)
    {
        var input = new FamilyInput(table, peers, plan, seed);
        foreach (var order in TableOrder.Names.OrderBy(name => name == Orders.File))
        {
            var ordered = PeerTable.Of(table, peerOf, order, seed);
            BindingChange[] operations = [.. ordered.Prefixes.Zip(ordered.Peers, BindingChange.Insert)];
            // OrderBy is stable, so the prefixes of each peer keep their order.
            input.AllowedIpsLoads.Add(input.Add(order, Names.AllowedIps, [.. operations.OrderBy(operation => operation.Peer)]));
            input.RouteLoads.Add(input.Add(order, "routes", operations));
        }

        var history = new BindingHistory(table, peerOf, seed);
        input.Third = input.AddBoth(Steps.DeleteThird, history.DeleteThird());
        input.Mix = input.AddBoth(Steps.Mix, history.Mix(plan.MixOperations, peers));
        input.Move = input.AddBoth(Steps.Move, history.Move(10, peers));
        var (kept, dropped) = history.Halve(peer: 0);
        input.Replace = (input.Add(Steps.Replace, Names.AllowedIps, kept), input.Add(Steps.Replace, "routes", dropped));
        input.Rest = input.Add(Steps.DeleteRest, "routes", [.. history.Bound.Select(bound => BindingChange.Delete(bound.Prefix, bound.Peer))]);
        input.AddTimed(table, peerOf, Math.Min(plan.TimedUpdates, table.Routes.Length), seed);
        input.AddSiblings();
        input.AddSingle();
        return input;
    }

    public static string KeysFile(string pattern, Family family) => AgentFile.Name($"keys-{pattern}", family);

    /// <summary>Returns the file name of a step's operations, for allowedips, routes or both.</summary>
    public static string StepFile(string structure, string step, Family family) => AgentFile.Name($"{structure}-{step}", family);

    public void Write(string folder)
    {
        foreach (var (file, content) in _files)
            File.WriteAllBytes(Path.Combine(folder, file), content);
    }

    private void AddKeys(string file, Keys keys) => _files.Add((file, KeyFile.ToBytes(Family, keys.Addresses)));

    private void AddPacketPattern(string name, Keys keys, string file)
    {
        var unicast = Keys.Of(Family, [.. keys.Addresses.Where(key => IsUnicast(Family, key))]);
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

    /// <summary>Returns whether a left-aligned address is outside 0/8, 127/8 (this host) and 224/3 (multicast, reserved, broadcast), or in
    /// IPv6 outside ::/8 (unspecified, loopback), fe80::/10 (link-local) and ff00::/8 (multicast).</summary>
    internal static bool IsUnicast(Family family, UInt128 address) => family == Family.IPv4
        ? (byte)(address >> 120) is not (0 or 127) && (byte)(address >> 125) != 7
        : (byte)(address >> 120) is not (0 or 0xFF) && (uint)(address >> 118) != 0x3FA;

    private void AddSingle()
    {
        var load = FileLoad.AllowedIps.Operations;
        Single = (
            Add(Steps.DeleteForeign, Both, Peers > 1 ? Every(10, load, one => BindingChange.Delete(one.Prefix, Next(one))) : []),
            Add(Steps.DeleteSingle, Both, Every(3, load, one => one.Reversed)), Add(Steps.InsertSingle, Both, Every(3, load, one => one)),
            Add(Steps.DeleteAll, Both, Every(1, load, one => one.Reversed)),
            Add(Steps.MoveAll, Both, Every(1, load, one => BindingChange.Move(one.Prefix, one.Peer, Next(one)))),
            Add(Steps.MoveBack, Both, Every(1, load, one => BindingChange.Move(one.Prefix, Next(one), one.Peer))));
        PeersAlone = Add(Steps.PeersAlone, Both, MakePeers(Family, Peers));
        Gateways = Family == Family.IPv4 ? [AddGateways(Family.IPv4), AddGateways(Family.IPv6)] : [AddGateways(Family.IPv6)];
    }

    private Step AddGateways(Family family)
    {
        Prefix Of(int peer) => new(family, RouteMessages.Gateway(family, peer), (byte)family.Bits());
        BindingChange[] gateways = [.. Enumerable.Range(0, Peers).Select(peer => BindingChange.Insert(Of(peer), peer))];
        var step = new Step(Steps.LoadGateways, gateways, StepFile("gateways", $"of-{(int)Family}", family));
        _files.Add((step.File, OperationFile.ToBytes(gateways)));
        return step;
    }

    private static BindingChange[] Every(int nth, BindingChange[] from, Func<BindingChange, BindingChange> make) =>
        [.. from.Where((_, i) => i % nth == 0).Select(make)];

    /// <summary>Returns the peer that is <paramref name="shift"/> places after a change's peer. The first peer follows the last
    /// peer.</summary>
    private int Next(BindingChange change, int shift = 1) => (change.Peer + shift) % Peers;

    /// <summary>Makes operations that create each peer: they add a prefix to the peer and remove the prefix again.</summary>
    internal static BindingChange[] MakePeers(Family family, int peers)
    {
        var host = new Prefix(family, (UInt128)0xC0000201 << 96, (byte)family.Bits());
        return [.. Enumerable.Range(0, peers).SelectMany(peer => new[] { BindingChange.Insert(host, peer), BindingChange.Delete(host, peer) })];
    }

    private void AddTimed(RouteTable table, int[] peerOf, int count, ulong seed)
    {
        var places = Enumerable.Range(0, table.Routes.Length).ToArray();
        new Rng(seed + 1).Shuffle(places.AsSpan());
        BindingChange[] sample = [.. places.Take(count).Select(place => BindingChange.Insert(table.Routes[place].Prefix, peerOf[place]))];
        Timed = (Add(TimedInsert, Both, sample), Add(TimedDelete, Both, Every(1, sample, one => one.Reversed)),
            Add(TimedToDummy, Both, Every(1, sample, one => one with { NewPeer = Dummy })));
    }

    private void AddSiblings()
    {
        if (Peers < 4)
            return;
        var sample = Timed.Insert.Operations;
        Siblings =
        [
            Add(Steps.AppendSecond, "routes", Every(1, sample, one => BindingChange.Append(one.Prefix, Next(one)))),
            Add(Steps.AppendThird, "routes", Every(2, sample, one => BindingChange.Append(one.Prefix, Next(one, 2)))),
            Add(Steps.AppendAgain, "routes", Every(5, sample, one => BindingChange.Append(one.Prefix, Next(one)))),
            Add(Steps.DeleteFirst, "routes", Every(3, sample, one => one.Reversed)),
            Add(Steps.ReplaceSiblings, "routes", Every(4, sample, one => BindingChange.Move(one.Prefix, one.Peer, Next(one, 3)))),
            Add(Steps.DeleteSiblings, "routes", [.. sample.SelectMany((one, i) => Left(one, i).Select(peer => BindingChange.Delete(one.Prefix, peer)))]),
        ];
    }

    /// <summary>Returns the peers of the routes to prefix <paramref name="i"/> that remain after the other steps, in order.</summary>
    private IEnumerable<int> Left(BindingChange one, int i)
    {
        if (i % 4 == 0)
            return [Next(one, 3)];
        int[] own = i % 3 == 0 ? [] : [one.Peer], third = i % 2 == 0 ? [Next(one, 2)] : [];
        return [.. own, Next(one), .. third];
    }

    /// <summary>Adds a step for AllowedIPs and for routes. In AllowedIPs, deletions become moves to the dummy peer, because Linux 6.12
    /// cannot remove a single prefix.</summary>
    private (Step AllowedIps, Step Routes) AddBoth(string name, BindingChange[] changes) => (
        Add(name, Names.AllowedIps, Every(1, changes, one => one.Kind == RouteChange.Delete ? one with { NewPeer = Dummy } : one)),
        Add(name, "routes", changes));

    private Step Add(string name, string structure, BindingChange[] operations)
    {
        var step = new Step(name, operations, StepFile(structure, name, Family));
        _files.Add((step.File, OperationFile.ToBytes(operations)));
        return step;
    }
}
