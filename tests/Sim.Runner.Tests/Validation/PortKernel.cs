// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sim.Fib;
using Sim.Kernel;
using Sim.Lab;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Trie;
using Sim.Validation.Ports;

namespace Sim.Runner.Tests.Validation;

/// <summary>
/// The agent and the kernel of kernel-patch/vm/README.md, played by another set of the ports: it knows only the commands and
/// the files that it was given. Times are made up.
/// </summary>
internal sealed class PortKernel(Dictionary<string, byte[]> files) : IDisposable
{
    private const int Interface = 5;
    private const string Time = "ns 1000";

    private static readonly string[] s_sizes =
        ["allowedips_node 72", "fib_alias 56", "fib_info 128", "fib_nh 104", "fib_nh_common 72", "nexthop 136", "nh_info 136", "fib6_node 64", "fib6_info 200", "fib6_nh 88"];

    private static readonly int[] s_kmalloc = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

    private static readonly KernelConfig s_kernel = new(SlubConfig.Uniprocessor, NamesPeers: false) { Device = Interface };

    private readonly AllowedIpsPort _allowedIps = new(s_kernel);
    private readonly RoutePort _fib = new(Family.IPv4, s_kernel);
    private readonly RoutePort _fib6 = new(Family.IPv6, s_kernel);
    private readonly WireGuardStream _wireGuard = new(28, removesPrefixes: true);
    private readonly RouteStream _routes = new(Interface);
    private RouteShape _shape;
    private Digest64 _sent;
    private Keys _keys = new([], []);
    private BindingChange[] _ops = [];

    private FibTable Fib4 => ((Fib4Structure)_fib.Fib).Table;

    public void Dispose()
    {
        _allowedIps.Dispose();
        _fib.Dispose();
        _fib6.Dispose();
    }

    /// <summary>The rows that answer a command.</summary>
    public IReadOnlyList<string> Answer(string command)
    {
        var words = command.Split(' ');
        return words switch
        {
            ["hello"] => ["kernel 7.3.0-ports cpus 1 page 4096 wireguard 28 module 1"],
            ["trace", var script, "0" or "1"] => [Trace(script)],
            ["wg", "create", ..] => [$"ifindex {Interface}"],
            ["wg", ..] => [WireGuard(words[1..])],
            ["nexthop", "add", var from, var count, _, var family] => [AddNexthops(PortOf(family), Number(from), Number(count))],
            ["nexthop", "delete", var id, "1"] => [DeleteNexthop(Number(id))],
            ["route", "dump", _, var buffer, var family] => [RouteDump(PortOf(family), Number(buffer))],
            ["route", "run" or "churn", var file, var from, var count, var shape, var table, var batch] =>
                [Routes(PortOf(file[^1..]), Operations(file, from, count), Enum.GetValues<RouteShape>().First(one => one.AgentWord() == shape), (uint)Number(table), Number(batch))],
            ["slabinfo"] => [.. SlabInfo()],
            ["triestat", _] => [.. Fib4.FormatTrieStat().TrimEnd('\n').Split('\n').Select(line => $"line {line.Replace(' ', '_').Replace('\t', '_')}")],
            ["meminfo"] => ["name MemTotal kb 1000000", "name Percpu kb 32"],
            ["rt6stats"] => [Rt6Stats()],
            ["vmalloc"] => [Vmalloc()],
            ["keys", var file] => GiveKeys(file),
            ["ops", var file, var from, var count] => (_ops = Operations(file, from, count)).Length == Number(count) ? [] : throw Unknown(command),
            ["module", ..] => Module(words[1..]),
            _ => throw Unknown(command),
        };
    }

    private IReadOnlyList<string> Module(string[] words) => words switch
    {
        ["barrier"] => Barrier(),
        ["sizes"] => [.. s_sizes.Select(size => $"name {size.Replace(" ", " bytes ")}")],
        ["trie", "wg", var family] => [.. Trie((Family)Number(family))],
        ["trie", "fib", _] => [Trie()],
        ["trie", "fib6", _] => [.. Tree()],
        ["answers", "wg", _] => [Answers(_allowedIps.Answers(_keys))],
        ["answers", "fib", _] => [Answers(_fib.Answers(_keys))],
        ["answers", "fib6", _] => [Answers(_fib6.Answers(_keys))],
        ["answers", "tx", var family] => [Answers(Sent(PortOf(family)))],
        ["readers", "prepare"] => [PrepareReaders()],
        ["readers", "run", "wg" or "tx" or "none", var readers, "0" or "1", _] => [.. Readers(Number(readers))],
        ["lookup", ..] => [$"{Time} sum 0"],
        // Each round of timed updates ends where it began.
        ["update", ..] => [$"{Time} failed 0"],
        ["remove", ..] => [Time],
        ["notify", ..] => [$"{Time} calls 1"],
        _ => throw Unknown(string.Join(' ', words)),
    };

