// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Sim.Fib;
using Sim.Kernel;
using Sim.Workloads.Keys;

namespace Sim.Benchmarks;

/// <summary>Single operations of the IPv4 FIB; the Allocated column must show none.</summary>
[MemoryDiagnoser]
public class FibBenchmarks
{
    private const int Device = 2;

    private KernelMemory _memory = null!;
    private FibNet _net = null!;
    private FibTable _table = null!;
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
        _net = new FibNet(_memory);
        _table = new FibTable(_net, 100);
        _prefixes = TableFixture.Prefixes(Prefixes);
        _keys = TableFixture.MakeKeys(_prefixes, Keys);
        foreach (var prefix in _prefixes)
            Insert(prefix, 1);
        _prefixes = _prefixes[..TableFixture.Updates];
    }

    [GlobalCleanup]
    public void Free()
    {
        _table.Dispose();
        _net.Dispose();
        _memory.Dispose();
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Keys, Description = "fib_table_lookup")]
    public long Lookup()
    {
        var sum = 0L;
        var result = default(FibResult);
        foreach (var key in _keys)
        {
            if (_table.Lookup(key, ref result) == 0)
                sum += result.Peer;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Updates, Description = "delete and insert a route")]
    public void DeleteAndInsert()
    {
        foreach (var prefix in _prefixes)
        {
            var request = FibConfig.Delete(prefix);
            _table.Delete(in request);
            _memory.Rcu.GracePeriod();
        }

        foreach (var prefix in _prefixes)
            Insert(prefix, 1);
    }

    [Benchmark(OperationsPerInvoke = TableFixture.Updates, Description = "replace a route by another peer's and back")]
    public void Replace()
    {
        foreach (var prefix in _prefixes)
            Insert(prefix, 2);
        foreach (var prefix in _prefixes)
            Insert(prefix, 1);
    }

    private void Insert(Prefix prefix, int peer)
    {
        var request = FibConfig.Add(prefix, Device, peer);
        request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
        _table.Insert(in request);
        _memory.Rcu.GracePeriod();
    }
}
