// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Sim.Kernel;
using Sim.Schemes;
using Sim.Schemes.Structures;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;

namespace Sim.Benchmarks;

/// <summary>Measures single operations of the structures that bind prefixes to peers, with the embedded table or a part of it. In the
/// output, the column Allocated must be empty.</summary>
[MemoryDiagnoser]
public class StructureBenchmarks
{
    /// <summary>The number of keys looked up in one invocation, a power of two.</summary>
    private const int KeyCount = 1 << 14;

    /// <summary>The number of prefixes changed in one invocation: the size of the smallest table.</summary>
    private const int Updates = 1000;

    private const ulong Seed = 1;

    private readonly int[] _one = new int[Updates];
    private readonly int[] _other = [.. Enumerable.Repeat(1, Updates)];
    private Scheme _scheme = null!;
    private KernelStructure _structure = null!;
    private Prefix[] _prefixes = [];
    private Keys _keys = new([], []);

    [Params("remove-me", "route")]
    public string Binding { get; set; } = "";

    [Params(Family.IPv4, Family.IPv6)]
    public Family Family { get; set; }

    [Params(1_000, 100_000, 968_428)]
    public int Prefixes { get; set; }

    [Params(KeyPattern.Prefixes, KeyPattern.Zipf)]
    public KeyPattern Keys { get; set; }

    [GlobalSetup]
    public void Load()
    {
        var whole = TableOrder.Permute(EmbeddedTable.Load(Family), RouteOrder.Shuffled, Seed);
        _prefixes = Array.ConvertAll(whole[..Math.Min(Prefixes, whole.Length)], route => route.Prefix);
        _keys = Schemes.Structures.Keys.Of(_prefixes, Keys, KeyCount, Seed);
        _scheme = SchemeKind.Of([Binding], Family)[0].Create(Family, 2);
        _structure = _scheme.Binding;
        _structure.Bind(_prefixes, new int[_prefixes.Length]);
        _prefixes = _prefixes[..Updates];
    }

    [GlobalCleanup]
    public void Free() => _scheme.Dispose();

    [Benchmark(OperationsPerInvoke = KeyCount, Description = "lookup of a key")]
    public long Lookup() => _structure.Lookup(_keys, dependent: false);

    [Benchmark(OperationsPerInvoke = Updates, Description = "remove and insert a prefix")]
    public void RemoveAndInsert()
    {
        _structure.Unbind(_prefixes, _one);
        _structure.Bind(_prefixes, _one);
    }

    [Benchmark(OperationsPerInvoke = Updates, Description = "move a prefix to another peer and back")]
    public void Move()
    {
        _structure.Bind(_prefixes, _other);
        _structure.Bind(_prefixes, _one);
    }
}