    /// <summary>What AllowedIPs answer before and after the first half of the operations.</summary>
    private string PrepareReaders()
    {
        var before = _allowedIps.Answers(_keys).Digest;
        _allowedIps.AddAndFree(_ops.AsSpan(0, _ops.Length / 2));
        var after = _allowedIps.Answers(_keys).Digest;
        _allowedIps.AddAndFree(_ops.AsSpan(_ops.Length / 2));
        return $"keys {_keys.Count} before {before:x16} after {after:x16}";
    }

    /// <summary>128 lookups of each reader, half of 100 cycles and half of 3,200, at 2 cycles a nanosecond.</summary>
    private static IEnumerable<string> Readers(int readers)
    {
        yield return "ns 1000000 cycles 2000000 changes 500 failed 0";
        for (var reader = 0; reader < readers; reader++)
            yield return $"reader {reader} lookups 128 none 0 wrong 0";
        for (var reader = 0; reader < readers; reader++)
        {
            foreach (var (octave, step) in new[] { (1, 36), (6, 36) })
                yield return $"reader {reader} octave {octave} counts {string.Join(',', Enumerable.Range(0, 64).Select(at => at == step ? 64 : 0))}";
        }
    }

    /// <summary>The peers that routes lead to.</summary>
    private (ulong Digest, long Hits) Sent(RoutePort port)
    {
        var (digest, hits) = (default(Digest64), 0L);
        for (var i = 0; i < _keys.Count; i++)
        {
            var peer = port.Fib.Lookup(_keys.V4.Length > 0 ? (UInt128)_keys.V4[i] << 96 : _keys.V6[i]);
            hits += peer < 0 ? 0 : 1;
            digest.Add((uint)(peer + 1));
        }

        return (digest.Value, hits);
    }

