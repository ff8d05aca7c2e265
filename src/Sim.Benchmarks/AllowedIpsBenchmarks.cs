// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Sim.Kernel;
using Sim.Trie;
using Sim.Workloads.Keys;

namespace Sim.Benchmarks;

/// <summary>Single operations of the allowedips trie; the Allocated column must show none.</summary>
[MemoryDiagnoser]
public unsafe class AllowedIpsBenchmarks
{
    private KernelMemory _memory = null!;
    private AllowedIps _table = null!;
    private wg_peer* _peer;
    private wg_peer* _other;
    private Prefix[] _prefixes = [];
    private uint[] _keys = [];

    [Params(1_000, 100_000, 968_428)]
    public int Prefixes { get; set; }

    [Params(KeyPattern.Prefixes, KeyPattern.Zipf)]
    public KeyPattern Keys { get; set; }

    [GlobalSetup]
    public void Load()
    {
        _memory = new KernelMemory();
        _table = new AllowedIps(_memory);
        _peer = _table.PeerCreate(0);
        _other = _table.PeerCreate(1);
        _prefixes = TableFixture.Prefixes(Prefixes);
        _keys = TableFixture.MakeKeys(_prefixes, Keys);
        foreach (var prefix in _prefixes)
            _table.Insert(prefix, _peer);
        _prefixes = _prefixes[..TableFixture.Updates];
    }

    [GlobalCleanup]
    public void Free()
    {
        _table.Dispose();
        _memory.Dispose();
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Keys, Description = "wg_allowedips_lookup_dst")]
    public ulong Lookup()
    {
        var sum = 0ul;
        foreach (var key in _keys)
        {
            var peer = _table.LookupDstV4(key);
            if (peer == null)
                continue;
            sum += peer->internal_id + 1;
            _table.PeerPut(peer);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Updates, Description = "remove and insert a prefix")]
    public void RemoveAndInsert()
    {
        foreach (var prefix in _prefixes)
        {
            _table.Remove(prefix, _peer);
            _memory.Rcu.GracePeriod();
        }

        foreach (var prefix in _prefixes)
            _table.Insert(prefix, _peer);
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Updates, Description = "move a prefix to another peer and back")]
    public void Move()
    {
        foreach (var prefix in _prefixes)
            _table.Insert(prefix, _other);
        foreach (var prefix in _prefixes)
            _table.Insert(prefix, _peer);
    }
}