    /// <summary>Every command of the script, and one row of what all sent.</summary>
    private string Trace(string script)
    {
        _sent = default;
        _wireGuard.Sink = _routes.Sink = call => _sent.AddBytes(call);
        var sum = default(NetlinkTraffic);
        var failed = 0L;
        foreach (var row in Encoding.ASCII.GetString(files[$"data/{script}"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Answer(line).Single()))
        {
            var words = row.Split(' ');
            long Of(string key) => Array.IndexOf(words, key) is >= 0 and var at ? long.Parse(words[at + 1], CultureInfo.InvariantCulture) : 0;
            sum = new(sum.Messages + Of("messages"), sum.Bytes + Of("bytes"), sum.Calls + Of("calls"), 0, sum.Acks + Of("acks"));
            failed += Of("failed");
        }

        _wireGuard.Sink = _routes.Sink = null;
        return $"{Row(sum with { Digest = _sent.Value })} refused {failed}";
    }

    private string WireGuard(string[] words)
    {
        NetlinkTraffic traffic;
        switch (words)
        {
            case ["reset"]:
                _allowedIps.Structure.RemoveAllPeers();
                traffic = _wireGuard.Reset();
                break;
            case ["add" or "replace", var file, var from, var count, var bytes]:
                var operations = Operations(file, from, count);
                if (words[0] == "add")
                    _allowedIps.Add(operations);
                else
                    _allowedIps.Replace(operations);
                traffic = words[0] == "add" ? _wireGuard.Add(operations, Number(bytes)) : _wireGuard.Replace(operations, Number(bytes));
                break;
            case ["mode", var mode]:
                traffic = _wireGuard.SetMode(Enum.GetValues<RouteMode>().First(one => one.AgentWord() == mode));
                break;
            case ["empty", var peer]:
                _allowedIps.Structure.RemoveByPeer(Number(peer));
                traffic = _wireGuard.Empty(Number(peer));
                break;
            case ["remove", var peer]:
                _allowedIps.Structure.RemovePeer(Number(peer));
                traffic = _wireGuard.Remove(Number(peer));
                break;
            case ["churn", var file, var from, var count, var bytes, var chunk, var dummy]:
                var churned = Operations(file, from, count);
                foreach (var part in churned.Chunk(Number(chunk)))
                {
                    _allowedIps.Add(part);
                    _allowedIps.Structure.RemovePeer(Number(dummy));
                    _allowedIps.GracePeriod();
                }

                traffic = _wireGuard.Churn(churned, Number(bytes), Number(chunk), Number(dummy));
                break;
            case ["dump", var buffer]:
                return WireGuardDump(Number(buffer));
            default:
                throw Unknown(string.Join(' ', words));
        }

        _allowedIps.GracePeriod();
        return Row(traffic);
    }

    /// <summary>Dumps are asked for on a socket of their own each.</summary>
    private string WireGuardDump(int buffer)
    {
        var listing = _allowedIps.Listing();
        var received = new WireGuardDump().Measure(listing, new DumpSocket(buffer, AlignsCounters: false));
        return $"{Row(default, received)} peers {listing.Count} entries {listing.Sum(peer => peer.AllowedIps.Count)} "
            + $"content {Netlink.WireGuardDump.Content(listing):x16} "
            + $"set {Netlink.WireGuardDump.Set(listing.SelectMany(peer => peer.AllowedIps.Select(prefix => KeyValuePair.Create(prefix, peer.Peer)))):x16}";
    }

    private RoutePort PortOf(string family) => family == "4" ? _fib : _fib6;

    private string AddNexthops(RoutePort port, int from, int count)
    {
        port.AddNexthops(from, count);
        return Row(_routes.AddNexthops((uint)from, count, family: port.Fib.Family));
    }

    /// <summary>The families share the numbers.</summary>
    private string DeleteNexthop(int id)
    {
        var port = _fib.HasNexthop(id - 1) ? _fib : _fib6;
        port.DeleteNexthop(id);
        return Row(_routes.DeleteNexthops((uint)id, 1));
    }

    private string Routes(RoutePort port, BindingChange[] operations, RouteShape shape, uint table, int batch)
    {
        _shape = shape;
        var (failed, firstError, lost) = (0, 0, 0);
        foreach (var part in operations.Chunk(batch))
        {
            var result = port.Run(part, shape);
            (failed, firstError) = (failed + result.Failed, firstError == 0 ? result.FirstError : firstError);
            lost += port.LastRefused ? 1 : 0;
            port.GracePeriod();
        }

        var sent = _routes.Run(operations, shape, table, batch);
        return $"{Row(sent with { Acks = sent.Acks - lost })} failed {failed} first-error {firstError}";
    }

    private string RouteDump(RoutePort port, int buffer)
    {
        var routes = port.Routes();
        var dump = new RouteDump(_shape, Interface);
        var received = dump.Measure(routes, new DumpSocket(buffer, AlignsCounters: false));
        return $"{Row(default, received)} entries {routes.Count} content {dump.Content(routes):x16}";
    }

    private string Rt6Stats()
    {
        var stats = ((Fib6Structure)_fib6.Fib).Statistics;
        return $"nodes {stats.FibNodes} route-nodes {stats.FibRouteNodes} allocated 0 entries {stats.FibRtEntries} cached 0 destinations 0 "
            + $"discarded {stats.FibDiscardedRoutes}";
    }

    private IEnumerable<string> Tree()
    {
        var tree = default(Fib6TreeDigest);
        ((Fib6Structure)_fib6.Fib).Table.Visit(ref tree);
        yield return $"nodes {tree.Nodes} valued {tree.Valued} routes {tree.Routes} max-depth {tree.Depths.Count - 1} digest {tree.Value:x16}";
        for (var depth = 0; depth < tree.Depths.Count; depth++)
            yield return $"depth {depth} nodes {tree.Depths[depth].Nodes} valued {tree.Depths[depth].Valued}";
    }

    private IEnumerable<string> Trie(Family family)
    {
        var shape = _allowedIps.Table.Shape(family);
        yield return $"nodes {shape.Nodes} valued {shape.Valued} max-depth {shape.MaxDepth} digest {AllowedIpsPort.TrieDigest(_allowedIps.Table, family):x16}";
        for (var depth = 1; depth <= shape.MaxDepth; depth++)
            yield return $"depth {depth} nodes {shape.NodesAtDepth[depth]} valued {shape.ValuedAtDepth[depth]}";
    }

    private string Trie()
    {
        var trie = default(FibTrieDigest);
        Fib4.Visit(ref trie);
        return $"tnodes {trie.Tnodes} leaves {trie.Leaves} routes {trie.Routes} digest {trie.Value:x16}";
    }

    private string Answers((ulong Digest, long Hits) answers) => $"keys {_keys.Count} hits {answers.Hits} digest {answers.Digest:x16}";

    private IEnumerable<string> SlabInfo()
    {
        foreach (var cache in _fib.Fib.Caches.Concat(_fib6.Fib.Caches).Append(_allowedIps.Table.NodeCache))
        {
            yield return $"name {cache.Name} active {cache.ActiveObjects} objects {cache.Slabs * cache.ObjectsPerSlab} size {cache.ObjectSize} "
                + $"per-slab {cache.ObjectsPerSlab} pages-per-slab {1 << cache.Order} slabs {cache.Slabs}";
        }

        // The rest of a kernel has a thousand of each.
        var used = new[] { _fib.Fib.Memory, _fib6.Fib.Memory }
            .SelectMany(memory => memory.Account().Where(line => line.Slabs > 0).Select(line => memory.Find(line.Cache)!))
            .GroupBy(cache => cache.Name).ToDictionary(caches => caches.Key, caches => caches.Sum(cache => cache.ActiveObjects));
        foreach (var size in s_kmalloc)
        {
            var name = size < 1024 ? $"kmalloc-{size}" : $"kmalloc-{size / 1024}k";
            var active = 1000 + used.GetValueOrDefault(name);
            yield return $"name {name} active {active} objects {active} size {size} per-slab 8 pages-per-slab 1 slabs {active / 8}";
        }
    }

    private string Vmalloc()
    {
        var line = _fib.Fib.Memory.Account().FirstOrDefault(line => line.Cache == "vmalloc");
        return $"areas {line.Objects} bytes {line.PageBytes} pages {line.PageBytes / KernelMemory.PageSize}";
    }

    private string[] Barrier()
    {
        _allowedIps.GracePeriod();
        _fib.GracePeriod();
        _fib6.GracePeriod();
        return [];
    }

    private string[] GiveKeys(string file)
    {
        var bytes = files[$"data/{file}"];
        _keys = file.EndsWith(".4", StringComparison.Ordinal)
            ? new Keys([.. bytes.Chunk(4).Select(key => BinaryPrimitives.ReadUInt32BigEndian(key))], [])
            : new Keys([], [.. bytes.Chunk(16).Select(key => BinaryPrimitives.ReadUInt128BigEndian(key))]);
        return [];
    }

    private BindingChange[] Operations(string file, string from, string count)
    {
        var family = file.EndsWith(".4", StringComparison.Ordinal) ? Family.IPv4 : Family.IPv6;
        var record = (family.Bits() / 8) + 4;
        return [.. files[$"data/{file}"].AsSpan(Number(from) * record, Number(count) * record).ToArray().Chunk(record).Select(bytes =>
        {
            var address = family == Family.IPv4
                ? (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 96
                : BinaryPrimitives.ReadUInt128BigEndian(bytes);
            var (prefix, peer) = (new Prefix(family, address, bytes[^4]), (int)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2)));
            return bytes[^3] switch
            {
                0 => BindingChange.Insert(prefix, peer),
                1 => BindingChange.Delete(prefix, peer),
                3 => BindingChange.Append(prefix, peer),
                // The record does not say from which peer a prefix moves.
                _ => BindingChange.Move(prefix, peer, peer),
            };
        })];
    }

    private static string Row(NetlinkTraffic sent, DumpTraffic received = default) =>
        $"messages {sent.Messages} bytes {sent.Bytes} calls {sent.Calls} digest {sent.Digest:x16} {Time} max-ns 1000 acks {sent.Acks} "
        + $"received-messages {received.Messages} received-bytes {received.Bytes} received-calls {received.Calls}";

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static InvalidOperationException Unknown(string command) => new($"no such command: {command}");
}
